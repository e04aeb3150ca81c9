"""The file in which a town says which broker it has, and what its topics and payloads mean (MQTTの決まり)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse
from yakuba.services.cityhub.engine.moments import read_moment

MOST = 200  # rules
LONGEST = 100  # characters of a name
DEVICE, VALUE = "{機器}", "{値}"  # levels of a topic that say something
DEEPEST = 10  # steps of a way into a payload
FORMS = {"JSON": "json", "CSV": "csv", "数": "number"}
VERSIONS = {"5": 5, "3.1.1": 4}  # as the protocol counts them
_ADDRESS = re.compile(r"mqtts?://[A-Za-z0-9._-]+(:[0-9]{1,5})?\Z|mqtts?://\[[0-9a-fA-F:]+\](:[0-9]{1,5})?\Z")
_CLIENT = re.compile(r"[A-Za-z0-9_-]{1,23}\Z")  # what every broker takes (MQTT 3.1.1, 3.1.3.1)
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_ZONE = re.compile(r"[+-]\d{2}:\d{2}\Z")
EXAMPLE = """ブローカー:
  アドレス: mqtts://broker.example.lg.jp:8883
  版: 5
  利用者: yakuba
  パスワードの名前: river-broker
受け取り:
  - 名前: 機器の形のまま送る水位計
    トピック: "yakuba/{機器}/readings"
  - 名前: よその形で送る雨量計
    トピック: "rain/{機器}/up"
    日時: time
    時差: "+09:00"
    値:
      mm: data.precipitation
      bat: data.battery
  - 名前: 一つのトピックに一つの数
    トピック: "well/{機器}/{値}"
    形: 数
"""


@dataclass(frozen=True)
class Broker:
    """Whom to call. version: of the protocol as it counts them (4 is 3.1.1); client: the name under which the broker keeps what
    comes while nobody listens, empty for the usual one; hours: for how long it shall; secret: the name of the password."""

    address: str
    version: int = 5
    client: str = ""
    user: str = ""
    secret: str = ""
    hours: int = 72


@dataclass(frozen=True)
class BrokerRule:
    """What the messages of a topic mean. levels: of the topic; device: number of the device, empty where the topic says it;
    form: json, csv or number; values: name as the device sends it → way into the payload, empty for the house's own form; at: way
    to the moment, empty for the moment of arrival; zone: of moments that name none."""

    name: str
    levels: tuple[str, ...]
    device: str = ""
    form: str = "json"
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: tuple[str, ...] = ()
    zone: str = ""
    value: str = ""

    @property
    def filter(self) -> str:
        """The topic filter that is subscribed to."""
        return "/".join("+" if one in (DEVICE, VALUE) else one for one in self.levels)

    def fits(self, topic: str) -> dict[str, str] | None:
        """What the levels of a topic say, by their words; None where the rule is not about it."""
        given = topic.split("/")
        if self.levels[-1] == "#":
            if len(given) < len(self.levels) - 1:
                return None
        elif len(given) != len(self.levels):
            return None
        found = {}
        for level, one in zip(self.levels, given, strict=False):
            if level == "#":
                break
            if level in (DEVICE, VALUE):
                found[level] = one
            elif level not in ("+", one):
                return None
        return found


@dataclass(frozen=True)
class BrokerFile:
    """All of it."""

    broker: Broker
    rules: tuple[BrokerRule, ...]

    @property
    def filters(self) -> tuple[str, ...]:
        """What is subscribed to."""
        return tuple(dict.fromkeys(one.filter for one in self.rules))


def read_broker_file(text: str) -> BrokerFile:
    """The file. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("ブローカー", "受け取り"))
    broker = _broker(top, faults)
    rules = tuple(_rules(top, faults))
    if not rules and not faults.found:
        top.fault("受け取り", "受け取るトピックを一つ以上書いてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return BrokerFile(broker, rules)


def _broker(top: Section, faults: Faults) -> Broker:
    section = Section(
        top.node("ブローカー"),
        "ブローカー",
        faults,
        ("アドレス",),
        ("版", "名前", "利用者", "パスワードの名前", "覚える時間"),
    )
    address = section.text("アドレス")
    if address and not _ADDRESS.match(address):
        section.fault(
            "アドレス",
            "mqtts://broker.example.lg.jp:8883 か mqtt://192.0.2.1:1883 の形で書いてください。利用者名とパスワードは書きません。",
        )
    client, secret = section.text("名前"), section.text("パスワードの名前")
    if client and not _CLIENT.match(client):
        section.fault("名前", "半角の英数字と - _ で、23文字までにしてください。")
    if secret and not _SECRET.match(secret):
        section.fault(
            "パスワードの名前",
            "パスワードそのものではなく、YAKUBA_CITYHUB_SECRETS に付けた名前を、半角の英数字と - _ で書いてください。",
        )
    return Broker(
        address,
        section.word("版", VERSIONS, 5),
        client,
        section.text("利用者")[:200],
        secret,
        section.whole("覚える時間", 72, 1, 24 * 60),
    )


def _rules(top: Section, faults: Faults) -> Iterator[BrokerRule]:
    names: set[str] = set()
    filters: dict[str, str] = {}
    for number, node in enumerate(top.rows("受け取り"), start=1):
        if number > MOST:
            top.fault("受け取り", f"受け取りは{MOST}件までです。")
            return
        section = Section(
            node,
            f"{number}番目の受け取り",
            faults,
            ("名前", "トピック"),
            ("機器", "形", "値", "値の名前", "日時", "時差"),
        )
        rule = _rule(section, faults)
        if rule.name in names:
            section.fault("名前", f"「{rule.name}」が二つあります。名前を変えてください。")
        if rule.filter in filters:
            section.fault("トピック", f"「{filters[rule.filter]}」と同じトピックです。一つにしてください。")
        names.add(rule.name)
        filters[rule.filter] = rule.name
        yield rule


def _rule(section: Section, faults: Faults) -> BrokerRule:
    name = section.text("名前")
    if len(name) > LONGEST:
        section.fault("名前", f"{LONGEST}文字までにしてください。")
    levels = _levels(section)
    device = section.text("機器")
    if device and not _DEVICE.match(device):
        section.fault("機器", "機器台帳の機器番号を書いてください。")
    if bool(device) == (DEVICE in levels):
        section.fault(
            "トピック", f"どの機器かを、トピックの {DEVICE} か「機器」の、どちらか一つで書いてください。"
        )
    form = section.word("形", FORMS, "json")
    value = section.text("値の名前")
    if (form == "number") != (bool(value) or VALUE in levels):
        section.fault(
            "形",
            f"「形: 数」では、機器が送る名前を、トピックの {VALUE} か「値の名前」に書きます。ほかの形では書きません。",
        )
    values = _values(section, faults)
    at = _way(section.text("日時"))
    if (values or at) and form != "json":
        section.fault("値", "「値」と「日時」を書けるのは「形: JSON」だけです。")
    if at and not values:
        section.fault(
            "日時", "「日時」を書くときは、「値」も書いてください。どちらもなければ、機器の形として読みます。"
        )
    zone = section.text("時差")
    if zone and not _ZONE.match(zone):
        section.fault("時差", "+09:00 のように書いてください。")
    return BrokerRule(name, levels, device, form, values, at, zone, value)


def _levels(section: Section) -> tuple[str, ...]:
    topic = section.text("トピック")
    levels = tuple(topic.split("/"))
    words = [one for one in levels if "{" in one or "}" in one]
    wild = [one for one in levels if "+" in one or "#" in one]
    if any(one not in (DEVICE, VALUE) for one in words) or len(words) != len(set(words)):
        section.fault(
            "トピック",
            f"{{ }} で書けるのは {DEVICE} と {VALUE} で、一つの段をまるごと使い、それぞれ一度だけです。",
        )
    elif any(one not in ("+", "#") for one in wild) or "#" in levels[:-1]:
        section.fault("トピック", "+ は一つの段をまるごと使い、# は最後の段だけに書けます。")
    elif topic.startswith("$") or len(topic.encode()) > 1_000 or any(sign < " " for sign in topic):
        section.fault("トピック", "$ で始まるものと、長すぎるものは書けません。")
    return levels


def _values(section: Section, faults: Faults) -> dict[str, tuple[str, ...]]:
    node = section.node("値")
    if node is None:
        return {}
    found = {}
    for name, one in Section(node, section.place, faults, (), None).all().items():
        way = _way(one.text or "")
        if not way or len(name) > 256:
            faults.add(
                one.line, section.place, f"「{name}」に、届いたJSONの中の場所を書いてください。例：data.level"
            )
        found[name] = way
    if not found:
        section.fault("値", "機器が送る名前と、JSONの中の場所を書いてください。例：wl: data.level")
    return found


def _way(text: str) -> tuple[str, ...]:
    return tuple(one for one in text.split(".") if one)[:DEEPEST]


def moment_in(given: object, zone: str) -> object:
    """A moment as devices may send it: a number of milliseconds as seconds, a text without a zone with the rule's."""
    if isinstance(given, int | float) and not isinstance(given, bool) and abs(given) >= 1e11:
        return given / 1000
    if isinstance(given, str) and zone:
        text = given.strip().replace("/", "-").replace(" ", "T", 1)
        if read_moment(text, None) is None and (read := read_moment(text, zone)) is not None:
            return read
    return given
