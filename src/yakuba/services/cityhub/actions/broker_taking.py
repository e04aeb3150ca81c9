"""A message of the town's broker, into the store: in the writer's transaction, so that what is acknowledged is on the disk."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yakuba.services.cityhub.actions import device_taking
from yakuba.services.cityhub.actions.space import WriteSpace
from yakuba.services.cityhub.engine.broker_readings import Unfit, has_moments, read, shown
from yakuba.services.cityhub.engine.brokerfile import BrokerFile
from yakuba.services.cityhub.engine.device_readings import printable
from yakuba.services.cityhub.models import BrokerAside, BrokerTaken, Device
from yakuba.services.cityhub.queries.devices import ASIDE_KEPT

WINDOW = 20_000  # messages: of those that came before, one that is sent again may be
MOST_TOPICS = 300  # that are named in a day among what was put aside
NO_DEVICE = "機器台帳にないか、使わない機器です。機器台帳に登録するか、決まりの「機器」を直してください"
OLD = "ブローカーが取っておいた、いつのものか分からない値です（retain）。日時を付けて送るように、送る側を直してください"
BROKEN = "思わぬエラーで入れられませんでした。システム担当へ知らせてください"
_ASIDE = """INSERT INTO cityhub_brokeraside (municipality_id, day, topic, rule, reason, given, count, last_at)
    VALUES (%s, %s, %s, %s, %s, %s, 1, %s) ON CONFLICT (municipality_id, day, topic, reason) DO UPDATE
    SET count = cityhub_brokeraside.count + 1, given = excluded.given, last_at = excluded.last_at"""
_TAKEN = """INSERT INTO cityhub_brokertaken (municipality_id, mid, digest, number, at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (municipality_id, mid) DO UPDATE SET digest = excluded.digest, number = excluded.number, at = excluded.at"""


@dataclass(frozen=True)
class Came:
    """A message. mid: 0 where the broker waits for no acknowledgement; number: counts the town's messages; again, kept: see
    `adapters.mqtt.Message`."""

    topic: str
    payload: bytes
    mid: int
    number: int
    again: bool = False
    kept: bool = False

    @property
    def digest(self) -> str:
        """Of topic and payload."""
        return hashlib.sha256(self.topic.encode() + b"\0" + self.payload).hexdigest()


def take(space: WriteSpace, file: BrokerFile, came: Came) -> bool:
    """Store what a message says, or note why nothing was made of it; False where it was stored before. Either way it is done
    with."""
    space.flush()
    if came.mid and came.again and _is_there(came):
        return False
    with transaction.atomic():  # a fault takes this message back, not the whole group
        _take(space, file, came)
        _remember(space.municipality_id, came)
    return True


def _take(space: WriteSpace, file: BrokerFile, came: Came) -> None:
    try:
        found = read(file, came.topic, came.payload)
    except Unfit as error:
        note(space, came, str(error), error.rule)
        return
    if came.kept and not has_moments(found):
        note(space, came, OLD, found.rule)
        return
    device = Device.objects.filter(code=found.device, active=True).first()
    if device is None:
        note(space, came, NO_DEVICE, found.rule)
        return
    device_taking.take(space, device.pk, found.sent)


def give_up(space: WriteSpace, came: Came) -> None:
    """Note a message that could not be stored, however often it was tried."""
    space.flush()
    with transaction.atomic():
        note(space, came, BROKEN, "")
        _remember(space.municipality_id, came)


def _is_there(came: Came) -> bool:
    # The broker counts its numbers up and begins again; what has the same one and came long ago is another message.
    return bool(
        BrokerTaken.objects.filter(mid=came.mid, digest=came.digest, number__gt=came.number - WINDOW).exists()
    )


def _remember(municipality_id: int, came: Came) -> None:
    if came.mid:
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN, [municipality_id, came.mid, came.digest, came.number, time.time()])


def note(space: WriteSpace, came: Came, reason: str, rule: str) -> None:
    """Count what was put aside, by day, topic and reason."""
    today: Any = timezone.localdate()
    topic = printable(came.topic)[:200]
    known = BrokerAside.objects.filter(day=today)
    if not known.filter(topic=topic).exists() and known.count() >= MOST_TOPICS:
        topic = "（ほかのトピック）"
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            _ASIDE,
            [space.municipality_id, today, topic, rule[:100], reason[:200], shown(came.payload), now],
        )


def forget_old() -> None:
    """What was put aside or taken long ago goes."""
    BrokerAside.objects.filter(last_at__lt=timezone.now() - ASIDE_KEPT).delete()
    newest = BrokerTaken.objects.order_by("-number").values_list("number", flat=True).first()
    if newest is not None:
        BrokerTaken.objects.filter(number__lte=newest - WINDOW).delete()
