"""The register of trials: by form, by file, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row, rows
from yakuba.services.simulators.engine.trials import HEAD, REQUIRED, GivenRegister, read_register
from yakuba.services.simulators.models import Indicator, Measurement, Trial

COLUMNS = tuple(Column(name, required=name in REQUIRED) for name in HEAD)
MOST_TRIALS = 2_000


def save_trial(trial: Trial | None, given: Mapping[str, Any], *, actor: Actor) -> Trial:
    """A new trial, or another wording of one. Raises Conflict for a title that another has, and Invalid."""
    row = _worded(trial or Trial(created_by=known(actor)), given, ("title", "aim"))
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        raise Invalid(f"「{row.title}」の終わりは、始まりより後の日にしてください。", place="終わり")
    return _saved(row, f"「{row.title}」という実験はもうあります。別の名前にしてください。")


def save_indicator(trial: Trial, indicator: Indicator | None, given: Mapping[str, Any]) -> Indicator:
    """A new indicator of a trial, or another wording of one. Raises Conflict for a label that another has."""
    row = _worded(indicator or Indicator(trial=trial), given, ("label", "unit"))
    return _saved(row, f"「{row.label}」という指標は、この実験にもうあります。")


def measure(
    indicator: Indicator, measured_on: date, value: Decimal, evidence: str, *, actor: Actor
) -> Measurement:
    """A measured value. Raises Conflict where the day has one, and Invalid for a day to come."""
    if measured_on > timezone.localdate():
        raise Invalid("測った日が、これから先になっています。", place="測った日")
    row = Measurement(indicator=indicator, measured_on=measured_on, value=value, created_by=known(actor))
    _worded(row, {"evidence": evidence}, ("evidence",))
    return _saved(row, "その日の値はもうあります。直すときは、前の値を取り消してから入れてください。")


def _worded(row: Any, given: Mapping[str, Any], needed: Iterable[str]) -> Any:
    """The row with what was given, texts without blanks around them, as a table reads them. Raises Invalid for an empty one of
    `needed`."""
    for name, value in given.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    for name in needed:
        if not getattr(row, name):
            label = row._meta.get_field(name).verbose_name
            raise Invalid(f"{label}を書いてください。", place=label)
    return row


def _saved(row: Any, taken: str) -> Any:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(taken) from error
    return row


def faults(table: Iterable[Row]) -> list[Problem]:
    """What is wrong in the rows of a table."""
    found, problems = read_register(table)
    return [*problems, *_too_late(found)]


def _too_late(found: GivenRegister) -> list[Problem]:
    today = timezone.localdate()
    late = [key for key, one in found.measurements.items() if one.measured_on > today]
    return [
        Problem(0, f"{title} {label}", "測った日が、これから先になっています。") for title, label, _ in late
    ]


@transaction.atomic
def load(file: bytes | BinaryIO, renamed: Mapping[str, str], *, actor: Actor) -> int:
    """A whole table or nothing: new trials, indicators and values are added, those that are there take what the table says; what the
    table leaves out stays. Returns how many trials. Raises Invalid with every fault."""
    problems: list[Problem] = []
    found, wrong = read_register(rows(file, REQUIRED, problems, renamed=renamed))
    problems += [*wrong, *_too_late(found)]
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あるので、取り込んでいません。", problems=problems)
    if not found.trials:
        raise Invalid("取り込む行がありません。1行目に見出し、2行目から実験を書いてください。")
    there = {row.title: row for row in Trial.objects.filter(title__in=found.trials)}
    if Trial.objects.count() + len(found.trials) - len(there) > MOST_TRIALS:
        raise Conflict(f"実験は{MOST_TRIALS:,}件までです。")
    for title, trial in found.trials.items():
        there[title] = save_trial(there.get(title), _said(trial), actor=actor)
    known_by = {
        (row.trial.title, row.label): row
        for row in Indicator.objects.filter(trial__title__in=found.trials).select_related("trial")
    }
    measured = set(
        Measurement.objects.filter(indicator__trial__title__in=found.trials).values_list(
            "indicator__trial__title", "indicator__label"
        )
    )
    other = [
        Problem(0, f"{title} {label}", f"単位が、今の記録の「{known_by[title, label].unit}」と違います。")
        for (title, label), one in found.indicators.items()
        if (title, label) in measured and one.unit not in ("", known_by[title, label].unit)
    ]
    if other:
        told = "測った値の単位は、表では変えられません。単位をそろえるか、画面の「指標を直す」で単位を直してください。"
        raise Invalid(told, problems=other)
    for key, indicator in found.indicators.items():
        known_by[key] = save_indicator(there[key[0]], known_by.get(key), _said(indicator))
    for (title, label, day), one in found.measurements.items():
        Measurement.objects.update_or_create(
            indicator=known_by[title, label],
            measured_on=day,
            defaults={"value": one.value, "evidence": one.evidence, "created_by": known(actor)},
        )
    return len(found.trials)


def _said(given: Any) -> dict[str, Any]:
    """What the table says; what it leaves empty stays as it is."""
    return {name: value for name, value in vars(given).items() if value not in ("", None)}
