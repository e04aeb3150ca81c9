"""What can be done with recordings and drafts, declared once. What a person types into the target never passes here."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.operations import Answer, Nothing, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.actions import editing, own_recordings, publishing, recordings
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, Run, System
from yakuba.services.robots.operations.table import OPERATIONS
from yakuba.services.robots.queries import recordings as queries
from yakuba.services.robots.queries import register

COLUMNS = {"id": "番号", "name": "シナリオ", "state_label": "状態", "reason": "理由"}


class RecordingIn(BaseModel):
    """With which case, in which system."""

    receipt_number: str = Field(description="見本の受付の番号。値は録画に残らない")
    system: int = Field(description="接続先の番号")
    name: str = Field("", max_length=120, description="シナリオの名称。空なら手続の名称から付ける")
    test_target: bool = Field(False, description="試験用の接続先なので、登録のボタンも押してよい")


class SampleIn(BaseModel):
    """With which case, against the system at which address."""

    receipt_number: str = Field(description="見本の受付の番号")
    address: str = Field(max_length=500, description="録画する画面のアドレス。登録した接続先のもの")
    system: int = Field(0, description="接続先の番号。アドレスから一つに決まれば省ける")


class SampleOut(BaseModel):
    """What a recorder on a person's own machine begins with. fields: code, label, type, options.  values: canonical, by
    code.  draft: the document so far.  receipt: how a scenario writes the receipt number."""

    system: int
    base_url: str
    fields: list[dict[str, Any]]
    values: dict[str, str]
    draft: dict[str, Any]
    receipt: str


class RecordedIn(BaseModel):
    """A draft that was recorded elsewhere, as YAML."""

    receipt_number: str = Field(description="見本の受付の番号")
    system: int = Field(description="接続先の番号")
    text: str = Field(max_length=200_000, description="録画した下書き（YAML）")


class OneRecording(BaseModel):
    """A recording."""

    recording_id: int = Field(description="録画の番号")


class PictureIn(OneRecording):
    """A target as it looked."""

    target: str = Field(max_length=200, description="欄やボタン（欄「氏名」など）")
    image: str = Field(max_length=800_000, description="画像（JPEG、base64）")


class ChangeIn(OneRecording):
    """A change of one step. step: its place in its section, from 0."""

    change: editing.Change = Field(
        description="up 上へ / down 下へ / delete 消す / set 書き換える / insert 下に足す"
        " / into すぐ上の「くり返す」の中へ / out 「くり返す」の外へ"
    )
    section: str = Field(description="ログイン、照会、入力")
    step: int = Field(0, ge=0, description="部分の中の何番目か（0から。「くり返す」の中の手順も数える）")
    label: str = Field("", max_length=200, description="欄・ボタン・見出しなどの名前")
    value: str = Field(
        "",
        max_length=500,
        description="値。申請の値は {項目名} と書く。読み取る・くり返すでは付ける名前、呼び出すでは版",
    )
    when: str = Field("", max_length=200, description="条件。この項目に値があるときだけ行う")
    mark: str = Field("", max_length=64, description="見ている下書きの目印。下書きが変わっていれば何もしない")
    verb: str = Field(
        "",
        max_length=20,
        description="insert のとき：待つ、確かめる、読み取る、くり返す、くり返す（画面の表）、呼び出す",
    )


class TextIn(OneRecording):
    """A draft as YAML."""

    text: str = Field(max_length=200_000, description="シナリオ（YAML）")


class PublishIn(OneRecording):
    """Why it is to run."""

    reason: str = Field("", max_length=2000, description="公開する理由")


class OfScenarioIn(BaseModel):
    """Which scenario is to be changed, with which case."""

    scenario: int = Field(description="シナリオの番号")
    receipt_number: str = Field(description="見本の受付の番号")


class RecordingOut(BaseModel):
    """A recording and its draft. text: YAML.  mark: changes with the draft.  missing: what has still to be recorded, in Japanese."""

    id: int
    name: str
    state: str
    state_label: str
    reason: str
    text: str
    mark: str
    missing: list[str]


class ApprovalOut(BaseModel):
    """What waits for another person's approval."""

    id: int
    state: str


def recording_of(recording_id: int) -> Recording:
    """The recording. Raises Missing."""
    return one(queries.recordings(), recording_id)


def system_of(number: int) -> System:
    """The target system. Raises Missing."""
    found: System = one(System.objects.all(), number)
    return found


def facts(recording: Recording) -> dict[str, Any]:
    """The recording as it stands now."""
    row = recording_of(recording.pk)
    return {
        "id": row.pk,
        "name": row.name,
        "state": row.state,
        "state_label": row.get_state_display(),
        "reason": row.reason,
        "text": drafts.text_of(row.draft),
        "mark": drafts.mark_of(row.draft),
        "missing": queries.missing(row),
    }


def _trace(asked: Any, recording: Recording) -> Trace:
    return Trace(f"recording:{recording.pk}", {})


def case_of(receipt_number: str) -> Case:
    """The case of a receipt number. Raises Missing."""
    found: Case | None = Case.objects.filter(receipt_number=receipt_number.strip()).first()
    if found is None:
        raise Missing(f"受付番号「{receipt_number}」の受付はありません。")
    return found


A_RECORDING = Answer(RecordingOut, facts, COLUMNS)


@OPERATIONS.add(
    "録画の一覧", "robots.record", "GET recordings", answer=Answer(list[RecordingOut], columns=COLUMNS)
)
def list_recordings(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Recordings and drafts, newest first."""
    return [facts(row) for row in queries.recordings()[:100]]


@OPERATIONS.add(
    "操作を録画する",
    "robots.record",
    "POST recordings",
    answer=A_RECORDING,
    status=201,
    event="robots.recording_begun",
    trace=lambda asked, row: Trace(f"case:{row.case_id}", {"recording": row.pk, "system": row.system_id}),
)
def begin_recording(asked: RecordingIn, actor: User) -> Recording:
    """Begin to record with a sample case."""
    return recordings.begin(
        case_of(asked.receipt_number),
        one(System.objects.all(), asked.system),
        actor=actor,
        name=asked.name,
        test_target=asked.test_target,
    )


@OPERATIONS.add(
    "自分のパソコンでの録画を始める",
    "robots.record",
    "POST recordings/sample",
    answer=Answer(SampleOut),
    event="robots.sample_taken",
    trace=lambda asked, told: Trace(f"case:{case_of(asked.receipt_number).pk}", {"system": told["system"]}),
)
def take_sample(asked: SampleIn, actor: User) -> dict[str, Any]:
    """The sample case's values and what is known of the system, for a recorder on the person's own machine."""
    case = case_of(asked.receipt_number)
    system = system_of(asked.system) if asked.system else own_recordings.system_at(asked.address)
    draft = own_recordings.begin_draft(case, system, actor=actor)
    known = recordings.known(case)
    return {
        "system": system.pk,
        "base_url": system.base_url,
        "fields": [
            {"code": one.code, "label": one.label, "type": one.type, "options": dict(one.options)}
            for one in known.specs
        ],
        # What is told to nobody does not leave for another machine either: it is known there by its check digit.
        "values": {
            one.code: known.values.get(one.code, "") for one in known.specs if not TYPES[one.type].masked
        },
        "draft": draft,
        "receipt": recordings.receipt_template(case),
    }


@OPERATIONS.add(
    "自分のパソコンで録画した操作を下書きにする",
    "robots.record",
    "POST recordings/recorded",
    answer=A_RECORDING,
    status=201,
    event="robots.recorded",
    trace=lambda asked, row: Trace(f"case:{row.case_id}", {"recording": row.pk, "system": row.system_id}),
)
def keep_recorded(asked: RecordedIn, actor: User) -> Recording:
    """Keep what was recorded as a draft; it may lack parts."""
    return own_recordings.keep(
        case_of(asked.receipt_number),
        one(System.objects.all(), asked.system),
        drafts.document_of(asked.text),
        actor=actor,
    )


@OPERATIONS.add(
    "録画に画像を足す",
    "robots.record",
    "POST recordings/{recording_id}/pictures",
    answer=A_RECORDING,
    event="robots.picture_added",
    trace=_trace,
)
def keep_picture(asked: PictureIn, actor: User) -> Recording:
    """A target's picture for a draft."""
    row = recording_of(asked.recording_id)
    return own_recordings.keep_picture(row, asked.target, own_recordings.decoded(asked.image), actor=actor)


@OPERATIONS.add(
    "公開中のシナリオを直す",
    "robots.record",
    "POST recordings/of-scenario",
    answer=A_RECORDING,
    status=201,
    event="robots.recording_begun",
    trace=lambda asked, row: Trace(f"case:{row.case_id}", {"recording": row.pk, "system": row.system_id}),
)
def edit_scenario(asked: OfScenarioIn, actor: User) -> Recording:
    """A draft of what runs now."""
    scenario = one(register.scenarios(), asked.scenario)
    return recordings.of_scenario(scenario, case_of(asked.receipt_number), actor=actor)


@OPERATIONS.add("録画", "robots.record", "GET recordings/{recording_id}", answer=A_RECORDING)
def show_recording(asked: OneRecording, actor: Actor) -> Recording:
    """One recording with its draft."""
    return recording_of(asked.recording_id)


@OPERATIONS.add(
    "続きから録画する",
    "robots.record",
    "POST recordings/{recording_id}/again",
    answer=A_RECORDING,
    event="robots.recording_begun",
    trace=_trace,
)
def record_again(asked: OneRecording, actor: User) -> Recording:
    """Go on with a fresh browser."""
    return recordings.again(recording_of(asked.recording_id), actor=actor)


@OPERATIONS.add(
    "録画を終える",
    "robots.record",
    "POST recordings/{recording_id}/end",
    answer=A_RECORDING,
    event="robots.recording_ended",
    trace=_trace,
)
def end_recording(asked: OneRecording, actor: Actor) -> Recording:
    """Close the browser; the steps stay as a draft."""
    return recordings.end(recording_of(asked.recording_id))


@OPERATIONS.add(
    "下書きの手順を変える",
    "robots.record",
    "POST recordings/{recording_id}/steps",
    answer=A_RECORDING,
    event="robots.draft_changed",
    trace=_trace,
)
def change_step(asked: ChangeIn, actor: Actor) -> Recording:
    """Move, delete, rewrite or insert one step."""
    row = recording_of(asked.recording_id)
    editing.change(
        row,
        asked.change,
        asked.section,
        asked.step,
        editing.Words(asked.label, asked.value, asked.when, asked.verb),
        mark=asked.mark,
    )
    return row


@OPERATIONS.add(
    "下書きをYAMLで書き換える",
    "robots.record",
    "POST recordings/{recording_id}/text",
    answer=A_RECORDING,
    event="robots.draft_changed",
    trace=_trace,
)
def set_draft(asked: TextIn, actor: Actor) -> Recording:
    """Take a YAML text as the draft; 422 with every mistake and its line."""
    return publishing.set_text(recording_of(asked.recording_id), asked.text)


@OPERATIONS.add(
    "下書きを3件で試す",
    "robots.record",
    "POST recordings/{recording_id}/try",
    event="robots.scenario_tried",
    answer=A_RECORDING,
    trace=lambda asked, row: Trace(f"recording:{row.pk}", {"run": row.trial_run_id}),
)
def try_draft(asked: OneRecording, actor: User) -> Recording:
    """Rehearse the draft on three rows that wait."""
    row = recording_of(asked.recording_id)
    _run: Run = publishing.try_out(row, actor=actor)
    return recording_of(row.pk)


@OPERATIONS.add(
    "下書きの公開の承認を求める",
    "robots.record",
    "POST recordings/{recording_id}/publish",
    answer=Answer(ApprovalOut, lambda row: {"id": row.pk, "state": row.state}),
    event="robots.publication_asked",
    trace=lambda asked, row: Trace(row.subject, {"recording": asked.recording_id}),
)
def ask_publication(asked: PublishIn, actor: User) -> Approval:
    """Ask another person to let it run."""
    return publishing.propose(recording_of(asked.recording_id), actor=actor, reason=asked.reason)


@OPERATIONS.add(
    "録画と下書きを消す",
    "robots.record",
    "POST recordings/{recording_id}/delete",
    answer=Answer(RecordingOut, lambda told: told, COLUMNS),
    event="robots.recording_deleted",
    trace=lambda asked, told: Trace(f"recording:{asked.recording_id}", {}),
)
def delete_recording(asked: OneRecording, actor: Actor) -> dict[str, Any]:
    """Delete a recording with its pictures. What was published stays."""
    row = recording_of(asked.recording_id)
    told = facts(row)
    recordings.delete(row)
    return told
