"""What a message of a broker says, by the town's file: which device, and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.cityhub.engine.brokerfile import DEVICE, VALUE, BrokerFile, BrokerRule, moment_in
from yakuba.services.cityhub.engine.device_readings import LARGEST, MOST, Sent, json_of, printable
from yakuba.services.cityhub.engine.device_readings import read as read_message
from yakuba.services.cityhub.engine.errors import NgsiError

NO_RULE = "どの「受け取り」にも合わないトピックです。決まりに足すか、送る側を直してください"
TOO_LARGE = f"大きすぎます（{LARGEST:,}バイトまで）。分けて送るように、送る側を直してください"
NO_TEXT = "文字コードがUTF-8ではありません。UTF-8で送るように、送る側を直してください"
NO_JSON = "JSONとして読めません。送る側か、決まりの「形」を直してください"
NO_VALUES = "決まりの「値」に書いた場所に、値が一つもありません。届いたものと決まりを見比べてください"
TOO_MANY = f"値が多すぎます（{MOST:,}個まで）。分けて送るように、送る側を直してください"
SHOWN = 200  # characters of what came


class Unfit(ValueError):
    """Nothing can be made of the message; `str()` says why, in Japanese, always in the same words. rule: whose it was."""

    def __init__(self, reason: str, rule: str = "") -> None:
        super().__init__(reason)
        self.rule = rule


@dataclass(frozen=True)
class FromDevice:
    """What a message says. device: number in the register."""

    device: str
    sent: Sequence[Sent]
    rule: str


def read(file: BrokerFile, topic: str, payload: bytes) -> FromDevice:
    """The values of a message, by the first rule that its topic fits. Raises Unfit."""
    for rule in file.rules:
        said = rule.fits(topic)
        if said is not None:
            break
    else:
        raise Unfit(NO_RULE)
    if len(payload) > LARGEST:
        raise Unfit(TOO_LARGE, rule.name)
    sent = _sent(rule, said, payload)
    if len(sent) > MOST:
        raise Unfit(TOO_MANY, rule.name)
    return FromDevice(rule.device or said[DEVICE], sent, rule.name)


def _sent(rule: BrokerRule, said: dict[str, str], payload: bytes) -> list[Sent]:
    if rule.form == "json" and rule.values:
        return _by_ways(rule, payload)
    if rule.form == "number":
        return [Sent(None, (rule.value or said[VALUE])[:256], _text(rule, payload).strip())]
    try:
        sent = read_message(payload, "text/csv" if rule.form == "csv" else "application/json")
    except NgsiError as error:
        raise Unfit(error.description.rstrip("。"), rule.name) from None
    return [Sent(moment_in(one.at, rule.zone), one.name, one.value) for one in sent]


def _by_ways(rule: BrokerRule, payload: bytes) -> list[Sent]:
    text = _text(rule, payload)
    try:
        given = json_of(text)
    except (ValueError, RecursionError):
        raise Unfit(NO_JSON, rule.name) from None
    found = []
    for one in given if isinstance(given, list) else [given]:
        # A moment that should be there and is not is one that cannot be read, not that of arrival.
        at = moment_in(_at(one, rule.at, ""), rule.zone) if rule.at else None
        for name, way in rule.values.items():
            value = _at(one, way, _NOTHING)
            if value is not _NOTHING:
                found.append(Sent(at, name, value))
    if not found:
        raise Unfit(NO_VALUES, rule.name)
    return found


_NOTHING = object()


def _at(given: Any, way: Sequence[str], missing: Any) -> Any:
    for step in way:
        if isinstance(given, dict) and step in given:
            given = given[step]
        elif isinstance(given, list) and step.isascii() and step.isdecimal() and int(step) < len(given):
            given = given[int(step)]
        else:
            return missing
    return given


def _text(rule: BrokerRule, payload: bytes) -> str:
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unfit(NO_TEXT, rule.name) from None


def shown(payload: bytes) -> str:
    """What came, for people."""
    return printable(payload[: 2 * SHOWN].decode("utf-8", "replace"))[:SHOWN]


def has_moments(found: FromDevice) -> bool:
    """Whether each value says when it was measured; else it is only known when the message came."""
    return all(one.at is not None for one in found.sent)
