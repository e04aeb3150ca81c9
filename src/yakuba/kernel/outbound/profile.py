"""The deployment profile: by which model the town's networks are cut, in which zone this installation stands, and the flows
that it may have. What is not written there does not flow."""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

from django.conf import settings

from yakuba.kernel.addresses import Network
from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, decoded, parse
from yakuba.kernel.definitions.given import Unreadable, content
from yakuba.kernel.definitions.section import plain
from yakuba.kernel.outbound.allowed import Allowed, is_address, stands_for_others
from yakuba.kernel.outbound.classes import BY_LABEL, HIGHEST, DataClass, Zone
from yakuba.kernel.outbound.target import HIGHEST_PORT, OVER, PORTS, Unclear, canonical_host
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.values.labelled import Labelled

VARIABLE = "YAKUBA_DEPLOYMENT"
WIDEST = {4: 8, 6: 32}  # the fewest bits that a network's address may have: more is no list any more
MOST_FLOWS = 500
_NO_FILE = "ふつうのファイルではありません（パイプや装置）。何度も読むので、ディスクに置いたファイルを指定してください。"
_NOBODY = (
    "、1つの相手のアドレスではありません（この機械のどこか、一斉の送り先、クラウドの内部サービス、IPv4を包むもの）。"
    "相手のアドレスを書いてください。"
)


class Model(Labelled):
    """How a town cuts its networks (総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」)."""

    ALPHA = "alpha", "α"
    ALPHA_PRIME = "alpha_prime", "α'"
    BETA = "beta", "β"
    BETA_PRIME = "beta_prime", "β'"


_MODELS = {one.label.replace("'", sign): one for one in Model for sign in "'′’＇"}
_ZONES = {one.label: one for one in Zone}


class OutboundRefused(Conflict):
    """A connection that the installation does not list, or whose data is of a higher class than the flow may carry."""


class ProfileUnreadable(OutboundRefused):
    """There is a profile and it cannot be used: nothing goes out, and nothing of residents is taken in."""


@dataclass(frozen=True)
class Flow:
    """outward: begun by this installation.  peer: the zone of the other side.  cleaned: what comes in by it is made harmless
    (無害化) on the way.  line: in the file."""

    name: str
    outward: bool
    protocol: str
    host: str
    port: int
    peer: Zone
    networks: tuple[Network, ...]
    purpose: str
    most: DataClass
    cleaned: bool
    line: int

    @property
    def allowed(self) -> Allowed:
        """What it lets go out."""
        over = frozenset({OVER.get(self.protocol, self.protocol)})
        return Allowed(self.host, self.port, over, self.networks, most=self.most, name=self.name)


@dataclass(frozen=True)
class Profile:
    """most: the highest class that is kept here, by the file or else by the zone."""

    name: str
    model: Model
    zone: Zone
    most: DataClass
    flows: tuple[Flow, ...]


def current() -> Profile | None:
    """This installation's profile; None where it has none. Raises ProfileUnreadable."""
    path: Path | None = settings.YAKUBA.deployment
    if path is None:
        return None
    try:
        seen = path.stat()
        return _read(path, (seen.st_mtime_ns, seen.st_ctime_ns, seen.st_size, seen.st_ino))
    except (OSError, Unreadable, DefinitionRefused) as error:
        raise ProfileUnreadable(
            f"配置プロファイル {path} を使えないため、外へつながず、住民の情報も受け入れません（{error}）。"
            f"yakuba check --deploy で直すところを確かめ、{VARIABLE} のファイルを直してください。"
        ) from error


@lru_cache(maxsize=4)
def _read(path: Path, seen: tuple[int, ...]) -> Profile:
    return read(path)


def read(path: Path) -> Profile:
    """A profile file. Raises Unreadable, and DefinitionRefused with every fault and its line."""
    with suppress(OSError):  # told below
        if not (stat.S_ISREG(mode := path.stat().st_mode) or stat.S_ISDIR(mode)):
            raise Unreadable(_NO_FILE, place=str(path))
    return parsed(decoded(content(path)))


def parsed(text: str) -> Profile:
    """The profile of a text. Raises DefinitionRefused."""
    faults = Faults()
    section = Section(parse(text), "", faults, ("名前", "モデル", "系", "通信"), ("扱える情報",))
    zone = section.word("系", _ZONES, Zone.INTERNET)
    most = section.word("扱える情報", BY_LABEL, HIGHEST[zone])
    if most > HIGHEST[zone]:
        section.fault("扱える情報", f"{zone.label}で扱えるのは{HIGHEST[zone].label}までです。")
    flows: list[Flow] = []
    for node in section.rows("通信"):
        flow = _flow(node, zone, most, faults)
        _once(flow, flows, faults)
        flows.append(flow)
        if len(flows) > MOST_FLOWS:
            section.fault("通信", f"通信は{MOST_FLOWS}件までです。")
            break
    model = section.word("モデル", _MODELS, Model.ALPHA)
    name = section.text("名前")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return Profile(name, model, zone, most, tuple(flows))


def _flow(node: Node, zone: Zone, most: DataClass, faults: Faults) -> Flow:
    needed = ("名前", "向き", "プロトコル", "ホスト", "相手の系", "目的", "載せてよい情報")
    said = Section(node, "通信", faults, needed, ("ポート", "アドレス", "無害化"))
    said.place = f"通信「{said.text('名前')}」"
    protocol = said.word("プロトコル", {one: one for one in PORTS}, "https")
    flow = Flow(
        said.text("名前"),
        said.word("向き", {"出る": True, "入る": False}, True),
        protocol,
        _host(said),
        _port(said, PORTS[protocol]),
        said.word("相手の系", _ZONES, Zone.INTERNET),
        _networks(said),
        said.text("目的"),
        said.word("載せてよい情報", BY_LABEL, DataClass.PUBLIC),
        said.flag("無害化", False),
        said.line,
    )
    if {zone, flow.peer} == {Zone.MY_NUMBER, Zone.INTERNET}:
        said.fault("相手の系", "個人番号利用事務系とインターネット接続系は、どのモデルでも直接つなげません。")
    if flow.most > (limit := min(most, HIGHEST[flow.peer])):
        said.fault(
            "載せてよい情報", f"この系と{flow.peer.label}のあいだに載せられるのは{limit.label}までです。"
        )
    if flow.networks and is_address(flow.host) and not flow.allowed.found_at([flow.host]):
        said.fault(
            "アドレス", f"ホスト {flow.host} が「アドレス」に入っていません。どちらかを直してください。"
        )
    return flow


def _port(said: Section, usual: int) -> int:
    """One port. `whole` reads 80,81 as a number with a comma between its thousands: another port than any that was meant."""
    text = plain(said.text("ポート"))
    if text and not (text.isascii() and text.isdecimal()):
        said.fault("ポート", f"「ポート」は1つの番号で書いてください（今は「{text[:40]}」）。")
        return usual
    return said.whole("ポート", usual, 1, HIGHEST_PORT)


def _host(said: Section) -> str:
    text = said.text("ホスト")
    try:
        host = canonical_host(text) if text else ""
    except Unclear as error:
        said.fault("ホスト", f"「{text[:80]}」を使えません。{error}")
        return ""
    if is_address(host) and stands_for_others(ip_network(host)):
        said.fault("ホスト", f"「{text[:80]}」は{_NOBODY}")
    return host


def _networks(said: Section) -> tuple[Network, ...]:
    found: list[Network] = []
    for line, text in said.texts("アドレス"):
        try:
            one = ip_network(text)
        except ValueError:
            said.faults.add(line, said.place, f"「{text[:60]}」{_wrong_network(text)}")
            continue
        if one.prefixlen < WIDEST[one.version]:
            said.faults.add(
                line, said.place, f"ネットワーク {one} は広すぎます。相手のアドレスに絞ってください。"
            )
        elif stands_for_others(one):
            said.faults.add(line, said.place, f"「{text[:60]}」は{_NOBODY}")
        found.append(one)
    return tuple(found)


def _wrong_network(text: str) -> str:
    """What is wrong with what is no network."""
    try:
        whole = ip_network(text, strict=False)
    except ValueError:
        return "はアドレスでもネットワークでもありません。"
    return f"は、アドレスとネットワークのどちらか分かりません。アドレスなら / からを消し、ネットワークなら {whole} と書いてください。"


def _once(flow: Flow, before: list[Flow], faults: Faults) -> None:
    for one in before:
        same = (flow.outward, flow.host, flow.port) == (one.outward, one.host, one.port)
        if flow.name == one.name:
            faults.add(flow.line, f"通信「{flow.name}」", "同じ名前の通信があります。名前を変えてください。")
        if same and flow.allowed.protocols == one.allowed.protocols:
            faults.add(
                flow.line,
                f"通信「{flow.name}」",
                f"相手とポートが通信「{one.name}」と同じです。一つにしてください。",
            )
