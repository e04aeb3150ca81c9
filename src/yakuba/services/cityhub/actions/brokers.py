"""The towns' brokers: one connection a town, in one of the hub's processes, and what comes goes through the one writer.

A message is acknowledged behind the commit that stored it. What is not acknowledged the broker sends again, and what is stored
already is then known by its number (`broker_taking`).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import in_each_town
from yakuba.kernel.outbound import dialling
from yakuba.kernel.outbound.permission import require_target
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions.broker_taking import Came, give_up, take
from yakuba.services.cityhub.actions.space import WriteSpace
from yakuba.services.cityhub.actions.writer import HubFull, Task
from yakuba.services.cityhub.adapters.mqtt import COUNTER, Found, Message, MqttLine, Wanted
from yakuba.services.cityhub.engine.acknowledging import InOrder, Ticket
from yakuba.services.cityhub.engine.answers import Answer, given
from yakuba.services.cityhub.engine.brokerfile import BrokerFile, read_broker_file
from yakuba.services.cityhub.engine.brokerfindings import findings
from yakuba.services.cityhub.engine.notifying import Occasion
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.engine.routes import Route
from yakuba.services.cityhub.models import BrokerLine, BrokerRules, BrokerTaken
from yakuba.services.cityhub.queries import brokers as queries
from yakuba.services.cityhub.queries.space import HOLDS

LOG = logging.getLogger("yakuba.cityhub")
LOOK = 2.0  # seconds between two looks at rules and connections
LEASE = 10.0  # seconds for which a process has a town's connection without a word
DIALLING = 10.0  # seconds for a connection
FULL = 0.05  # seconds until what the writer had no room for is tried again
TRIES = 3  # of a message that fails with something unforeseen


@transaction.atomic
def set_rules(text: str, *, actor: Actor, before: int | None = None) -> BrokerRules:
    """Let these rules hold from now on; an empty text ends the connection. before: the version that was changed. Raises
    DefinitionRefused, Conflict, OutboundRefused."""
    now = queries.rules()
    if before is not None and before != now.version:
        raise Conflict(f"その間に第{now.version}版が登録されました。開き直して、直してください。")
    if text.strip():
        require_target(read_broker_file(text).broker.address, HOLDS)
    made: BrokerRules = BrokerRules.objects.create(
        version=now.version + 1, text=text.strip() and text, created_by=known(actor)
    )
    record("cityhub.broker_set", subject=f"brokerrules:{made.pk}", actor=actor, version=made.version)
    return made


class TownLine:
    """One town's connection. put: gives a task to the writer, raises HubFull."""

    def __init__(
        self,
        municipality: Any,
        version: int,
        file: BrokerFile,
        put: Callable[[Task], None],
        *,
        password: str,
        gone: tuple[str, ...],
        number: int,
        first: bool,
    ) -> None:
        self.municipality, self.version, self.file = municipality, version, file
        self._put, self._number, self._first = put, number, first
        self._order = InOrder()
        self._again: deque[tuple[Task, Ticket | None]] = deque()
        self._ends = threading.Event()
        self._found: Found | None = None
        self._plain_messages = False
        self.connected, self.trouble, self.broker = False, "", ""
        self.dropped: int | None = None
        broker = file.broker
        wanted = Wanted(
            queries.client_of(file),
            broker.version,
            broker.user,
            password,
            broker.hours * 3600,
            file.filters,
            gone,
        )
        self._line = MqttLine(wanted, self._opened, self)

    def start(self) -> None:
        """Connect."""
        self._line.start()

    def stop(self) -> None:
        """Disconnect; what is in hand and not stored yet comes again."""
        self._ends.set()
        self._order.anew()
        self._line.stop()

    def tick(self) -> None:
        """What the database did not take is given to the writer again."""
        for _ in range(len(self._again)):
            task, ticket = self._again.popleft()
            self._give(task, ticket)

    def findings(self) -> list[tuple[str, str]]:
        """What was found at the broker."""
        found = self._found
        if found is None:
            return []
        broker = self.file.broker
        return findings(
            plain=broker.address.startswith("mqtt:"),
            remembered=found.remembered,
            first=self._first,
            in_hand=found.in_hand,
            qos=found.qos,
            seconds=found.seconds,
            wanted=broker.hours * 3600,
            granted=found.granted,
            unacknowledged=self._plain_messages,
            version=self.broker,
            counter=self.dropped,
        )

    def _opened(self) -> socket.socket:
        return dialling.stream(self.file.broker.address, DIALLING, HOLDS)

    # --- told by the connection, in its thread

    def connected_to(self) -> bool:
        """Whether what was asked for is subscribed to."""
        return self.connected and self._found is not None and bool(self._found.granted)

    def stands(self, found: Found) -> None:
        """See `adapters.mqtt.Taker`."""
        self._found, self.connected, self.trouble = found, True, ""

    def lost(self, reason: str) -> None:
        """See `adapters.mqtt.Taker`."""
        self._order.anew()
        self.connected, self.trouble = False, reason[:300]

    def told(self, topic: str, text: str) -> None:
        """See `adapters.mqtt.Taker`."""
        if topic == COUNTER:
            self.dropped = int(text) if text.strip().isdecimal() and len(text) < 18 else self.dropped
        else:
            self.broker = text[:100]

    def came(self, message: Message) -> None:
        """See `adapters.mqtt.Taker`. Waits while the writer has no room: the broker then waits as well."""
        ticket = self._order.came(message.mid) if message.mid else None
        self._plain_messages = self._plain_messages or not message.mid
        self._number += 1
        came = Came(message.topic, message.payload, message.mid, self._number, message.again, message.kept)
        self._give(self._task(came, ticket, 1), ticket)

    # --- the writer

    def _task(self, came: Came, ticket: Ticket | None, tries: int) -> Task:
        def handler(space: Any, request: Request) -> Answer:
            if tries > TRIES:
                give_up(cast(WriteSpace, space), came)
            else:
                take(cast(WriteSpace, space), self.file, came)
            return given({})

        request = Request("MQTT", came.topic[:200], {}, {}, came.payload, time.time())
        answered = partial(self._answered, came, ticket, tries)
        return Task(self.municipality, Route(handler, (), False), request, Occasion("", "mqtt", 1), answered)

    def _give(self, task: Task, ticket: Ticket | None) -> None:
        while not self._ends.is_set():
            try:
                self._put(task)
                return
            except HubFull:
                self._ends.wait(FULL)

    def _answered(self, came: Came, ticket: Ticket | None, tries: int, answer: Answer) -> None:
        if answer.status == 200:
            for mid in self._order.stored(ticket) if ticket is not None else ():
                self._line.ack(mid)
            return
        # Not stored, so not acknowledged. The database is away (503), or something unforeseen (500): a few times, then told.
        self._again.append((self._task(came, ticket, tries + (answer.status != 503)), ticket))


class Brokers:
    """All towns' connections that this process has. put: the writer's."""

    def __init__(self, put: Callable[[Task], None]) -> None:
        self._put = put
        self._holder = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lines: dict[int, TownLine] = {}
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cityhub-brokers", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, seconds: float = 20.0) -> None:
        """End all connections and let another process have them."""
        self._ends.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._ends.is_set():
            self._look_everywhere()
            self._ends.wait(LOOK)
        for line in self._lines.values():
            line.stop()
        in_each_town("the broker's connection", self._let_go)
        connection.close()

    def _look_everywhere(self) -> None:
        try:
            in_each_town("the broker's connection", self.look)
        except Exception:  # the database is away: what is connected stays so
            LOG.warning("the brokers were not looked at", exc_info=True)
            connection.close()
        for line in list(self._lines.values()):
            line.tick()

    def _let_go(self) -> None:
        BrokerLine.objects.filter(holder=self._holder).update(holder="", held_until=0.0, connected=False)

    def look(self) -> None:
        """The active town: connect, change or end what it says, and note how it is."""
        held, town = queries.rules(), current_municipality()
        line = self._lines.get(town.pk)
        if held.file is None or not self._holds():
            if line is not None:
                self._lines.pop(town.pk).stop()
            if held.file is None:
                self._let_go()
            return
        if line is not None and line.version != held.version:
            self._lines.pop(town.pk).stop()
            line = None
        if line is None:
            line = self._begun(held.version, held.file)
        if line is not None:
            _note(line)

    def _holds(self) -> bool:
        row = BrokerLine.objects.first()
        if row is None:
            row, _ = BrokerLine.objects.get_or_create(municipality=current_municipality())
        now = time.time()
        free = Q(holder=self._holder) | Q(held_until__lt=now) | Q(held_until__gt=now + 2 * LEASE)
        rows = BrokerLine.objects.filter(free, pk=row.pk)
        return rows.update(holder=self._holder, held_until=now + LEASE) == 1

    def _begun(self, version: int, file: BrokerFile) -> TownLine | None:
        password = queries.password_of(file.broker.secret) if file.broker.secret else ""
        row = BrokerLine.objects.get()
        if password is None:
            _trouble(
                f"YAKUBA_CITYHUB_SECRETS に {current_municipality().code}/{file.broker.secret} がありません。"
            )
            return None
        client = queries.client_of(file)
        same = row.client == client
        gone = tuple(one for one in row.filters if one not in file.filters) if same else ()
        number = BrokerTaken.objects.aggregate(most=Max("number"))["most"] or 0
        line = TownLine(
            current_municipality(),
            version,
            file,
            self._put,
            password=password,
            gone=gone,
            number=number,
            first=not (same and row.filters),
        )
        BrokerLine.objects.filter(pk=row.pk).update(client=client, version=version, found=[], trouble="")
        self._lines[current_municipality().pk] = line
        line.start()
        return line


def _trouble(text: str) -> None:
    BrokerLine.objects.update(connected=False, trouble=text[:300])


def _note(line: TownLine) -> None:
    row = BrokerLine.objects.get()
    now = timezone.now()
    if row.connected != line.connected:
        row.changed_at = now
    row.connected, row.trouble = line.connected, line.trouble
    row.found = [list(one) for one in line.findings()]
    if line.connected_to():
        row.filters = list(line.file.filters)
    if line.dropped is not None:
        # A broker that has begun anew counts from zero.
        rise = line.dropped - row.dropped if row.dropped is not None and line.dropped >= row.dropped else 0
        if row.dropped is not None and line.dropped < row.dropped:
            rise = line.dropped
        if rise:
            row.rises, row.rose_at = row.rises + rise, now
        row.dropped = line.dropped
    row.save(
        update_fields=[
            "changed_at",
            "connected",
            "trouble",
            "found",
            "filters",
            "dropped",
            "rises",
            "rose_at",
        ]
    )
