"""Recordings: begun by a person, worked on by a worker's browser, ended; what the page and the browser tell each other.

What a person types passes through the database encrypted and is gone once the browser has it; so is the picture.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.outbound import class_of, require_target
from yakuba.kernel.privacy.encryption import WrongKey, decrypt, encrypt
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.refusals import Conflict, Refused, if_valid
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Document, Step
from yakuba.services.robots.engine.loader import load_login
from yakuba.services.robots.engine.recorder import Login
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.models import (
    Recording,
    RecordingInput,
    RecordingPicture,
    RecordingState,
    Scenario,
    System,
)
from yakuba.services.robots.queries import register

JOB = "robots.record"
LONGEST_INPUT = 4_000  # characters
MOST_WAITING = 50  # inputs that the browser has not taken yet
PRESENT = timedelta(seconds=10)  # since the page asked last: somebody looks

KILLED = (
    "録画していた処理が止まりました。そこまでの手順は残っています。「続きから録画する」を押してください。"
)
IDLE = "しばらく操作がなかったため、録画を終えました。そこまでの手順は残っています。"


@transaction.atomic
def begin(case: Case, system: System, *, actor: User, name: str = "", test_target: bool = False) -> Recording:
    """Begin a recording with a sample case. What another scenario of the same system says of the log-in and the result is
    taken over. Raises Conflict where one of this person's is under way, PlaceHidden and OutboundRefused."""
    require_open(actor, KIND, case.pk)
    require_target(system.base_url, class_of(case.procedure.definition))
    draft = begun(case, system, name)
    name = str(draft["名前"])
    try:
        with transaction.atomic():
            recording: Recording = Recording.objects.create(
                name=name,
                person=actor,
                case=case,
                system=system,
                test_target=test_target,
                draft=draft,
                seen_at=timezone.now(),
            )
    except IntegrityError:
        raise Conflict("録画は一人に一つずつです。先に、途中の録画を終えてください。") from None
    _let_work(recording)
    return recording


def begun(case: Case, system: System, name: str) -> Document:
    """The draft that a recording begins with: what another scenario of the same system says of the log-in and the result."""
    name = name.strip() or f"{case.procedure}の登録"
    draft = drafts.new(name, case.procedure.code, system.name, system.base_url)
    return draft | _of_relatives(system, case)


def login_of(draft: Document, base: str) -> Login | None:
    """The log-in that a draft says, for the system at that address; None where it says none."""
    if not drafts.has_steps(draft, "ログイン"):
        return None
    system, steps = load_login(drafts.text_of(draft))
    return replace(system, base=base), steps


@transaction.atomic
def of_scenario(scenario: Scenario, case: Case, *, actor: User) -> Recording:
    """A draft of what runs now, to be changed; nothing is recorded yet. Raises Conflict where nothing runs."""
    require_open(actor, KIND, case.pk)
    version = register.latest_version(scenario)
    if version is None:
        raise Conflict("公開された版がないため、直せません。録画からやり直してください。")
    row: Recording = Recording.objects.create(
        name=scenario.name,
        person=actor,
        case=case,
        system=scenario.system,
        state=RecordingState.DRAFT,
        draft=drafts.document_of(version.text),
    )
    return row


@transaction.atomic
def of_steps(
    name: str, case: Case, system: System, steps: Sequence[Step], *, description: str, actor: User
) -> Recording:
    """A draft with these steps as its entry, and what other scenarios say of the same system; nothing is recorded. Raises
    PlaceHidden."""
    require_open(actor, KIND, case.pk)
    draft = drafts.new(name, case.procedure.code, system.name, system.base_url, description)
    draft |= _of_relatives(system, case)
    for step in steps:
        drafts.add(draft, "入力", step)
    row: Recording = Recording.objects.create(
        name=name, person=actor, case=case, system=system, state=RecordingState.DRAFT, draft=draft
    )
    return row


@transaction.atomic
def again(recording: Recording, *, actor: User) -> Recording:
    """Go on recording with a fresh browser; the steps stay, and whoever goes on has the browser. Raises Conflict,
    PlaceHidden and OutboundRefused."""
    require_open(actor, KIND, recording.case_id)
    require_target(recording.system.base_url, class_of(recording.case.procedure.definition))
    row = locked(recording)
    if row.is_under_way:
        raise Conflict("この録画は、いま続いています。")
    if row.state == RecordingState.PUBLISHED:
        raise Conflict("公開した録画は変えられません。シナリオのページから、新しい版を作ってください。")
    row.person = actor
    row.state, row.reason, row.seen_at = RecordingState.STARTING, "", timezone.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict("録画は一人に一つずつです。先に、途中の録画を終えてください。") from None
    _let_work(row)
    return row


@transaction.atomic
def end(recording: Recording, reason: str = "", *, broken: bool = False) -> Recording:
    """The browser is to close; what was recorded is a draft. One that has ended stays as it is."""
    row = locked(recording)
    if row.is_under_way:
        row.state = RecordingState.BROKEN if broken else RecordingState.DRAFT
        row.reason, row.live, row.picture = reason, b"", b""
        row.save()
    RecordingInput.objects.filter(recording=row).delete()
    return row


def give_up(refusal: Refused, *, recording_id: int) -> None:
    """The job will not go on, for that reason."""
    row = Recording.objects.filter(pk=recording_id).first()
    if row is not None:
        end(row, refusal.lines() or KILLED, broken=True)


@transaction.atomic
def take(recording_id: int) -> Recording | None:
    """The recording for the browser that begins now; None where there is nothing to do. One that another browser had
    ended with its process: its reason is said, and nothing stays under way."""
    row = _rows().select_for_update(of=("self",)).filter(pk=recording_id).first()
    if row is None or not row.is_under_way:
        return None
    if row.state == RecordingState.RUNNING:
        end(row, KILLED, broken=True)
        return None
    row.state = RecordingState.RUNNING
    row.save(update_fields=["state"])
    return row


# What page and browser tell each other


def ask(recording: Recording, asked: Mapping[str, Any]) -> int:
    """Hand one thing that the person does to the browser. Returns its number, which `shown` tells as `handled` once it is
    done. Raises Conflict where the browser does not listen."""
    content = json.dumps(dict(asked), ensure_ascii=False)
    if not recording.is_under_way:
        raise Conflict("この録画は終わっています。")
    if len(content) > LONGEST_INPUT or recording.inputs.count() >= MOST_WAITING:
        raise Conflict("一度に送れる操作が多すぎます。画面が変わるのを待ってから、もう一度操作してください。")
    row = RecordingInput.objects.create(
        recording=recording, payload=encrypt(_label(recording), content.encode())
    )
    Recording.objects.filter(pk=recording.pk).update(seen_at=timezone.now())
    return int(row.pk)


def asked(recording: Recording) -> list[tuple[int, dict[str, Any]]]:
    """What the person has done since, in order, each with its number; it is gone with that."""
    rows = list(RecordingInput.objects.filter(recording=recording).order_by("pk"))
    RecordingInput.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [(row.pk, json.loads(decrypt(_label(recording), bytes(row.payload)))) for row in rows]


def show(recording: Recording, told: Mapping[str, Any], picture: bytes | None) -> None:
    """What the page shows from now on."""
    live = encrypt(_label(recording), json.dumps(dict(told), ensure_ascii=False).encode())
    changes: dict[str, Any] = {"live": live, "seq": recording.seq + 1}
    if picture is not None:
        changes["picture"] = encrypt(_label(recording), picture)
    recording.seq += 1
    Recording.objects.filter(pk=recording.pk, state=RecordingState.RUNNING).update(**changes)


def shown(recording: Recording) -> dict[str, Any]:
    """What the browser shows and asks; empty before it has come up."""
    if not recording.live:
        return {}
    try:
        return dict(json.loads(decrypt(_label(recording), bytes(recording.live))))
    except WrongKey:
        return {}


def picture(recording: Recording) -> bytes:
    """The window's picture as JPEG; empty where there is none."""
    return decrypt(_label(recording), bytes(recording.picture)) if recording.picture else b""


def known(case: Case) -> Known:
    """The sample case's values, for comparing."""
    specs = register.field_specs(case.procedure)
    values = values_of(case)
    values |= {spec.code: case.receipt_number for spec in specs if spec.type == "receipt_number"}
    return Known(specs, values)


def receipt_template(case: Case) -> str:
    """How a scenario writes the receipt number."""
    specs = register.field_specs(case.procedure)
    return f"{{{next((one.label for one in specs if one.type == 'receipt_number'), '')}}}"


class Notes:
    """Where the recorder writes: the draft as it stands, which the person may edit meanwhile."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    def add(self, section: str, step: Step) -> None:
        """One more step."""
        with changing(self._recording) as draft:
            drafts.add(draft, section, step)

    def put(self, section: str, content: Any) -> None:
        """A section as a whole."""
        with changing(self._recording) as draft:
            drafts.put(draft, section, content)

    def search_was(self) -> None:
        """What was recorded as the entry until now was the look-up."""
        with changing(self._recording) as draft:
            drafts.search_was(draft, receipt_template(self._recording.case))

    def keep(self, target: str, image: bytes) -> None:
        """A picture of a target, instead of the one before."""
        keep_picture(self._recording, target, image)

    def step(self, section: str, n: int, mark: str) -> drafts.Placed | None:
        """See `Noted.step`."""
        self._recording.refresh_from_db(fields=["draft"])
        draft = self._recording.draft
        return None if mark and mark != drafts.mark_of(draft) else drafts.place_of(draft, section, n)

    def commit(self) -> Step:
        """See `Noted.commit`."""
        return dict(self._recording.draft.get("登録") or {})

    def replace(self, section: str, n: int, old: Step, new: Step) -> bool:
        """See `Noted.replace`."""
        with changing(self._recording) as draft:
            return drafts.replace_step(draft, section, n, old, new)


@contextmanager
def changing(recording: Recording) -> Iterator[Document]:
    """The draft, written back at the end; nobody else changes it meanwhile."""
    with transaction.atomic():
        row = Recording.objects.select_for_update().get(pk=recording.pk)
        yield row.draft
        row.name = str(row.draft.get("名前") or row.name)[:120]
        row.save(update_fields=["draft", "name"])
    recording.draft, recording.name = row.draft, row.name


def keep_picture(recording: Recording, target: str, image: bytes) -> None:
    """Keep a target's picture, encrypted like every file, instead of the one before."""
    for old in RecordingPicture.objects.filter(recording=recording, target=target[:200]).select_related(
        "file"
    ):
        file = old.file
        old.delete()
        remove(file)
    file = store(StoredFile.Kind.EVIDENCE, f"recording-{recording.pk}.jpeg", "image/jpeg", image)
    RecordingPicture.objects.create(
        recording=recording, target=target[:200], file=file, taken_at=timezone.now()
    )


def locked(recording: Recording) -> Recording:
    """The recording as it stands now, until the transaction ends. Its job before it, as whoever ends a job does."""
    jobs.lock(JOB, recording.job_key)
    return _rows().select_for_update(of=("self",)).get(pk=recording.pk)


def _rows() -> Any:
    return Recording.objects.select_related("case__procedure", "system", "person")


def _let_work(recording: Recording) -> None:
    job = jobs.enqueue(
        JOB, key=recording.job_key, lane=f"recordings:{recording.person_id}", recording_id=recording.pk
    )
    jobs.resume(job)


def _label(recording: Recording) -> str:
    return f"robots.recording:{recording.pk}"


def _of_relatives(system: System, case: Case) -> Document:
    """What other scenarios say of this system: its messages, the log-in, the result; the look-up where they are for the
    same procedure."""
    found: Document = {}
    for scenario in Scenario.objects.filter(system=system, in_use=True).order_by("pk"):
        version = register.latest_version(scenario)
        stands = (if_valid(drafts.document_of, version.text) if version else None) or {}
        wanted = ["システム", "ログイン", "結果"]
        if scenario.procedure_id == case.procedure_id:
            wanted.append("照会")
        for section in wanted:
            if section in stands:
                found.setdefault(section, stands[section])
    if "システム" in found:
        found["システム"] = {**found["システム"], "住所": system.base_url}
    return found


@transaction.atomic
def delete(recording: Recording) -> None:
    """Delete a recording with its pictures. Raises Conflict while it runs."""
    row = locked(recording)
    if row.is_under_way:
        raise Conflict("録画中です。先に「録画を終える」を押してください。")
    files = [one.file for one in row.pictures.select_related("file")]
    row.delete()
    for file in files:
        remove(file)
