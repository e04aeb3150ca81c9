"""Scenarios and systems as the register knows them."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.queries import at_work
from yakuba.kernel.definitions import DefinitionError, DefinitionRefused
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.outbound import class_of, require_target
from yakuba.kernel.refusals import Conflict, attempt, if_valid
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine import catalogue
from yakuba.services.robots.engine import scenario as language
from yakuba.services.robots.engine.calling import nothing_published
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.models import Scenario, ScenarioVersion, System, TakenTemplate


def scenarios() -> QuerySet[Scenario]:
    """All scenarios by name."""
    return Scenario.objects.select_related("procedure", "system", "owner", "successor").order_by("name")


def scenarios_for(procedure_code: str) -> list[Scenario]:
    """The scenarios in use for a procedure."""
    return list(scenarios().filter(procedure__code=procedure_code, in_use=True))


def only_scenario(procedure_code: str) -> Scenario:
    """The one scenario in use for a procedure. Raises Conflict for none or several."""
    found = scenarios_for(procedure_code)
    if not found:
        raise Conflict(f"手続「{procedure_code}」のシナリオがありません。YAMLファイルを登録してください。")
    if len(found) > 1:
        names = "、".join(one.name for one in found)
        raise Conflict(
            f"手続「{procedure_code}」のシナリオが{len(found)}つあります（{names}）。使わないものを台帳で休止してください。"
        )
    return found[0]


def systems() -> QuerySet[System]:
    """All target systems by name."""
    return System.objects.order_by("name")


def wanted_secrets(system: System) -> list[str]:
    """The names of the secrets that the system's scenarios and the ready templates taken for it type in; what cannot be read
    adds none."""
    names: set[str] = set()
    for scenario in Scenario.objects.filter(system=system):
        version = latest_version(scenario)
        if read := if_valid(parsed, version) if version else None:
            names |= set(read.secrets)
    for row in TakenTemplate.objects.filter(system=system):
        with suppress(DefinitionRefused, DefinitionError):
            names |= set(catalogue.checked(catalogue.read(row.text), row.words).secrets)
    return sorted(names)


def missing_secrets(system: System) -> list[str]:
    """The names that are wanted and not registered."""
    return [name for name in wanted_secrets(system) if name not in system.credential_names]


def latest_version(scenario: Scenario) -> ScenarioVersion | None:
    """The version that runs: the newest that is published."""
    return ScenarioVersion.objects.filter(scenario=scenario, published=True).order_by("-version").first()


def collect(procedure: str) -> list[Definition]:
    """For a bundle: the newest version of each scenario of a procedure that is in use."""
    rows = [(row, latest_version(row)) for row in scenarios_for(procedure)]
    return [
        Definition("scenario", row.name, str(version.version), row.name, version.text)
        for row, version in rows
        if version
    ]


def field_specs(procedure: Procedure) -> tuple[FieldSpec, ...]:
    """A procedure's fields as scenarios know them."""
    return tuple(
        FieldSpec(item.code, item.label, item.type, dict(item.options))
        for item in procedure.definition.fields
    )


def published_text(name: str, version: int) -> str:
    """The text of a version that may be called. Raises LookupError with a sentence."""
    versions = ScenarioVersion.objects.filter(scenario__name=name, published=True)
    found = versions.filter(version=version).first()
    if found is not None:
        return str(found.text)
    numbers = [str(one) for one in versions.order_by("version").values_list("version", flat=True)]
    if numbers:
        raise LookupError(
            f"「{name}」の第{version}版は公開されていません。公開されているのは第{'、'.join(numbers)}版です。"
        )
    return nothing_published(name, version)


def parsed(version: ScenarioVersion) -> language.Scenario:
    """The checked scenario of a version; the registered system's address and patience replace the file's.

    Raises DefinitionRefused when the procedure has changed so that the text no longer fits.
    """
    scenario = version.scenario
    found = load(version.text, scenario.procedure.code, field_specs(scenario.procedure), published_text)
    system = scenario.system
    return replace(
        found, system=replace(found.system, base=system.base_url, settle_seconds=system.settle_seconds)
    )


def can_answer(person: Any) -> bool:
    """Whether a person may be responsible for a robot: works here and may stop it."""
    if not getattr(person, "is_active", False) or person.municipality_id != current_municipality().pk:
        return False
    return allowed(person, "robots.run")


def staff() -> list[User]:
    """Who may answer for a robot."""
    return [person for person in at_work().order_by("username") if can_answer(person)]


def obstacles(scenario: Scenario, trial: ScenarioVersion | None = None, *, away: bool = False) -> list[str]:
    """Everything that keeps the robot from running, in Japanese with what to do; empty when it may. trial: a version that
    is only tried, so that neither it nor the robot need be in use yet.  away: it runs at a station, which has the secrets and
    the way to the system, and asks for them itself."""
    found = []
    if not scenario.in_use and trial is None:
        found.append("このシナリオは休止中です。使うときは台帳で「使用中」にしてください。")
    if not can_answer(scenario.owner):
        found.append(_no_owner(scenario))
    version = trial or latest_version(scenario)
    if version is None:
        return [*found, "シナリオが登録されていません。YAMLファイルを登録してください。"]
    checked, unfit = attempt(parsed, version)
    if checked is None:
        first = unfit.problems[0] if unfit and unfit.problems else unfit
        return [
            *found,
            f"シナリオが手続の項目と合わなくなっています（{first}）。直した版を登録してください。",
        ]
    found += _resting(checked)
    if away:
        return found
    missing = set(checked.secrets) - set(scenario.system.credential_names)
    if missing:
        found.append(f"接続先「{scenario.system}」に {'、'.join(sorted(missing))} を登録してください。")
    _, unlisted = attempt(require_target, scenario.system.base_url, class_of(scenario.procedure.definition))
    return [*found, str(unlisted)] if unlisted else found


def _resting(checked: language.Scenario) -> list[str]:
    """Who stops a scenario stops those that call it."""
    called = {one.scenario for one in language.every(checked.entry) if isinstance(one, language.Call)}
    resting = Scenario.objects.filter(name__in=called, in_use=False).values_list("name", flat=True)
    return [
        f"呼び出しているシナリオ「{name}」が休止中です。台帳で「使用中」にするか、呼び出しを外した版にしてください。"
        for name in sorted(resting)
    ]


def require(
    scenario: Scenario, trial: ScenarioVersion | None = None, *, away: bool = False
) -> ScenarioVersion:
    """The version that runs (or is tried). Raises Conflict with everything that keeps the robot from running, as `obstacles`."""
    found = obstacles(scenario, trial, away=away)
    if found:
        raise Conflict("\n".join(found))
    version = trial or latest_version(scenario)
    assert version is not None
    return version


def whole_digest(version: ScenarioVersion) -> str:
    """SHA-256 over the text of a version and of all that it calls: the same at two installations where the same is played."""
    texts = {version.scenario.name: version.text}
    for one in language.every(parsed(version).entry):
        if isinstance(one, language.Call):
            texts[f"{one.scenario} {one.version}"] = published_text(one.scenario, one.version)
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        for part in (name, text):
            digest.update(hashlib.sha256(part.encode()).digest())
    return digest.hexdigest()


def review_is_due(scenario: Scenario) -> bool:
    """Whether the date until which the register entry was good has passed."""
    return scenario.review_on < timezone.localdate()


def facts(scenario: Scenario) -> dict[str, Any]:
    """A register entry as the API and the command line tell it."""
    version = latest_version(scenario)
    return {
        "id": scenario.pk,
        "name": scenario.name,
        "procedure": scenario.procedure.code,
        "system": scenario.system.name,
        "version": version.version if version else 0,
        "owner": str(scenario.owner),
        "successor": str(scenario.successor or ""),
        "review_on": scenario.review_on.isoformat(),
        "in_use": scenario.in_use,
        "obstacles": obstacles(scenario),
    }


def _no_owner(scenario: Scenario) -> str:
    sentence = f"責任者 {scenario.owner} が在職していないか、ロボットを動かす権限がありません。"
    if scenario.successor and can_answer(scenario.successor):
        return f"{sentence}台帳で後任の {scenario.successor} を責任者にしてください。"
    return f"{sentence}台帳で新しい責任者を決めてください。"
