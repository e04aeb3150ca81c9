"""A turn with a station: take what it has written, write what it has to be told. By the folder that both see, or one file by hand."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import dropfolders as disk
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.refusals import Refused
from yakuba.services.robots.actions.stations import files, handing, registering
from yakuba.services.robots.actions.stations.files import Came
from yakuba.services.robots.actions.stations.handing import parcels_of
from yakuba.services.robots.actions.stations.reporting import results_of
from yakuba.services.robots.actions.stations.settling import settle
from yakuba.services.robots.actions.stations.taking import Overtaken, held, take
from yakuba.services.robots.engine.stationfile import parcels_as_bytes, results_as_bytes
from yakuba.services.robots.models import Station
from yakuba.services.robots.queries import station_keys

SIGN_OF_LIFE = timedelta(hours=1)  # after which a file is written although there is nothing new
KEPT_FILES = 2  # of ours that lie in a folder: the newest, and one that somebody may be reading
LONGEST_FAULT = 500


@dataclass(frozen=True)
class Turned:
    """What taking a file did. stale: it is older than what was taken, and nothing was done. new: rows taken (at a station) or ended
    (at a sender).  sentences: what could not be taken."""

    station: Station
    stale: bool = False
    new: int = 0
    contradictions: int = 0
    sentences: tuple[str, ...] = ()


def take_in(content: bytes, *, actor: Actor = None) -> Turned:
    """Take one file, whoever brought it. Twice, late, out of order, it comes to the same. Raises Invalid and Conflict with a
    sentence for one that is not to be taken; nothing is changed then."""
    came = files.opened(content)
    if came.serial < came.station.seen:
        return Turned(came.station, stale=True)
    try:
        if came.station.is_sender:
            taken = take(came)
            turned = Turned(_seen(came, actor), new=taken.new, sentences=taken.refused)
        else:
            done = settle(came)
            turned = Turned(
                _seen(came, actor),
                new=done.ended,
                contradictions=done.contradictions,
                sentences=tuple(done.sentences),
            )
    except Overtaken:
        return Turned(came.station, stale=True)
    return turned


@transaction.atomic
def _seen(came: Came, actor: Actor) -> Station:
    """All of the file is done. Where the other side knows of a later file of ours than we do, we are a backup: ours go on above."""
    station = held(came)
    station.sent = max(station.sent, came.seen)
    station.seen, station.heard_at, station.took_at = came.serial, came.made_at, timezone.now()
    station.save()
    record("robots.station_file_taken", subject=f"station:{station.pk}", actor=actor, serial=came.serial)
    return station


def carry_out(station: Station) -> Download:
    """The newest file for a station, to be carried. Raises Missing where we have no keys."""
    name, content, _ = _composed(station)
    return Download(name, "application/octet-stream", content)


def ask_all() -> None:
    """Let each station with a folder have its turn soon."""
    for station in Station.objects.filter(in_use=True).exclude(folder=""):
        handing.ask(station)


def turn(station: Station, *, actor: Actor = None) -> list[Turned]:
    """Once with the folder of a station. What cannot be read or written is kept as its fault. Never in a transaction of the
    caller: what is in a file has to be committed before anybody can read it."""
    station = Station.objects.get(pk=station.pk)
    if not station.folder or not station.in_use:
        return []
    fault, done = "", list[Turned]()
    try:
        with disk.opened(
            settings.YAKUBA.arrival_root, registering.town_folder(), station.folder, make=True
        ) as folder:
            fault = _take_newest(station, folder, done, actor)
            if _has_to_write(Station.objects.get(pk=station.pk)):
                _write(station, folder)
    except (disk.FolderTrouble, Refused) as trouble:
        fault = str(trouble)
    _note(station, fault)
    return done


def _take_newest(station: Station, folder: disk.Folder, done: list[Turned], actor: Actor) -> str:
    """The newest file of theirs that is whole; why the one above it is not, where there is such a one."""
    mine = station_keys.own_fingerprints()
    suffix = files.SUFFIXES[files.KINDS[Station.Role(station.role)]]
    names = [one for one in folder.listed().files if one.shown.endswith(suffix)]
    fault = ""
    candidates: list[tuple[int, disk.Found]] = []  # never their bytes: a folder may hold many large ones
    for found in names:
        head = files.heading(_content(folder, found, files.LONGEST_HEADING))
        if not head and found.size:
            fault = files.CUT
        if head.get("to") in mine and type(head.get("serial")) is int:
            candidates.append((head["serial"], found))
    again = bool(station.told) and station.is_sender  # what was refused may be taken now
    for serial, found in sorted(candidates, key=lambda one: -one[0]):
        if serial < station.seen or (serial == station.seen and not again):
            break
        if found.size > files.LARGEST:
            fault = files.TOO_LARGE
            continue
        try:
            came = take_in(_content(folder, found), actor=actor)
        except Refused as refusal:
            fault = refusal.lines()
            continue
        if came.station.pk == station.pk:
            done.append(came)
            return "\n".join(came.sentences)
    return fault


def _content(folder: disk.Folder, found: disk.Found, most: int = files.LARGEST) -> bytes:
    """Its bytes, or as many of them as are wanted; none where it is gone."""
    into = BytesIO()
    with suppress(disk.TooBig):
        if found.size > most:
            return folder.beginning(found, most)
        if folder.copy(found, into, files.LARGEST) is not None:
            return into.getvalue()
    return b""


def _has_to_write(station: Station) -> bool:
    quiet = station.written_at is None or station.written_at < timezone.now() - SIGN_OF_LIFE
    return station.touched > station.written or quiet


def _write(station: Station, folder: disk.Folder) -> None:
    name, content, touched = _composed(station)
    folder.write(name, content)
    Station.objects.filter(pk=station.pk, written__lt=touched).update(written=touched)
    Station.objects.filter(pk=station.pk).update(written_at=timezone.now())
    station.refresh_from_db()
    ours = [one for one in folder.listed().files if files.is_ours(one.shown, station)]
    for old in sorted(ours, key=lambda one: one.shown)[:-KEPT_FILES]:
        folder.discard(old)


@transaction.atomic
def _composed(station: Station) -> tuple[str, bytes, int]:
    """Name and bytes of the next file, and how much of what is to be told is in it."""
    row = registering.locked(station)
    row.sent = max(row.sent + 1, _moment())
    row.save(update_fields=["sent"])
    if row.is_sender:
        results, pictures = results_of(row)
        content = files.written(row, results_as_bytes(results), pictures)
    else:
        content = files.written(row, parcels_as_bytes(parcels_of(row)))
    return files.name_of(row), content, row.touched


def _moment() -> int:
    """Milliseconds since 1970. Numbers of files follow the clock, so that whoever comes back from a backup, or has lost the last
    commit with the power, does not give one again that the other side has read something else under."""
    return int(timezone.now().timestamp() * 1000)


def _note(station: Station, fault: str) -> None:
    now = timezone.now() if fault else None
    Station.objects.filter(pk=station.pk).exclude(fault=fault[:LONGEST_FAULT]).update(
        fault=fault[:LONGEST_FAULT], fault_at=now
    )
