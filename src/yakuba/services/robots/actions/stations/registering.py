"""Which stations there are: accepting one's keys, changing and resting it."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import sealing
from yakuba.kernel.files import dropfolders as disk
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.robots.actions.stations import keys
from yakuba.services.robots.models import Run, RunState, Station

MOST = 50
REPLACED = (
    "「{name}」に渡したままの受付があります。別の端末に替えるのなら、先に結果を取り込むか取り戻してください。前の端末が、まだ入力することがあります。"
    "同じ端末で鍵を作り直したのなら、「同じ端末」を選んで（コマンドは --same-machine）登録してください。"
)
LONGEST_KEY_FILE = 100_000  # bytes


def town_folder() -> str:
    """Below `YAKUBA_ARRIVAL_ROOT`, apart from the folders of scanners."""
    return f"{current_municipality().code}-stations"


@transaction.atomic
def accept(
    content: bytes, told: str, *, name: str, role: str, folder: str = "", same_machine: bool = False, actor: Actor
) -> Station:  # fmt: skip
    """From here on this is a station, or the same one with other keys. content: its file of keys; told: their fingerprint as its
    people have read it aloud; same_machine: they are new keys of the very machine that has rows, and not another machine's.

    Raises Invalid for a file or fingerprint that is not right, Conflict for a name that has another role, or has rows that the machine of
    before may still enter, Unavailable for a
    folder that cannot be used.
    """
    facts, name, folder = keys.read(content, told), name.strip(), folder.strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise Invalid("名称を60文字以内で入れてください。")
    if role not in Station.Role.values:
        raise Invalid("役割は station（入力を任せる端末）か sender（受付を渡してくる設備）です。")
    require_folder(folder)
    row = Station.objects.select_for_update().filter(name=name).first()
    if row is not None and row.role != role:
        raise Conflict(
            f"「{name}」は「{row.get_role_display()}」として登録されています。別の名称にしてください。"
        )
    if row is None and Station.objects.count() >= MOST:
        raise Conflict(f"登録できるのは{MOST}までです。使わないものの名称を使い回してください。")
    if Station.objects.filter(sign=facts["sign"]).exclude(name=name).exists():
        raise Conflict("この鍵の設備は、別の名称で登録されています。一覧で確かめてください。")
    row = row or Station(name=name, role=role)
    if row.pk and (row.sign, row.seal) != (facts["sign"], facts["seal"]):
        if not same_machine and Run.objects.filter(away_at=row, state=RunState.AWAY).exists():
            raise Conflict(REPLACED.format(name=name))
        row.touched += 1  # what lies there was sealed to the keys of before
    row.sign, row.seal, row.accepted_at = facts["sign"], facts["seal"], timezone.now()
    row.folder, row.in_use, row.fault = folder, True, ""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(f"「{name}」は、たったいま登録されました。一覧で確かめてください。") from error
    record(
        "robots.station_accepted",
        subject=f"station:{row.pk}",
        actor=actor,
        fingerprint=sealing.fingerprint(facts),
        role=role,
    )
    return row


@transaction.atomic
def change(station: Station, *, folder: str, in_use: bool, actor: Actor) -> Station:
    """Where its files lie, and whether anything is taken from it or handed over. Raises Conflict while rows are away, Invalid
    and Unavailable for a folder."""
    row = locked(station)
    folder = folder.strip()
    require_folder(folder)
    if not in_use and Run.objects.filter(away_at=row, state=RunState.AWAY).exists():
        raise Conflict(
            f"「{row}」に渡したままの実行があります。結果を取り込むか、実行のページで取り戻してから休止してください。"
        )
    row.folder, row.in_use, row.fault = folder, in_use, ""
    row.save()
    record("robots.station_set", subject=f"station:{row.pk}", actor=actor, folder=folder, in_use=in_use)
    return row


def locked(station: Station) -> Station:
    """The station as it stands now, until the transaction ends."""
    return Station.objects.select_for_update().get(pk=station.pk)


def require_folder(folder: str) -> None:
    """Raise Invalid or Unavailable for a folder that cannot be used; it is made where it is not there."""
    if not folder:
        return
    if not disk.may_be_folder(folder):
        raise Invalid(
            "フォルダの名前は60文字までの1つの名前にしてください。「/」「\\」「:」や、はじめの点は使えません。"
        )
    try:
        with disk.opened(settings.YAKUBA.arrival_root, town_folder(), folder, make=True):
            pass
    except disk.FolderTrouble as trouble:
        raise Unavailable(str(trouble)) from trouble
