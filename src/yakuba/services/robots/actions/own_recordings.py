"""Recordings that a person makes in a browser of their own machine: what they begin with, and the draft that comes of it."""

from __future__ import annotations

import base64
import binascii
import io
from urllib.parse import urlsplit

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import pages, take_upload
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.outbound import class_of, require_target
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.robots.actions import recordings
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Document
from yakuba.services.robots.models import Recording, RecordingPicture, RecordingState, System

LARGEST_PICTURE = 600_000  # bytes
MOST_PICTURES = 200  # of one recording


def begin_draft(case: Case, system: System, *, actor: User, name: str = "") -> Document:
    """What a recording with that case in that system begins with. Raises PlaceHidden and OutboundRefused."""
    require_open(actor, KIND, case.pk)
    require_target(system.base_url, class_of(case.procedure.definition))
    return recordings.begun(case, system, name)


def system_at(address: str) -> System:
    """The one system of an address. Raises Missing and Conflict."""
    parts = urlsplit(address)
    found = [
        one
        for one in System.objects.order_by("pk")
        if urlsplit(one.base_url)[:2] == (parts.scheme, parts.netloc)
    ]
    if not found:
        raise Missing(
            f"{parts.scheme}://{parts.netloc} の接続先は登録されていません。先に「ロボット」で登録してください。"
        )
    if len(found) > 1:
        names = "、".join(f"{one.name}（番号 {one.pk}）" for one in found)
        raise Conflict(f"このアドレスの接続先が二つ以上あります（{names}）。番号で選んでください。")
    return found[0]


@transaction.atomic
def keep(case: Case, system: System, document: Document, *, actor: User) -> Recording:
    """Keep a draft that was recorded elsewhere. Its procedure, the system's name and address are the case's and the
    system's, whatever it says. Raises PlaceHidden, OutboundRefused, and Invalid for what is no draft."""
    require_open(actor, KIND, case.pk)
    require_target(system.base_url, class_of(case.procedure.definition))
    if problem := drafts.shape_problem(document):
        raise Invalid(f"これは録画の下書きではありません（{problem}）。取り込んでいません。")
    begun = drafts.new("", case.procedure.code, system.name, system.base_url)
    document = {**document, "手続": begun["手続"], "システム": {**document["システム"], **begun["システム"]}}
    row: Recording = Recording.objects.create(
        name=str(document["名前"])[:120],
        person=actor,
        case=case,
        system=system,
        state=RecordingState.DRAFT,
        draft=document,
    )
    return row


def keep_picture(recording: Recording, target: str, image: bytes, *, actor: User) -> Recording:
    """Keep a target's picture, made anew by the kernel's safe door. Raises PlaceHidden, Conflict, and UploadRefused."""
    require_open(actor, KIND, recording.case_id)
    if recording.state != RecordingState.DRAFT:
        raise Conflict("画像を足せるのは、公開する前の下書きだけです。")
    if RecordingPicture.objects.filter(recording=recording).count() >= MOST_PICTURES:
        raise Conflict(f"一つの録画の画像は{MOST_PICTURES}枚までです。")
    with transaction.atomic():
        recordings.keep_picture(recording, target, _safe(image))
    return recording


def decoded(image: str) -> bytes:
    """A picture as the API takes it (base64). Raises Invalid."""
    try:
        return base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("画像を読み取れません（base64で送ってください）。") from None


def _safe(image: bytes) -> bytes:
    """The picture as JPEG, drawn anew from what the kernel could see."""
    from PIL import Image

    stored = take_upload("欄の画像.jpeg", io.BytesIO(image), kept_as="録画の画像")
    try:
        page = next(iter(pages(stored)), None)
        if page is None or page.content is None or stored.media_type != "image/jpeg":
            raise Invalid("画像を読み取れません（JPEGを1枚ずつ送ってください）。")
        out = io.BytesIO()
        with Image.open(io.BytesIO(page.content)) as opened:
            opened.convert("RGB").save(out, "JPEG", quality=85)
        return out.getvalue()
    finally:
        remove(stored)
