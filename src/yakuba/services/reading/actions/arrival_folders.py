"""What people do with the folders of their scanners and with what could not be read."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files import dropfolders as disk
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.reading.models import Arrival, ArrivalFolder

MOST_FOLDERS = 30


def add(name: str, kind: str, after: str, *, actor: Actor = None) -> ArrivalFolder:
    """Watch a folder from now on; it is made where it is not there. Raises Invalid, Conflict, Unavailable."""
    name = name.strip()
    if not disk.may_be_folder(name):
        raise Invalid(
            "フォルダの名前は60文字までの1つの名前にしてください。「/」「\\」「:」や、はじめの点は使えません。"
        )
    if kind not in ArrivalFolder.Kind.values or after not in ArrivalFolder.After.values:
        raise Invalid("入るものと、取り込んだあとのことを、一覧から選んでください。")
    if ArrivalFolder.objects.count() >= MOST_FOLDERS:
        raise Conflict(
            f"フォルダは{MOST_FOLDERS}個までです。使わないフォルダの名前を付け直して使ってください。"
        )
    try:
        with disk.opened(settings.YAKUBA.arrival_root, current_municipality().code, name, make=True):
            pass
    except disk.FolderTrouble as trouble:
        raise Unavailable(str(trouble)) from trouble
    try:
        with transaction.atomic():
            return ArrivalFolder.objects.create(name=name, kind=kind, after=after, created_by=known(actor))
    except IntegrityError as error:
        raise Conflict(f"フォルダ「{name}」は、もう決めてあります。") from error


def switch(folder: ArrivalFolder, active: bool) -> ArrivalFolder:
    """Watch it, or leave it alone."""
    ArrivalFolder.objects.filter(pk=folder.pk).update(active=active, trouble="", note="")
    folder.refresh_from_db()
    return folder


@transaction.atomic
def retry(arrival: Arrival) -> Arrival:
    """Put a refused file back where it came, to be taken like a new one. Raises Conflict, Unavailable."""
    row: Arrival = Arrival.objects.select_for_update(of=("self",)).select_related("folder").get(pk=arrival.pk)
    if row.state != Arrival.State.REFUSED or not row.filed or row.settled:
        raise Conflict("このファイルは、やり直すところにありません。画面を開き直してください。")
    try:
        with disk.opened(settings.YAKUBA.arrival_root, current_municipality().code, row.folder.name) as where:
            back = where.put_back(row.filed_as, row.entry, row.place)
    except disk.FolderTrouble as trouble:
        raise Unavailable(str(trouble)) from trouble
    if not back:
        raise Conflict(
            f"「{disk.REFUSED}」にファイルが見つからないか、同じ名前のファイルが届いています。"
            "フォルダを見て、スキャンし直してください。"
        )
    row.settled = True
    row.save(update_fields=["settled"])
    return row


@transaction.atomic
def settle(arrival: Arrival) -> Arrival:
    """Note that a person has dealt with a refused file. Raises Conflict."""
    row: Arrival = Arrival.objects.select_for_update(of=("self",)).select_related("folder").get(pk=arrival.pk)
    if row.state != Arrival.State.REFUSED:
        raise Conflict("このファイルは読めなかったファイルではありません。画面を開き直してください。")
    row.settled = True
    row.save(update_fields=["settled"])
    return row
