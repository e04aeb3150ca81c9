"""What can be done with operation logs, each declared once for pages, API and command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Nothing, Operations, Part, Rows, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.actions import candidates, imports, preparing, rules, subjects
from yakuba.services.worklogs.contracts import ProcessHours
from yakuba.services.worklogs.models import ActivityRules, Candidate, LogImport, Subject
from yakuba.services.worklogs.operations.given import (
    ActivityRulesIn,
    ActivityRulesOut,
    DismissIn,
    DraftIn,
    LogImportOut,
    LogsIn,
    NameOut,
    OneCandidate,
    OneLog,
    OpenNameIn,
    OverviewOut,
    PreparingOut,
    ProcessHoursOut,
    RobotCandidateOut,
    RobotEffectOut,
)
from yakuba.services.worklogs.queries.robots import effects

OPERATIONS = Operations("worklogs")
MOST_FILES = 100


IMPORT_COLUMNS = {
    "id": "番号",
    "name": "ファイル",
    "state_label": "状態",
    "rows": "行",
    "new": "新しい行",
    "bad": "使えない行",
}
CANDIDATE_COLUMNS = {
    "id": "番号", "title": "くり返し", "times": "回数", "minutes": "時間（分）", "regularity": "決まりきった度合い", "state_label": "状態",
}  # fmt: skip
HOURS_COLUMNS = {"activity": "作業", "procedure": "手続", "minutes": "時間（分）", "events": "操作"}

ROBOT_COLUMNS = {
    "title": "手続", "since": "ロボットの始まり", "before": "前（分）", "first": "はじめ（分）", "latest": "このごろ（分）", "verdict_label": "効果",
}  # fmt: skip


def import_facts(row: LogImport) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("name", "state", "rows", "new", "bad", "reason", "faults")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def candidate_facts(row: Candidate) -> dict[str, Any]:
    """As a program sees it."""
    names = ("title", "state", "times", "minutes", "regularity", "score")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def candidate_of(number: int) -> Candidate:
    """Raises Missing."""
    return one(Candidate.objects.all(), number)


A_CANDIDATE = Answer(RobotCandidateOut, candidate_facts, CANDIDATE_COLUMNS)


@OPERATIONS.add(
    "取り込みの一覧",
    "worklogs.load",
    "GET imports",
    command="imports",
    answer=Answer(list[LogImportOut], columns=IMPORT_COLUMNS),
)
def list_imports(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What was handed in, the newest first."""
    return [import_facts(row) for row in asked.of(queries.imports())]


@OPERATIONS.add(
    "操作ログを取り込む",
    "worklogs.load",
    "POST imports",
    command="import",
    status=201,
    answer=Answer(
        list[LogImportOut],
        lambda rows: [import_facts(row) for row in rows],
        IMPORT_COLUMNS,
        fault=lambda facts: "\n".join(
            line for one in facts for line in ([f"{one['name']}：{one['reason']}"] if one["reason"] else [])
        ),
    ),
    work=Work("取り込み", progress=lambda rows: _taken_so_far(rows)),
)
def take_in(asked: LogsIn, actor: Actor) -> list[LogImport]:
    """Hand logs in; a worker reads them, one after the other."""
    if not 0 < len(asked.files) <= MOST_FILES:
        raise Invalid(f"ファイルは1から{MOST_FILES}までにしてください。")
    made = []
    for file in asked.files:
        if file.stream is None:
            raise Invalid("ファイルを開けません。名前を確かめてください。", place=file.name)
        made.append(imports.hand_in(file.name, file.stream, actor=actor))
    return made


def _taken_so_far(rows: list[LogImport]) -> tuple[int, int, bool]:
    live = sum(work_of(imports.JOB, row.job_key).is_live for row in rows)
    return len(rows) - live, len(rows), live > 0


def _prepared_so_far() -> tuple[int, int, bool]:
    now = queries.preparing()
    return now.done, now.total, now.is_live


@OPERATIONS.add(
    "取り込みの結果", "worklogs.load", "GET imports/{import_id}", command="import-result",
    answer=Answer(LogImportOut, import_facts, IMPORT_COLUMNS),
)  # fmt: skip
def show_import(asked: OneLog, actor: Actor) -> LogImport:
    """One log, with what could not be used."""
    return one(LogImport.objects.all(), asked.import_id)


@OPERATIONS.add(
    "操作ログの集計を計算し直す",
    "worklogs.load",
    "POST prepare",
    command="prepare",
    answer=Answer(
        PreparingOut,
        lambda _: dict(zip(("done", "total", "live"), _prepared_so_far(), strict=True)),
    ),
    event="worklogs.prepared",
    work=Work("計算", progress=lambda _: _prepared_so_far()),
)
def prepare(asked: Nothing, actor: Actor) -> None:
    """Calculate anew what the pages show."""
    preparing.ask()


@OPERATIONS.add(
    "操作ログの集計",
    "worklogs.view",
    "GET overview",
    command="overview",
    answer=Answer(OverviewOut, tables=lambda facts: _tables(facts)),
)
def overview(asked: Nothing, actor: Actor) -> OverviewOut:
    """Where the time goes, by application, section and activity."""
    return OverviewOut.model_validate(queries.overview().facts)


def _tables(facts: dict[str, Any]) -> Iterator[Rows]:
    applications = [{"name": row[0], "minutes": row[1], "events": row[2]} for row in facts["applications"]]
    yield Rows(applications, {"name": "アプリ", "minutes": "時間（分）", "events": "操作"})


@OPERATIONS.add(
    "作業ごとの時間",
    "worklogs.view",
    "GET hours",
    command="hours",
    answer=Answer(list[ProcessHoursOut], columns=HOURS_COLUMNS),
)
def hours(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Measured hours by activity and procedure."""
    return [_hours(row) for row in queries.hours_by_process()]


def _hours(row: ProcessHours) -> dict[str, Any]:
    return {
        "activity": row.activity,
        "procedure": row.procedure,
        "minutes": row.minutes,
        "events": row.events,
        "months": dict(row.months),
    }


@OPERATIONS.add(
    "ロボットの前と後",
    "worklogs.view",
    "GET robots",
    command="robots",
    answer=Answer(list[RobotEffectOut], columns=ROBOT_COLUMNS),
)
def robot_effects(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Whether what robots saved at PCs is still saved."""
    return [
        {"procedure": row.procedure, "title": row.title, "verdict_label": row.word}
        | {name: getattr(row.found, name) for name in ("since", "before", "first", "latest")}
        | {"verdict": row.found.verdict.value}
        for row in effects()
    ]


@OPERATIONS.add(
    "ロボットの候補の一覧",
    "worklogs.view",
    "GET candidates",
    command="candidates",
    answer=Answer(list[RobotCandidateOut], columns=CANDIDATE_COLUMNS),
)
def list_candidates(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What robots might do, by hours × regularity."""
    return [candidate_facts(row) for row in asked.of(queries.candidates())]


@OPERATIONS.add(
    "候補をロボットの下書きにする",
    "worklogs.manage",
    "POST candidates/{candidate_id}/draft",
    command="draft",
    answer=A_CANDIDATE,
)
def make_draft(asked: DraftIn, actor: User) -> Candidate:
    """A draft scenario among the robots' recordings; needs the right to record as well."""
    row = candidate_of(asked.candidate_id)
    return candidates.make_draft(row, asked.receipt_number, asked.system, actor=actor)


@OPERATIONS.add(
    "候補を見送る",
    "worklogs.manage",
    "POST candidates/{candidate_id}/dismiss",
    command="dismiss",
    answer=A_CANDIDATE,
)
def dismiss(asked: DismissIn, actor: Actor) -> Candidate:
    """It is not to be automated."""
    return candidates.dismiss(candidate_of(asked.candidate_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "候補の見送りをやめる",
    "worklogs.manage",
    "POST candidates/{candidate_id}/take-back",
    command="take-back",
    answer=A_CANDIDATE,
)
def take_back(asked: OneCandidate, actor: Actor) -> Candidate:
    """It may be automated after all."""
    return candidates.take_back(candidate_of(asked.candidate_id), actor=actor)


@OPERATIONS.add(
    "作業の決まり", "worklogs.view", "GET rules", command="rules", answer=Answer(ActivityRulesOut)
)
def show_rules(asked: Nothing, actor: Actor) -> ActivityRulesOut:
    """The rules that hold."""
    now = queries.rules()
    return ActivityRulesOut(version=now.version, text=now.text)


@OPERATIONS.add(
    "作業の決まりを登録する",
    "worklogs.manage",
    "POST rules",
    command="set-rules",
    answer=Answer(ActivityRulesOut, lambda row: {"version": row.version, "text": row.text}),
)
def set_rules(asked: ActivityRulesIn, actor: Actor) -> ActivityRules:
    """Let these rules name the activities from now on."""
    return rules.set_rules(asked.text, actor=actor, before=asked.version)


@OPERATIONS.add(
    "仮名を開く",
    "worklogs.open",
    "POST subjects/{subject_id}/open",
    command="open-name",
    answer=Answer(NameOut, columns={"mark": "仮名", "name": "名前"}),
    step_up=True,
)
def open_name(asked: OpenNameIn, actor: Actor) -> NameOut:
    """Whose pseudonym it is; recorded with the reason."""
    row = one(Subject.objects.all(), asked.subject_id)
    return NameOut(mark=row.mark, name=subjects.open_name(row, asked.reason, actor=actor))


def people_seen(actor: Actor) -> None:
    """Who looked at the times of single people, under pseudonyms."""
    record("worklogs.people_seen", actor=actor)


def evidence(candidate: Candidate, variant: int, at: int, *, actor: Actor) -> list[dict[str, Any]]:
    """The rows of one occurrence; who looked is recorded. Raises LookupError."""
    occurrence = candidate.content["variants"][variant]["occurrences"][at]
    record("worklogs.evidence_seen", subject=f"worklogcandidate:{candidate.pk}", actor=actor)
    return queries.evidence(occurrence)
