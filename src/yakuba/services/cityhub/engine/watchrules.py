"""The file in which a town says what is watched and who is told (見張りの決まり)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse

MOST = 200  # rules
_ADDRESS = re.compile(r"(?:[^@\s,;:<>()]+@[^@\s,;:<>()]+|https?://[^\s/]+\S*)\Z")
LONGEST = 100  # characters of a name
MOST_POSTS = 20
LARGEST = 1e12
EXAMPLE = """見張り:
  - 名前: 川の水位が高い
    型: WaterLevelObserved
    属性: waterLevel
    超える: 2.5
    戻る: 2.3
    続く分: 5
    知らせ: 川の水位が高くなっています。現地を確かめてください。
    当番: 防災
  - 名前: 水位計が黙っている
    型: WaterLevelObserved
    属性: waterLevel
    途絶の分: 60
    当番: 防災
当番:
  - 名前: 防災
    宛先: [bosai@example.lg.jp, kikikanri@example.lg.jp]
    待つ分: 10
"""


@dataclass(frozen=True)
class Limit:
    """A threshold with hysteresis: it begins beyond `at` and ends when `clear` is reached again."""

    above: bool
    at: float
    clear: float

    def beyond(self, number: float) -> bool:
        """Whether it begins here."""
        return number > self.at if self.above else number < self.at

    def over(self, number: float) -> bool:
        """Whether it ends here."""
        return number <= self.clear if self.above else number >= self.clear


@dataclass(frozen=True)
class Among:
    """Codes of an event series (a posture, a state): it begins with one of them and ends with any other."""

    codes: tuple[float, ...]

    def beyond(self, number: float) -> bool:
        """Whether it begins here."""
        return number in self.codes

    def over(self, number: float) -> bool:
        """Whether it ends here."""
        return number not in self.codes


@dataclass(frozen=True)
class Habit:
    """A notice before an event that usually comes at this time of day (`engine.hazard`). chance: from which on, 0 to 1, within
    `ahead` minutes; rest: seconds after an event in which nothing is told."""

    ahead: float
    chance: float
    rest: float


@dataclass(frozen=True)
class Post:
    """Who goes where when it begins, and what to do there."""

    place: str
    who: str
    task: str = ""


@dataclass(frozen=True)
class Also:
    """What must hold too: the last value of another attribute of the same entity."""

    attribute: str
    limit: Limit


@dataclass(frozen=True)
class Rule:
    """One rule. limit: of the value, or its codes; change: of the value's change within `within` seconds; silence: seconds
    without a value; habit: of events (values above 0); exactly one of the four. lasting: seconds that it must hold before it
    counts; posts: who goes where."""

    name: str
    entity_type: str
    entity_id: str
    attribute: str
    limit: Limit | Among | None = None
    change: Limit | None = None
    within: float = 0.0
    silence: float = 0.0
    lasting: float = 0.0
    also: tuple[Also, ...] = ()
    sentence: str = ""
    roster: str = ""
    habit: Habit | None = None
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Who is told, one after the other, until somebody acknowledges. wait: seconds between two of them."""

    name: str
    addresses: tuple[str, ...]
    wait: float


@dataclass(frozen=True)
class WatchFile:
    """All of it."""

    rules: tuple[Rule, ...] = ()
    rosters: tuple[Roster, ...] = ()

    def roster(self, name: str) -> Roster | None:
        """The one of that name."""
        return next((one for one in self.rosters if one.name == name), None)


def read_watch_file(text: str) -> WatchFile:
    """The file. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("見張り",), ("当番",))
    rosters = tuple(_rosters(top, faults))
    rules = tuple(_rules(top, faults, {one.name for one in rosters}))
    if not rules and not faults.found:
        top.fault("見張り", "見張りを一つ以上書いてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return WatchFile(rules, rosters)


def _rosters(top: Section, faults: Faults) -> Iterator[Roster]:
    for number, node in enumerate(top.rows("当番"), start=1):
        section = Section(node, f"{number}番目の当番", faults, ("名前", "宛先"), ("待つ分",))
        addresses = tuple(text.strip() for _, text in section.texts("宛先"))
        if not addresses:
            section.fault("宛先", "「宛先」に、知らせる相手を一つ以上書いてください。")
        for address in addresses:
            if not _ADDRESS.match(address):
                section.fault("宛先", f"宛先「{address}」は、メールアドレスか http(s):// で書いてください。")
        yield Roster(section.text("名前"), addresses, section.number("待つ分", 10.0, 1.0, 1_440.0) * 60)


def _rules(top: Section, faults: Faults, rosters: set[str]) -> Iterator[Rule]:
    names: set[str] = set()
    for number, node in enumerate(top.rows("見張り"), start=1):
        if number > MOST:
            faults.add(node.line, "", f"見張りは{MOST}までです。")
            return
        section = Section(
            node,
            f"{number}番目の見張り",
            faults,
            ("名前", "型", "属性"),
            (
                "実体",
                "超える",
                "下回る",
                "戻る",
                "上がる",
                "下がる",
                "変化をみる分",
                "途絶の分",
                "続く分",
                "等しい",
                "周期",
                "出向く",
                "ほかも",
                "知らせ",
                "当番",
            ),
        )
        rule = _rule(section, faults)
        if len(rule.name) > LONGEST:
            section.fault("名前", f"「名前」は{LONGEST}文字以内で書いてください。")
        if rule.name in names:
            section.fault("名前", f"「{rule.name}」という見張りが二つあります。")
        if rule.roster and rule.roster not in rosters:
            section.fault("当番", f"当番「{rule.roster}」がありません。下の「当番」に書いてください。")
        names.add(rule.name)
        yield rule


def _rule(section: Section, faults: Faults) -> Rule:
    limit = _limit(section, "超える", "下回る")
    among = _among(section)
    habit = _habit(section, faults)
    change = _limit(section, "上がる", "下がる")
    silence = section.number("途絶の分", 0.0, 0.0, 525_600.0) * 60
    if sum((limit is not None, among is not None, habit is not None, change is not None, bool(silence))) != 1:
        section.fault(
            "名前",
            "「超える」か「下回る」、「等しい」、「上がる」か「下がる」、「途絶の分」、「周期」のうち、一つを書いてください。",
        )
    _require_meaning(section, among, habit)
    return Rule(
        section.text("名前"),
        section.text("型"),
        section.text("実体"),
        section.text("属性"),
        limit or among,
        change,
        section.number("変化をみる分", 60.0, 1.0, 10_080.0) * 60,
        silence,
        section.number("続く分", 0.0, 0.0, 10_080.0) * 60,
        tuple(_also(section, faults)),
        section.text("知らせ")[:200],
        section.text("当番"),
        habit,
        tuple(_posts(section, faults)),
    )


def _require_meaning(section: Section, among: Among | None, habit: Habit | None) -> None:
    """Nobody believes in a condition that is not looked at."""
    kind, unused = ("等しい", ("戻る",)) if among else ("周期", ("戻る", "続く分", "ほかも"))
    for key in unused if among or habit else ():
        if key in section:
            section.fault(key, f"「{kind}」の見張りに「{key}」は書けません。消してください。")


def _among(section: Section) -> Among | None:
    if "等しい" not in section:
        return None
    codes = []
    for line, text in section.texts("等しい"):
        try:
            code = float(text)
        except ValueError:
            code = float("nan")
        if abs(code) <= LARGEST:
            codes.append(code)
        else:
            section.faults.add(line, section.place, f"「等しい」の「{text}」を、数にしてください。")
    if not codes:
        section.fault("等しい", "「等しい」に、数を一つ以上書いてください。例：[2]")
    return Among(tuple(codes))


def _habit(section: Section, faults: Faults) -> Habit | None:
    if "周期" not in section:
        return None
    place = f"{section.place}の「周期」"
    inner = Section(section.node("周期"), place, faults, (), ("先の分", "確率", "休む分"))
    return Habit(
        inner.number("先の分", 60.0, 5.0, 240.0),
        inner.number("確率", 30.0, 5.0, 99.0) / 100,
        inner.number("休む分", 60.0, 0.0, 1_440.0) * 60,
    )


def _posts(section: Section, faults: Faults) -> Iterator[Post]:
    for number, node in enumerate(section.rows("出向く"), start=1):
        if number > MOST_POSTS:
            section.fault("出向く", f"「出向く」は{MOST_POSTS}までです。")
            return
        inner = Section(
            node, f"{section.place}の{number}番目の「出向く」", faults, ("場所", "だれ"), ("すること",)
        )
        for key, most in (("場所", LONGEST), ("だれ", LONGEST), ("すること", 200)):
            if len(inner.text(key)) > most:
                inner.fault(key, f"「{key}」は{most}文字以内で書いてください。")
        yield Post(inner.text("場所"), inner.text("だれ"), inner.text("すること"))


def _limit(section: Section, above: str, below: str) -> Limit | None:
    if (above in section) == (below in section):
        if above in section:
            section.fault(above, f"「{above}」と「{below}」は一つの見張りに一緒に書けません。")
        return None
    key = above if above in section else below
    if not section.text(key):
        section.fault(key, f"「{key}」に数を書いてください。")
    at = section.number(key, 0.0, -LARGEST, LARGEST)
    clear = section.number("戻る", at, -LARGEST, LARGEST) if key in ("超える", "下回る") else at
    if (key == "超える" and clear > at) or (key == "下回る" and clear < at):
        section.fault("戻る", "「戻る」は、始まる値より静かな側の値にしてください。")
    return Limit(key == above, at, clear) if key != "下がる" else Limit(False, -at, -at)


def _also(section: Section, faults: Faults) -> Iterator[Also]:
    for number, node in enumerate(section.rows("ほかも"), start=1):
        inner = Section(
            node, f"{section.place}の{number}番目の「ほかも」", faults, ("属性",), ("超える", "下回る")
        )
        limit = _limit(inner, "超える", "下回る")
        if limit is None:
            inner.fault("属性", "「超える」か「下回る」を書いてください。")
            continue
        yield Also(inner.text("属性"), limit)
