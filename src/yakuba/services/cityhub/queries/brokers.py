"""The town's broker: the rules that hold, and how the connection is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from yakuba.kernel.addresses import listed
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.engine.brokerfile import BrokerFile, read_broker_file
from yakuba.services.cityhub.models import BrokerAside, BrokerLine, BrokerRules, BrokerTaken

SILENT = timedelta(minutes=2)  # without a word of the process that has the connection, nobody has it
TOLD = timedelta(days=30)


@dataclass(frozen=True)
class Rules:
    """The version that holds, 0 for none; file: None where the town has no broker or it cannot be read (fault)."""

    version: int
    text: str
    file: BrokerFile | None
    fault: str = ""


def rules() -> Rules:
    """The rules that hold."""
    row = BrokerRules.objects.order_by("-version").first()
    if row is None:
        return Rules(0, "", None)
    if not row.text.strip():
        return Rules(row.version, "", None)
    try:
        return Rules(row.version, row.text, read_broker_file(row.text))
    except DefinitionRefused as error:
        return Rules(row.version, row.text, None, str(error))


def client_of(file: BrokerFile) -> str:
    """The name under which the broker knows the town."""
    return file.broker.client or f"yakuba-{current_municipality().code}"


def password_of(name: str) -> str | None:
    """The active town's password of that name; None where it is not set."""
    known = dict(one.split("=", 1) for one in listed(settings.YAKUBA.cityhub_secrets or ""))
    return known.get(f"{current_municipality().code}/{name}")


@dataclass(frozen=True)
class State:
    """How it is. sign, word: of the connection; last_at: of the last message that was stored."""

    sign: str
    word: str
    trouble: str = ""
    last_at: datetime | None = None
    messages: int = 0
    found: tuple[tuple[str, str], ...] = ()
    rises: int = 0
    rose_at: datetime | None = None


def state() -> State:
    """Of the active town."""
    held = rules()
    if held.fault:
        return State("error", "決まりを読めません", held.fault)
    if held.file is None:
        return State("info", "ブローカーを使っていません")
    line = BrokerLine.objects.first()
    taken = BrokerTaken.objects.aggregate(number=Max("number"), at=Max("at"))
    if line is None or line.held_until < (timezone.now() - SILENT).timestamp():
        word = "どの入口も動いていません。yakuba cityhub serve を動かしてください"
        return State("error", word)
    sign, word = ("success", "つながっています") if line.connected else ("error", "つながっていません")
    return State(
        sign,
        word,
        line.trouble,
        datetime.fromtimestamp(taken["at"], UTC) if taken["at"] else None,
        taken["number"] or 0,
        tuple((one[0], one[1]) for one in line.found),
        line.rises,
        line.rose_at,
    )


def aside() -> QuerySet[Any]:
    """What was put aside, the newest first."""
    return BrokerAside.objects.order_by("-last_at", "-pk")
