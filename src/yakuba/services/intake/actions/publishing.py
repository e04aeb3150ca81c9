"""Outside: forms, the navigator and their words become what the inside has published."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.townsettings.actions import set_values
from yakuba.kernel.workdays.models import SpecialDay
from yakuba.services.intake.actions import rules
from yakuba.services.intake.actions.numbers import NUMBERS
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.models import LifeEvent, WebForm
from yakuba.services.intake.queries.published import published

ROOMS = ("", "intake")


def collected() -> dict[str, Any]:
    """Inside: what is published, with the receipt numbers that the outside may give."""
    return {**published(), "ranges": NUMBERS.ranges()}


def take(told: dict[str, Any]) -> None:
    """In the transaction of the message that says so: a form that is not told any more is closed, and what residents have
    begun stays theirs until its day. Raises DefinitionError and ZoneRefused."""
    set_values({"intake.public": bool(told["public"])}, actor=None)
    NUMBERS.take(told["ranges"])
    for one in told["forms"]:
        _form(one)
    codes = [one["code"] for one in told["forms"]]
    WebForm.objects.exclude(procedure__code__in=codes).update(opens_on=None, closes_on=None)
    for event in told["events"]:
        values = {"title": event["title"], "told": event["told"], "text": event["told"]}
        LifeEvent.objects.update_or_create(code=event["code"], defaults=values)
    LifeEvent.objects.exclude(code__in=[one["code"] for one in told["events"]]).delete()
    rules.take_told(told.get("acting", []))  # an inside of before says nothing of it
    _words(told["words"])
    _days(told["days"])


def _form(one: dict[str, Any]) -> None:
    procedure = load_procedure(one["procedure"])
    parse_form(one["document"], procedure.definition)
    values = {
        "document": one["document"],
        "version": int(one["version"]),
        "opens_on": date.fromisoformat(one["opens_on"]),
        "closes_on": date.fromisoformat(one["closes_on"]) if one["closes_on"] else None,
        "note": one["note"],
    }
    WebForm.objects.update_or_create(procedure=procedure, defaults=values)


def _words(told: list[list[str]]) -> None:
    for room, name, word in told:
        LocalWord.objects.update_or_create(room=room, name=name, defaults={"value": word})
    kept = {(room, name) for room, name, _ in told}
    for row in LocalWord.objects.filter(room__in=ROOMS):
        if (row.room, row.name) not in kept:
            row.delete()


def _days(told: list[list[Any]]) -> None:
    for day, is_open, reason in told:
        SpecialDay.objects.update_or_create(
            day=date.fromisoformat(day), defaults={"open": bool(is_open), "reason": reason}
        )
    SpecialDay.objects.exclude(day__in=[date.fromisoformat(day) for day, _, _ in told]).delete()
