"""Promises: what a town allows, what was checked of it, and what the gate does where it is not kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.reading.contracts import FieldReading, Hand, Support
from yakuba.services.reading.engine import promises as engine
from yakuba.services.reading.engine.promises import Counts, Stratum
from yakuba.services.reading.models import CheckedCount, Promise, Tightening
from yakuba.services.reading.queries import promises as queries
from yakuba.services.reading.queries.forms import form_in_use

MARKED_HERE = "stratum"  # under which key a value's source keeps its stratum


@dataclass(frozen=True)
class Standing:
    """How a form stands while one application is put together. promises: errors of a million by field.  seen: checked
    values by stratum of the form, and of the town.  people: how many confirm a doubtful value, by field."""

    form: str
    hand: Hand
    promises: Mapping[str, int]
    seen: queries.Seen
    town: Mapping[Stratum, Counts]
    people: Mapping[str, int]

    @classmethod
    def of(cls, form: str, fields: Iterable[FieldReading]) -> Standing:
        """As it is now, for an application with these readings."""
        from yakuba.services.reading.engine.hands import (
            hand_of,  # loads OpenCV: only where something was read
        )

        seen = queries.seen_of(form)
        people = queries.people_of(form)
        return cls(form, hand_of(fields), queries.promised(form), seen, queries.all_strata(), people)

    def support(self, reading: FieldReading) -> Support:
        """What speaks for letting the value pass."""
        return queries.support_of(
            self.promises.get(reading.field, engine.USUAL), self.seen, reading.type, self.hand
        )

    def held_to_promise(self, reading: FieldReading) -> FieldReading:
        """The reading with the decision that the promise leaves."""
        return engine.held_to(reading, self.support(reading))

    def proves(self, held: FieldReading) -> bool:
        """Whether the person's answer is to prove the promise, so that what was read is not shown: it would have passed,
        and is asked only because the promise is not proved or was broken."""
        return bool({*held.reasons} & engine.PROVING) and len(held.reasons) == 1

    def source_of(self, reading: FieldReading, *, passed: bool) -> dict[str, Any]:
        """What a value's source keeps: its probability, and the stratum in which a confirmation will count. passed: it
        passes, or is asked for no other reason than that the promise is not proved."""
        stratum = Stratum.of(reading, self.hand, passed=passed)
        return {
            "probability": engine.probability(stratum, self.town, self.seen.strata),
            "hand": self.hand.value,
            MARKED_HERE: [self.form, stratum.type, stratum.hand, int(stratum.passed), stratum.confidence],
        }


def count(source: Mapping[str, Any], *, wrong: bool, blind: bool, actor: Actor) -> None:
    """Add a judged value to the counts, and tighten or loosen what follows. source: of the value, as it was read."""
    marked = source.get(MARKED_HERE)
    if not marked:
        return  # read by an earlier version, or entered by hand
    form, type_, hand, passed, confidence = marked
    row, _ = CheckedCount.objects.get_or_create(
        form=form,
        month=timezone.localdate().replace(day=1),
        type=type_,
        hand=hand,
        passed=bool(passed),
        confidence=confidence,
        blind=blind,
    )
    CheckedCount.objects.filter(pk=row.pk).update(checked=F("checked") + 1, wrong=F("wrong") + int(wrong))
    if passed:
        review(form, actor=actor)


def review(form: str, *, actor: Actor = None) -> None:
    """Note which types of a form are tightened from now on, and which no more."""
    seen, strictest = queries.seen_of(form), queries.strictest_of(form)
    open_ = {row.type: row for row in Tightening.objects.filter(form=form, until=None)}
    for type_ in {*seen.types, *open_}:
        allowed = strictest.get(type_, engine.USUAL)
        broken = queries.broken(allowed, seen, type_)
        if broken and type_ not in open_:
            _tighten(form, type_, allowed, seen, actor)
        elif not broken and type_ in open_:
            row = open_[type_]
            row.until = timezone.now()
            row.save(update_fields=["until"])
            record("reading.loosened", subject=f"form:{form}", actor=actor, type=type_)


def _tighten(form: str, type_: str, allowed: int, seen: queries.Seen, actor: Actor) -> None:
    counts = seen.types.get(type_, engine.NOTHING)
    defaults = {"per_million": allowed, "checked": counts.checked, "wrong": counts.wrong}
    _, new = Tightening.objects.get_or_create(form=form, type=type_, until=None, defaults=defaults)
    if not new:
        return  # an answer at the same time has noted it
    record(
        "reading.tightened",
        subject=f"form:{form}",
        actor=actor,
        type=type_,
        checked=counts.checked,
        wrong=counts.wrong,
        per_million=allowed,
    )


@transaction.atomic
def set_promise(
    form: str, field: str, per_million: int, *, people: int | None = None, actor: Actor
) -> Promise:
    """What the town allows in a field of a form from now on, and how many people confirm a doubtful value of it (`people`,
    0 to 2; as before where nothing is said). Raises Missing for a form or field that is not in use, and Invalid for a field
    that somebody has to confirm."""
    row = form_in_use(form)
    if row is None:
        raise Missing(f"使用中の様式「{form}」はありません。")
    if field not in queries.fields_of(row):
        raise Missing(f"様式「{row.title}」に項目「{field}」はありません。")
    before = Promise.objects.filter(form=form, field=field).values_list("people", flat=True).first()
    wanted = people if people is not None else 1 if before is None else before
    if wanted == 0 and (why := queries.why_somebody(row.procedure.definition, field, per_million)):
        raise Invalid(
            f"「{row.procedure.definition.field(field).label}」を「確認しない」にはできません。{why}"
        )
    promise, _ = Promise.objects.update_or_create(
        form=form, field=field, defaults={"per_million": per_million, "people": wanted, "set_by": actor}
    )
    review(form, actor=actor)
    return promise


@transaction.atomic
def seen(tightening: Tightening, *, actor: Actor) -> Tightening:
    """An administrator has taken note of it."""
    row = Tightening.objects.select_for_update(of=("self",)).get(pk=tightening.pk)
    if row.seen_by is None:
        row.seen_by = actor
        row.save(update_fields=["seen_by"])
    return row
