"""A draft becomes a version: tried on a few rows, then published with another person's approval."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.search.noting import changed
from yakuba.services.robots.actions import recordings, runs
from yakuba.services.robots.actions.scenarios import REVIEW_AFTER, able
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine import scenario as language
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.models import Recording, RecordingState, Run, RunState, Scenario, ScenarioVersion
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.found import SOURCE

KIND = "robots.publish"
TRIED_ROWS = 3
_TRIED = frozenset({RowState.REHEARSED.value, RowState.FOUND_ALREADY.value})


def checked(recording: Recording) -> language.Scenario:
    """The draft as a scenario. Raises DefinitionRefused with every mistake and its line."""
    procedure = recording.case.procedure
    return load(
        drafts.text_of(recording.draft),
        procedure.code,
        register.field_specs(procedure),
        register.published_text,
    )


@transaction.atomic
def set_text(recording: Recording, text: str) -> Recording:
    """Take the YAML that a person wrote as the draft. Raises DefinitionRefused with every mistake and its line."""
    row = recordings.locked(recording)
    _may_change(row)
    procedure = row.case.procedure
    load(text, procedure.code, register.field_specs(procedure), register.published_text)
    row.draft = drafts.document_of(text)
    row.name = str(row.draft["名前"])[:120]
    row.save(update_fields=["draft", "name"])
    return row


@transaction.atomic
def try_out(recording: Recording, *, actor: User) -> Run:
    """Rehearse the draft on a few rows that wait. Raises DefinitionRefused, Conflict, and NothingToDo."""
    row = recordings.locked(recording)
    _may_change(row)
    version = _version_of(row, actor)
    run = runs.start(version.scenario, actor=actor, limit=TRIED_ROWS, trial=version)
    row.trial, row.trial_run = version, run
    row.save(update_fields=["trial", "trial_run", "draft"])
    return run


def trial_problem(recording: Recording) -> str:
    """Why the draft may not be published yet; empty when its trial has succeeded."""
    version, run = recording.trial, recording.trial_run
    if version is None or run is None:
        return f"先に「{TRIED_ROWS}件で試す」を押してください。"
    if version.text != drafts.text_of(recording.draft):
        return "試した後に手順が変わりました。もう一度試してください。"
    states = set(run.rows.values_list("state", flat=True))
    if run.state != RunState.DONE:
        return "試行がまだ終わっていません。"
    if not states <= _TRIED or RowState.REHEARSED.value not in states:
        return "試行で入らなかった申請があります。理由を見て手順を直し、もう一度試してください。"
    return ""


@transaction.atomic
def propose(recording: Recording, *, actor: User, reason: str) -> Approval:
    """Ask another person to let the version that was tried run. Raises Conflict before the trial has succeeded."""
    row = recordings.locked(recording)
    _may_change(row)
    if problem := trial_problem(row):
        raise Conflict(problem)
    version = row.trial
    assert version is not None
    return approvals.propose(
        KIND,
        f"version:{version.pk}",
        actor=actor,
        summary=_summary(version, row),
        reason=reason or "録画した手順を公開します。",
    )


def published(approval: Approval, actor: User) -> None:
    """What follows from the approval: the version runs from now on. Raises Conflict where a newer one does already."""
    version = ScenarioVersion.objects.select_related("scenario").get(
        pk=int(approval.subject.partition(":")[2])
    )
    scenario = version.scenario
    latest = register.latest_version(scenario)
    if latest is not None and latest.version > version.version:
        raise Conflict(f"第{latest.version}版がすでに公開されています。新しい版として試し直してください。")
    recording = Recording.objects.select_related("case__procedure", "system").filter(trial=version).first()
    version.published = True
    version.save(update_fields=["published"])
    scenario.in_use = True
    if recording is not None:
        scenario.procedure, scenario.system = recording.case.procedure, recording.system
        Recording.objects.filter(pk=recording.pk).update(state=RecordingState.PUBLISHED)
    scenario.save()
    changed(SOURCE, str(scenario.pk))
    record(
        "robots.scenario_published",
        subject=f"scenario:{scenario.pk}",
        actor=actor,
        version=version.version,
        digest=version.digest,
    )


def _version_of(row: Recording, actor: User) -> ScenarioVersion:
    """The draft as a version that nobody can run but to try it; the one tried before where nothing has changed."""
    if row.trial is not None and row.trial.text == drafts.text_of(row.draft):
        return row.trial
    checked(row)
    scenario = Scenario.objects.select_for_update().filter(name=row.name).first()
    if scenario is None:
        scenario = Scenario.objects.create(
            name=row.name,
            procedure=row.case.procedure,
            system=row.system,
            owner=able(actor),
            review_on=timezone.localdate() + REVIEW_AFTER,
            in_use=False,
        )
        changed(SOURCE, str(scenario.pk))
    elif scenario.system_id != row.system_id or scenario.procedure_id != row.case.procedure_id:
        raise Conflict(f"「{row.name}」は別の手続か接続先のシナリオの名前です。名前を変えてください。")
    number = (scenario.versions.aggregate(newest=Max("version"))["newest"] or 0) + 1
    row.draft["版"] = str(number)
    text = drafts.text_of(row.draft)
    version: ScenarioVersion = ScenarioVersion.objects.create(
        scenario=scenario,
        version=number,
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        published=False,
        loaded_by=actor,
    )
    return version


def _summary(version: ScenarioVersion, row: Recording) -> str:
    tried: Any = row.trial_run
    return (
        f"「{version.scenario.name}」第{version.version}版を公開し、{row.system}に入力できるようにします。\n"
        f"試行：{tried.rows.count()}件、登録ボタンの手前まで成功（実行{tried.pk}）。\n"
        f"責任者：{version.scenario.owner}"
    )


def _may_change(row: Recording) -> None:
    if row.is_under_way:
        raise Conflict("録画中です。先に「録画を終える」を押してください。")
    if row.state == RecordingState.PUBLISHED:
        raise Conflict("公開した録画は変えられません。シナリオのページから、新しい版を作ってください。")
