"""Data of a card reader or another program, from a watched folder or by the API, until a clerk puts it into a visit."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import values
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Conflict, Invalid, Missing, attempt, said_as
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.intake.actions import visits
from yakuba.services.intake.engine import hand_over
from yakuba.services.intake.engine.filling import HANDED, LABELLED
from yakuba.services.intake.engine.hand_over import Handed
from yakuba.services.intake.engine.people import PLACES
from yakuba.services.intake.models import HandOver, HandOverLayout, Visit

KEPT = timedelta(hours=12)
MOST_WAITING = 200
MOST_FAULTS = 5  # of one layout
ENDS = (".csv", ".json", ".txt")


@transaction.atomic
def set_layout(text: str, *, actor: Actor) -> HandOverLayout:
    """Put a layout into use, or another version of it. Raises DefinitionError."""
    layout = hand_over.read_layout(values(text))
    row, _ = HandOverLayout.objects.update_or_create(
        code=layout.code, defaults={"title": layout.title, "text": text, "changed_by": known(actor)}
    )
    record("intake.hand_over_set", subject=f"hand_over:{layout.code}", actor=actor)
    return row


@transaction.atomic
def take_in(layout: HandOverLayout, content: bytes, *, actor: Actor = None) -> list[HandOver]:
    """What one file says, for clerks to choose from. Raises Invalid where it cannot be read, and nothing is kept; Conflict where
    nobody uses what is handed over."""
    if HandOver.objects.filter(fault="").count() >= MOST_WAITING:
        raise Conflict("受け渡しのデータが多すぎます。使わないものは、半日たつと消えます。")
    with said_as(partial(Invalid, place=layout.title)):
        people = hand_over.read(hand_over.read_layout(values(layout.text)), content)
    rows = [_kept(layout, one) for one in people]
    record("intake.handed_over", subject=f"hand_over:{layout.code}", actor=actor, people=len(rows))
    return rows


def _kept(layout: HandOverLayout, one: Handed) -> HandOver:
    row = HandOver.objects.create(layout=layout, sealed=b"")
    text = json.dumps({"person": dict(one.person), "labelled": dict(one.labelled)}, ensure_ascii=False)
    row.sealed = encrypt(_name(row), text.encode())
    row.save()
    return row


def content_of(row: HandOver) -> Handed:
    """What was handed over."""
    found = (
        json.loads(decrypt(_name(row), bytes(row.sealed))) if row.sealed else {"person": {}, "labelled": {}}
    )
    return Handed(found["person"], found["labelled"])


def without_places(found: Handed, instead: str) -> Handed:
    """The same with `instead` wherever it says where somebody lives."""
    places = policy.places()
    person = {part: instead if part in PLACES else text for part, text in found.person.items()}
    labelled = {
        label: instead if places.has("", "", label) else text for label, text in found.labelled.items()
    }
    return Handed(person, labelled)


def _name(row: HandOver) -> str:
    return f"intake:hand-over:{row.pk}"


@transaction.atomic
def use(visit: Visit, number: int, *, actor: User) -> None:
    """The clerk has looked at it: it goes into the visit, and is there for nobody else; where somebody under protection lives
    does not (as from the register). Raises Missing, and Conflict where the visit is about somebody else."""
    row = HandOver.objects.select_for_update(of=("self",)).filter(pk=number, fault="").first()
    if row is None:
        raise Missing("そのデータはもうありません。ほかの窓口で使われたか、時間がたって消えました。")
    found = content_of(row)
    kept = visits.known(visits.locked(visit, actor=actor)).person.get("number")
    if kept is not None:
        visits.require_same(kept.value, found.person)
    if visits.is_guarded(found.person, kept.value if kept else ""):
        found = without_places(found, "")
    person = {part: text for part, text in found.person.items() if text}
    said = {f"{LABELLED}{label}": text for label, text in found.labelled.items() if text}
    visits.hear(visit, person, said, HANDED, actor=actor)
    row.delete()
    record("intake.hand_over_used", subject=f"visit:{visit.pk}", actor=actor)


def folder() -> Path:
    """`<data folder>/inbox/<団体コード>/counter`; in it a folder for each layout, by its code."""
    return Path(settings.YAKUBA.data_dir) / "inbox" / current_municipality().code / "counter"


def look() -> int:
    """Take in what lies in the folders of the active town; how many files. A file is complete once it has its name: a program
    writes it under another (`.part`) and renames it. Each goes, read or not, since it
    holds somebody's data; what a crash loses here is read from the card again."""
    done = 0
    for layout in HandOverLayout.objects.order_by("code"):
        for path in _files(folder() / layout.code):
            done += _taken(layout, path)
    return done


def _taken(layout: HandOverLayout, path: Path) -> int:
    try:
        if path.stat().st_size > hand_over.LARGEST:
            content = b""
            fault = "大きすぎるファイルです。"
        else:
            content, fault = path.read_bytes(), ""
        path.unlink()  # whoever removes it has it: another worker finds it gone
    except OSError:
        return 0
    if not fault:
        fault = str(attempt(take_in, layout, content)[1] or "")
    if fault:
        _tell(layout, fault)
    return 1


def _tell(layout: HandOverLayout, fault: str) -> None:
    """The last faults of a layout stand where the data would: a program that writes nothing but such files fills no table."""
    HandOver.objects.create(layout=layout, sealed=b"", fault=fault[:200])
    told = (
        HandOver.objects.filter(layout=layout).exclude(fault="").order_by("-pk").values_list("pk", flat=True)
    )
    HandOver.objects.filter(pk__in=list(told[MOST_FAULTS:])).delete()


def _files(place: Path) -> list[Path]:
    try:
        found = [path for path in place.iterdir() if path.suffix.lower() in ENDS]
        return sorted(path for path in found if path.is_file() and not path.is_symlink())
    except OSError:
        return []


def forget_old() -> int:
    """What nobody used goes; how many."""
    return int(HandOver.objects.filter(came_at__lt=timezone.now() - KEPT).delete()[0])
