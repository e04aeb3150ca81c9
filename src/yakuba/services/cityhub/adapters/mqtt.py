"""A connection to a broker, by MQTT 3.1.1 or 5. A message is acknowledged when its taker says so (`ack`), not when it has come.

The connection itself is opened by `kernel.outbound`; it comes back by itself, ever more seldom tried, until `stop`.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

LOG = logging.getLogger("yakuba.cityhub")
KEEPALIVE = 60  # seconds
SLOWEST = 30  # seconds between two tries to connect
IN_HAND = 2_000  # messages that may wait for their acknowledgement (receive maximum)
COUNTER = "$SYS/broker/publish/messages/dropped"
STATE = ("$SYS/broker/version", COUNTER)


@dataclass(frozen=True)
class Wanted:
    """What is connected to. version: 4 (3.1.1) or 5; seconds: for how long the broker shall keep what comes meanwhile;
    filters: what is subscribed to, gone: what was before and is not any more."""

    client: str
    version: int
    user: str
    password: str
    seconds: int
    filters: tuple[str, ...]
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """One that came. mid: 0 where nothing is to be acknowledged; again: the broker has sent it before; kept: it is the last one
    of its topic, of whatever age."""

    topic: str
    payload: bytes
    mid: int
    again: bool
    kept: bool


@dataclass(frozen=True)
class Found:
    """What the broker said of itself. remembered: it has kept what came meanwhile; None: it did not say."""

    remembered: bool
    in_hand: int | None = None
    qos: int | None = None
    seconds: int | None = None
    granted: dict[str, int] = field(default_factory=dict)  # filter → QoS, 128 and more: refused


class Taker(Protocol):
    """Who is told, in the connection's own thread; it must neither raise nor wait for long."""

    def stands(self, found: Found) -> None:
        """The connection stands, and what was subscribed to is answered."""

    def lost(self, reason: str) -> None:
        """It does not; it is tried again."""

    def came(self, message: Message) -> None:
        """A message."""

    def told(self, topic: str, text: str) -> None:
        """What the broker says of its own state (STATE)."""


class MqttLine:
    """Start it, `ack` what is stored, `stop` it."""

    def __init__(self, wanted: Wanted, opened: Callable[[], socket.socket], taker: Taker) -> None:
        self._wanted, self._taker = wanted, taker
        version = MQTTProtocolVersion(wanted.version)
        self._five = version is MQTTProtocolVersion.MQTTv5
        self._client = _client(wanted, version, opened, taker)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._lost
        self._client.on_subscribe = self._granted
        self._client.on_message = self._came
        self._found = Found(False)
        self._asked: dict[int, Sequence[str]] = {}

    def start(self) -> None:
        """Connect, in a thread of its own."""
        clean: dict[str, Any] = (
            {"clean_start": False, "properties": _kept_for(self._wanted.seconds)} if self._five else {}
        )
        self._client.connect_async("broker", 1883, KEEPALIVE, **clean)  # whom: `opened` knows it
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the broker keeps what comes from now on."""
        self._client.disconnect(
            properties=_kept_for(self._wanted.seconds, PacketTypes.DISCONNECT) if self._five else None
        )
        self._client.loop_stop()

    def ack(self, mid: int) -> None:
        """This message is stored. From any thread."""
        self._client.ack(mid, 1)

    def _connected(self, client: Any, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        if reason.is_failure:
            self._taker.lost(
                f"ブローカーに断られました（{reason}）。利用者・パスワードと、ブローカーの許可を確かめてください。"
            )
            return
        said = {} if properties is None else properties.json()
        self._found = Found(
            bool(flags.session_present),
            said.get("ReceiveMaximum"),
            said.get("MaximumQoS"),
            said.get("SessionExpiryInterval"),
        )
        self._taker.stands(self._found)
        if self._wanted.gone:
            client.unsubscribe(list(self._wanted.gone))
        self._ask(STATE, 0)
        self._ask(self._wanted.filters, 1)

    def _ask(self, filters: Sequence[str], qos: int) -> None:
        # Of what is kept by topic nobody knows the age: with version 5 it is not sent for our own topics.
        kept = SubscribeOptions.RETAIN_DO_NOT_SEND if qos else SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
        asked: list[Any] = [
            (one, SubscribeOptions(qos=qos, retainHandling=kept) if self._five else qos) for one in filters
        ]
        _, mid = self._client.subscribe(asked)
        if mid is not None and qos:
            self._asked[mid] = filters

    def _granted(self, client: Any, _: Any, mid: int, reasons: Sequence[Any], properties: Any) -> None:
        filters = self._asked.pop(mid, ())
        if filters:
            granted = dict(zip(filters, (one.value for one in reasons), strict=False))
            self._found = Found(
                self._found.remembered, self._found.in_hand, self._found.qos, self._found.seconds, granted
            )
            self._taker.stands(self._found)

    def _lost(self, client: Any, _: Any, flags: Any, reason: Any, properties: Any) -> None:
        self._taker.lost(f"ブローカーとの接続が切れました（{reason}）。つなぎ直しています。")

    def _came(self, client: Any, _: Any, message: MQTTMessage) -> None:
        if message.topic in STATE:
            self._taker.told(message.topic, message.payload.decode("utf-8", "replace"))
            if message.qos:
                client.ack(message.mid, message.qos)
            return
        mid = message.mid if message.qos else 0
        self._taker.came(
            Message(message.topic, bytes(message.payload), mid, bool(message.dup), bool(message.retain))
        )


class _Client(Client):
    """paho's, over a connection that is opened elsewhere."""

    opened: Callable[[], socket.socket]

    def _create_socket(self) -> Any:
        return self.opened()


def _client(
    wanted: Wanted, version: MQTTProtocolVersion, opened: Callable[[], socket.socket], taker: Taker
) -> _Client:
    clean: dict[str, Any] = {} if version is MQTTProtocolVersion.MQTTv5 else {"clean_session": False}
    client = _Client(
        CallbackAPIVersion.VERSION2,
        client_id=wanted.client,
        protocol=version,
        manual_ack=True,
        reconnect_on_failure=True,
        **clean,
    )
    client.suppress_exceptions = False
    client.reconnect_delay_set(1, SLOWEST)
    if wanted.user:
        client.username_pw_set(wanted.user, wanted.password or None)

    def opening() -> socket.socket:
        try:
            return opened()
        except OSError as error:
            taker.lost(f"ブローカーにつながりません（{error}）。つなぎ直しています。")
            raise
        except Exception as error:  # refused by the house: whoever lists the broker is waited for
            taker.lost(str(error))
            raise OSError("not allowed") from error

    client.opened = opening
    return client


def _kept_for(seconds: int, kind: int = PacketTypes.CONNECT) -> Properties:
    found = Properties(kind)
    found.SessionExpiryInterval = seconds
    if kind == PacketTypes.CONNECT:
        found.ReceiveMaximum = IN_HAND
    return found
