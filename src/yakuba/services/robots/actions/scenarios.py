"""Scenarios: loading a version, and the register that says who answers for the robot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import DefinitionRefused, Problem
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, attempt
from yakuba.kernel.registry import InHand
from yakuba.kernel.search.noting import changed
from yakuba.services.robots.actions.systems import checked_address
from yakuba.services.robots.engine import scenario as language
from yakuba.services.robots.engine.loader import load, procedure_of
from yakuba.services.robots.models import Scenario, ScenarioVersion, System
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.found import SOURCE

REVIEW_AFTER = timedelta(days=365)


@transaction.atomic
def load_scenario(
    text: str,
    *,
    actor: Actor,
    owner: User | None = None,
    successor: User | None = None,
    review_on: date | None = None,
) -> ScenarioVersion:
    """Put a scenario file into use, or a newer version of it; old versions are kept. The same text again
    changes nothing. A new scenario is entered in the register with `owner` (the actor when not given).

    Raises DefinitionRefused with every mistake and its line, and Conflict when the file is well-formed but
    cannot be taken.
    """
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    procedure = _procedure(text)
    parsed = load(text, procedure.code, register.field_specs(procedure), register.published_text)
    system = _system(parsed.system)
    scenario = Scenario.objects.select_for_update().filter(name=parsed.name).first()
    if scenario is None:
        scenario = Scenario(name=parsed.name, owner=able(owner or actor), successor=successor)
        scenario.review_on = review_on or timezone.localdate() + REVIEW_AFTER
    latest = register.latest_version(scenario) if scenario.pk else None
    if latest is not None and latest.digest == parsed.digest:
        return latest
    _check_version(parsed, latest)
    _check_tried(parsed, scenario)
    scenario.procedure, scenario.system = procedure, system
    scenario.save()
    version = ScenarioVersion.objects.create(
        scenario=scenario, version=parsed.version, text=text, digest=parsed.digest, loaded_by=actor
    )
    changed(SOURCE, str(scenario.pk))
    record(
        "robots.scenario_loaded",
        subject=f"scenario:{scenario.pk}",
        actor=actor,
        version=parsed.version,
        digest=parsed.digest,
    )
    return version


def publish(definition: Definition, actor: Actor) -> None:
    """Put a bundle's scenario into use. Secrets and the register stay in the town: who takes it over answers for the
    robot there. Raises as `load_scenario`."""
    load_scenario(definition.text, actor=actor)


def withdraw(code: str, actor: Actor) -> None:
    """No run of it can be started any more."""
    Scenario.objects.filter(name=code).update(in_use=False)


@transaction.atomic
def set_register(
    scenario: Scenario, *, owner: User, successor: User | None, review_on: date, in_use: bool, actor: Actor
) -> Scenario:
    """Change who answers for the robot. Raises Conflict when the owner could not stop it."""
    if successor is not None and successor.pk == owner.pk:
        raise Conflict("後任には責任者と別の人を選んでください。")
    scenario.owner, scenario.successor = able(owner), successor
    scenario.review_on, scenario.in_use = review_on, in_use
    scenario.save()
    record(
        "robots.register_changed",
        subject=f"scenario:{scenario.pk}",
        actor=actor,
        owner=owner.pk,
        successor=getattr(successor, "pk", None),
        review_on=review_on.isoformat(),
        in_use=in_use,
    )
    return scenario


def hand_over(takers: Mapping[User, User | None], actor: User) -> list[InHand]:
    """The robots for which these people answer, or would next; who takes over from them does so from now on, unless they
    could not stop the robot."""
    rows = Scenario.objects.filter(Q(owner__in=takers) | Q(successor__in=takers)).order_by("name")
    return [
        one for row in rows.select_related("owner", "successor") for one in _handed_over(row, takers, actor)
    ]


def _handed_over(row: Scenario, takers: Mapping[User, User | None], actor: User) -> list[InHand]:
    before = [person for person in (row.owner, row.successor) if person and person in takers]
    owner = takers.get(row.owner) or row.owner
    after = (takers.get(row.successor) or row.successor) if row.successor else None
    refused = ""
    if (owner, after) != (row.owner, row.successor):
        _, why = attempt(
            transaction.atomic(set_register),
            row,
            owner=owner,
            successor=None if after == owner else after,
            review_on=row.review_on,
            in_use=row.in_use,
            actor=actor,
        )
        refused = str(why or "")
    return [InHand(person, f"ロボット「{row.name}」", refused if takers[person] else "") for person in before]


def _procedure(text: str) -> Procedure:
    code = procedure_of(text)
    found = Procedure.objects.filter(code=code).first()
    if found is None:
        known = (
            "、".join(Procedure.objects.order_by("code").values_list("code", flat=True)) or "まだありません"
        )
        line = next((n for n, one in enumerate(text.split("\n"), 1) if one.startswith("手続")), 1)
        raise DefinitionRefused(
            [Problem(line, "", f"手続「{code}」は登録されていません。使えるのは {known} です。")]
        )
    return found


def _system(stated: language.System) -> System:
    """The registered system of that name; one that is new gets the file's address and no secrets."""
    system = System.objects.filter(name=stated.name).first()
    if system is not None:
        return system
    return System.objects.create(
        name=stated.name,
        base_url=checked_address(stated.base),
        settle_seconds=stated.settle_seconds,
        idempotent=stated.idempotent,
    )


def _check_version(parsed: language.Scenario, latest: ScenarioVersion | None) -> None:
    if latest is not None and parsed.version <= latest.version:
        raise Conflict(
            f"「{parsed.name}」の第{latest.version}版が登録されていて、内容が違います。"
            f"「版」を{latest.version + 1}以上にしてから登録してください。"
        )


def _check_tried(parsed: language.Scenario, scenario: Scenario) -> None:
    """A draft that is tried has the next number, before it is published. Raises Conflict."""
    if scenario.pk is None:
        return
    tried = ScenarioVersion.objects.filter(scenario=scenario, published=False)
    newest = tried.aggregate(newest=Max("version"))["newest"] or 0
    if parsed.version <= newest:
        raise Conflict(
            f"「{parsed.name}」の第{newest}版までの番号は、録画した下書きの試行に使われています。"
            f"「版」を{newest + 1}以上にしてから登録してください。"
        )


def able(owner: Actor) -> User:
    """The person who is to answer for a robot. Raises Conflict where that one could not stop it."""
    if owner is None or not register.can_answer(owner):
        raise Conflict("責任者には、在職していて「ロボットを動かす・止める」権限のある職員を選んでください。")
    return owner
