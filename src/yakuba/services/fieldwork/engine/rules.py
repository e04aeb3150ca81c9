"""The file in which a town says what residents may report, which section has it, and until when (通報の決まり)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.services.fieldwork.engine.nearby import Point, is_no_place, metres

MOST = 100  # categories, districts, landmarks and rules each
LONGEST = 60  # characters of a name
LANGUAGES = ("easy", "en", "zh", "ko", "vi", "pt")  # beside Japanese
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,29}\Z")
CATEGORIES = """分類:
  - 符号: road
    名前: 道路の穴・段差
    訳: {easy: みちの あな, en: Hole or bump in the road, zh: 道路坑洼, ko: 도로 파손, vi: Hư hỏng mặt đường, pt: Buraco na rua}
    課: 建設課
    期限の日数: 10
    重なる距離m: 40
  - 符号: light
    名前: 街灯が消えている
    訳: {easy: でんきが つかない, en: Street light out, zh: 路灯不亮, ko: 가로등 고장, vi: Đèn đường hỏng, pt: Iluminação apagada}
    課: 建設課
    期限の日数: 15
  - 符号: rubbish
    名前: ごみ・不法投棄
    訳: {easy: ごみ, en: Dumped rubbish, zh: 乱扔垃圾, ko: 불법 쓰레기, vi: Đổ rác trái phép, pt: Lixo abandonado}
    課: 環境課
    期限の日数: 10
  - 符号: wildlife
    名前: 鳥獣を見た
    訳: {easy: どうぶつを 見た, en: Wild animal seen, zh: 发现野生动物, ko: 야생동물 목격, vi: Thấy động vật hoang dã, pt: Animal selvagem}
    課: 農林課
    期限の日数: 3
    重なる距離m: 300
    重なる日数: 2
振り分け:
  - 分類: road
    ことば: [陥没, 崩れ, 通れない]
    課: 建設課
    期限の日数: 1
    急ぎ: はい
"""  # what most towns begin with
EXAMPLE = f"""町:
  緯度: 35.6000
  経度: 138.5000
  半径km: 15
{CATEGORIES}地区:
  - {{名前: 中央, 緯度: 35.6000, 経度: 138.5000, 半径km: 2}}
目印:
  - {{名前: 役場, 緯度: 35.6000, 経度: 138.5000}}
"""


@dataclass(frozen=True)
class Category:
    """What is reported. days: work days until it should be done; alike_metres, alike_days: within which two reports may be of
    one thing; names: by language, Japanese under `ja`."""

    code: str
    names: dict[str, str]
    section: str
    days: int
    alike_metres: float
    alike_days: int
    line: int

    @property
    def label(self) -> str:
        """In Japanese."""
        return self.names["ja"]

    def name(self, language: str) -> str:
        """In that language, or else in Japanese."""
        return self.names.get(language) or self.label


@dataclass(frozen=True)
class Place:
    """A named place. radius: metres, 0 for a landmark."""

    name: str
    at: Point
    radius: float = 0.0


@dataclass(frozen=True)
class Route:
    """What holds for some reports of a category. words: any of them in the text; district: the name of one, or empty."""

    category: str
    section: str
    days: int
    urgent: bool
    words: tuple[str, ...]
    district: str
    line: int


@dataclass(frozen=True)
class Routed:
    """Where a report goes: the section's name, work days, whether it is urgent."""

    section: str
    days: int
    urgent: bool


@dataclass(frozen=True)
class ReportRules:
    """All of it. town: the middle, with the radius outside of which a place is taken for a mistake."""

    town: Place
    categories: tuple[Category, ...] = ()
    routes: tuple[Route, ...] = ()
    districts: tuple[Place, ...] = ()
    landmarks: tuple[Place, ...] = ()
    sections: dict[str, int] = field(default_factory=dict)  # each that is named, with its line

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the place, in degrees, can be one of this town."""
        at = Point(latitude, longitude)
        return not is_no_place(at) and metres(at, self.town.at) <= self.town.radius

    def category(self, code: str) -> Category | None:
        """The one of that code."""
        return next((one for one in self.categories if one.code == code), None)

    def place_that_begins(self, words: str) -> Place | None:
        """The landmark or district with which the words begin, alone or before a blank; the longest name."""
        places = (*self.landmarks, *self.districts)
        found = [one for one in places if one.name and f"{words} ".startswith(f"{one.name} ")]
        return max(found, key=lambda one: len(one.name), default=None)

    def district_of(self, at: Point | None) -> str:
        """The nearest district in whose circle the point lies; empty where none is."""
        if at is None:
            return ""
        inside = [
            (metres(at, one.at), one.name) for one in self.districts if metres(at, one.at) <= one.radius
        ]
        return min(inside)[1] if inside else ""

    def route(self, category: Category, text: str, at: Point | None) -> Routed:
        """The first rule that fits, or else what the category says."""
        district = self.district_of(at)
        for one in self.routes:
            fits = one.category in ("", category.code) and one.district in ("", district)
            if fits and (not one.words or any(word in text for word in one.words)):
                return Routed(one.section or category.section, one.days or category.days, one.urgent)
        return Routed(category.section, category.days, False)


def read_rules(text: str) -> ReportRules:
    """The file. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("町", "分類"), ("振り分け", "地区", "目印"))
    town = _town(top, faults)
    sections: dict[str, int] = {}
    categories = tuple(_categories(top, faults, sections))
    districts = tuple(_places(top, faults, "地区", town, with_radius=True))
    landmarks = tuple(_places(top, faults, "目印", town, with_radius=False))
    routes = tuple(
        _routes(top, faults, {one.code for one in categories}, {one.name for one in districts}, sections)
    )
    if "分類" in top and not categories and not faults.found:
        top.fault("分類", "分類を一つ以上書いてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return ReportRules(town, categories, routes, districts, landmarks, sections)


def _town(top: Section, faults: Faults) -> Place:
    node = top.node("町")
    section = Section(node, "町", faults, ("緯度", "経度", "半径km") if node else ())
    return Place("", _point(section), section.number("半径km", 30.0, 0.5, 200.0) * 1000)


def _point(section: Section) -> Point:
    return Point(section.number("緯度", 35.0, 20.0, 46.0), section.number("経度", 138.0, 122.0, 154.0))


def _categories(top: Section, faults: Faults, sections: dict[str, int]) -> Iterator[Category]:
    seen: set[str] = set()
    for number, node in enumerate(_rows(top, "分類", faults), start=1):
        section = Section(
            node,
            f"{number}番目の分類",
            faults,
            ("符号", "名前", "課"),
            ("訳", "期限の日数", "重なる距離m", "重なる日数"),
        )
        code = section.text("符号")
        if code and not _CODE.match(code):
            section.fault("符号", f"符号「{code}」は、英小文字で始まる英数字30字までで書いてください。")
        if code in seen:
            section.fault("符号", f"符号「{code}」が二つあります。")
        seen.add(code)
        names = {"ja": _short(section, "名前")}
        words = Section(section.node("訳"), f"{number}番目の分類の訳", faults, (), LANGUAGES)
        names |= {one: _short(words, one) for one in LANGUAGES if one in words}
        name = _short(section, "課")
        sections.setdefault(name, section.line_of("課"))
        yield Category(
            code,
            names,
            name,
            section.whole("期限の日数", 14, 1, 365),
            section.number("重なる距離m", 50.0, 1.0, 5_000.0),
            section.whole("重なる日数", 60, 1, 730),
            node.line,
        )


def _routes(
    top: Section, faults: Faults, codes: set[str], districts: set[str], sections: dict[str, int]
) -> Iterator[Route]:
    for number, node in enumerate(_rows(top, "振り分け", faults), start=1):
        section = Section(
            node,
            f"{number}番目の振り分け",
            faults,
            (),
            ("分類", "地区", "ことば", "課", "期限の日数", "急ぎ"),
        )
        code, district = section.text("分類"), section.text("地区")
        if code and code not in codes:
            section.fault("分類", f"分類「{code}」がありません。分類の符号を書いてください。")
        if district and district not in districts:
            section.fault("地区", f"地区「{district}」がありません。地区の名前を書いてください。")
        name = _short(section, "課") if "課" in section else ""
        if name:
            sections.setdefault(name, section.line_of("課"))
        words = tuple(word for _, word in section.texts("ことば") if word)
        days = section.whole("期限の日数", 0, 0, 365)
        urgent = section.flag("急ぎ", False)
        if not (name or days or urgent):
            faults.add(node.line, section.place, "「課」「期限の日数」「急ぎ」のどれかを書いてください。")
        yield Route(code, name, days, urgent, words, district, node.line)


def _places(top: Section, faults: Faults, key: str, town: Place, *, with_radius: bool) -> Iterator[Place]:
    seen: set[str] = set()
    needs = ("名前", "緯度", "経度", *(("半径km",) if with_radius else ()))
    for number, node in enumerate(_rows(top, key, faults), start=1):
        section = Section(node, f"{number}番目の{key}", faults, needs)
        name, at = _short(section, "名前"), _point(section)
        if name in seen:
            section.fault("名前", f"「{name}」が二つあります。")
        seen.add(name)
        if "緯度" in section and metres(at, town.at) > town.radius:
            section.fault(
                "緯度", f"「{name}」は、町の中心から半径の外にあります。緯度と経度を確かめてください。"
            )
        yield Place(name, at, section.number("半径km", 1.0, 0.05, 100.0) * 1000 if with_radius else 0.0)


def _rows(top: Section, key: str, faults: Faults) -> Iterator[Node]:
    for number, node in enumerate(top.rows(key), start=1):
        if number > MOST:
            faults.add(node.line, "", f"「{key}」は{MOST}までです。")
            return
        yield node


def _short(section: Section, key: str) -> str:
    text = section.text(key)
    if len(text) > LONGEST:
        section.fault(key, f"「{key}」は{LONGEST}字までです。")
    return text[:LONGEST]
