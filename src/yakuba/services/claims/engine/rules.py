"""The town's rules: a file that a clerk reads and writes; each row says item, condition, period, source, severity, message.

規則:
  - 符号: visit-once
    名前: 初診料は月1回
    種類: 回数
    項目: ["111000110"]
    上限: 1
    期間: 月
    適用: 2026-04から
    出典: 点数表の解釈 …
    重さ: 照会
    文: 初診料が月に{値}回あります。
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse, plain
from yakuba.services.claims.contracts import Severity
from yakuba.services.claims.engine.dates import BadDate, month_of
from yakuba.services.claims.engine.tables import ALWAYS, NEVER, Check

MOST, MOST_CODES = 2_000, 5_000  # rules of a file, codes of a rule
LONGEST = {"符号": 40, "名前": 120, "出典": 300, "文": 300}
SEVERITIES = {"返戻": Severity.RETURN, "照会": Severity.ASK, "確認": Severity.LOOK}
PERIODS = {
    "日": (1, 1),
    "週": (2, 1),
    "月": (3, 1),
    "2か月": (3, 2),
    "3か月": (3, 3),
    "6か月": (3, 6),
    "12か月": (3, 12),
}
SEXES = {"男": 1, "女": 2}
PLACES = {"入院": 1, "入院外": 0}
ELIGIBILITY = {"該当なし": 1, "期間外": 2, "給付割合": 3, "公費": 4}
CODES = ("項目", "相手")
FIRST_ITEM = 10_000_000  # codes of diseases are below, of acts, drugs and materials above


@dataclass(frozen=True)
class Kind:
    """A kind of rule. name: of `checks`; needs, may: keys besides the common ones; label: what it looks for."""

    name: str
    label: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    coded: bool = True


KINDS = {
    "資格": Kind("eligibility", "資格（番号がない、期間の外、給付割合、公費の優先）", ("何を",), coded=False),
    "年齢": Kind("age", "年齢の範囲の外", (), ("下限", "上限")),
    "性別": Kind("sex", "性別と合わない", ("性別",)),
    "入外": Kind("setting", "入院・入院外と合わない", ("入外",)),
    "回数": Kind("count", "回数が上限を超える（日、週、月、数か月の縦覧）", ("上限", "期間")),
    "背反": Kind("exclusion", "一緒に算定できない", ("相手", "期間")),
    "適応": Kind(
        "indication", "適応の病名がない（調剤は同じ月の医科と突き合わせる）", ("相手",), ("疑いでよい",)
    ),
    "禁忌": Kind("contraindication", "禁忌の病名がある", ("相手",)),
    "併用": Kind("pair", "併用できない薬（同じ月のほかのレセプトとも突き合わせる）", ("相手",)),
    "量": Kind("dose", "1日の量が範囲の外", (), ("下限", "上限")),
    "日数": Kind("days", "投与日数が上限を超える", ("上限",)),
    "再初診": Kind("again", "前の算定から日のたたない再算定（縦覧）", ("上限",)),
    "疑い": Kind("suspected", "疑い病名が続いている（縦覧）", ("上限",), coded=False),
    "重複": Kind("duplicate", "同じ人・医療機関・月・点数のレセプトが二つある", coded=False),
    "似た人": Kind(
        "near", "番号は違うが同じ人らしい二つのレセプトが、同じ医療機関・月・点数で出ている", coded=False
    ),
    "第三者": Kind("injury", "けがの病名（第三者行為・業務上の照会）"),
    "合計": Kind("total", "明細の点数の合計が合計点数と違う", coded=False),
}
COMMON = ("符号", "名前", "種類", "出典", "重さ", "文")


@dataclass(frozen=True)
class Rule:
    """A rule. code: by which it is known in all versions; checks: its rows, one for each pair of codes; message: with {値},
    {項目}, {相手} to be filled in."""

    code: str
    name: str
    kind: str
    severity: Severity
    source: str
    message: str
    checks: tuple[Check, ...]


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules in a file. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("規則",), ("題名",))
    lines: dict[str, int] = {}
    found = tuple(_rules(top, faults, lines))
    _contradictions(found, lines, faults)
    if not found and not faults.found:
        top.fault("規則", "規則を一つ以上書いてください。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return found


def _rules(top: Section, faults: Faults, lines: dict[str, int]) -> Iterator[Rule]:
    seen: set[str] = set()
    keys = {key for kind in KINDS.values() for key in (*kind.needs, *kind.may)}
    for number, node in enumerate(top.rows("規則"), start=1):
        if number > MOST:
            faults.add(node.line, "", f"規則は{MOST}までです。ファイルを分けてください。")
            return
        section = Section(node, f"{number}番目の規則", faults, COMMON, ("項目", "適用", *sorted(keys)))
        for name, most in LONGEST.items():
            if len(section.text(name)) > most:
                section.fault(name, f"「{name}」は{most}文字以内で書いてください。")
        code = section.text("符号")
        if code in seen:
            section.fault("符号", f"符号「{code}」が二つあります。別の符号にしてください。")
        if ":" in code:
            section.fault("符号", "符号に「:」は使えません。")
        seen.add(code)
        lines[code] = node.line
        kind = section.word("種類", KINDS, None)
        if kind is not None:
            yield _rule(section, code, kind)


def _rule(section: Section, code: str, kind: Kind) -> Rule:
    allowed = {
        *COMMON,
        "適用",
        *kind.needs,
        *kind.may,
        *(("項目",) if kind.coded or kind.name == "suspected" else ()),
    }
    for key in section.all():
        if key not in allowed:
            section.fault(key, f"「{key}」は、種類「{section.text('種類')}」では使えません。")
    needed = (*kind.needs, *(("項目",) if kind.coded else ()))
    for key in needed:
        if key not in section:
            section.fault(
                "種類", f"種類「{section.text('種類')}」には「{key}」が要ります。書き足してください。"
            )
    if kind.name in ("age", "dose") and "下限" not in section and "上限" not in section:
        section.fault("種類", "「下限」か「上限」を書いてください。")
    return Rule(
        code, section.text("名前"), kind.name, section.word("重さ", SEVERITIES, Severity.LOOK), section.text("出典"),
        section.text("文"), tuple(_checks(section, kind)),
    )  # fmt: skip


def _checks(section: Section, kind: Kind) -> Iterator[Check]:
    starts, ends = _period(section)
    low, high, unit, span = _limits(section, kind)
    mark = int(section.flag("疑いでよい", False))
    items = _codes(section, "項目") or (0,)
    others = _codes(section, "相手") or (0,)
    diseases = {"indication": others, "contraindication": others, "injury": items, "suspected": items}
    if wrong := [code for code in diseases.get(kind.name, ()) if code >= FIRST_ITEM]:
        key = "相手" if kind.name in ("indication", "contraindication") else "項目"
        section.fault(key, f"「{key}」の「{wrong[0]}」は病名のコード（7桁まで）ではありません。")
    if len(items) * len(others) > MOST_CODES:
        section.fault("項目", f"項目と相手の組が多すぎます（{MOST_CODES}まで）。規則を分けてください。")
        return
    for item in items:
        for other in others:
            if not (kind.name in ("exclusion", "pair") and item == other):
                yield Check(kind.name, item, other, low, high, unit, span, starts, ends, mark)


def _contradictions(rules: Iterable[Rule], lines: Mapping[str, int], faults: Faults) -> None:
    """Rules of which no claim could ever be right: an item for men alone and for women alone in the same months."""
    seen: dict[tuple[str, int, float | None], list[tuple[Check, Rule]]] = {}
    for rule in rules:
        if rule.kind not in ("sex", "setting"):
            continue
        for one in rule.checks:
            against = seen.get(
                (rule.kind, one.code, (3.0 if rule.kind == "sex" else 1.0) - (one.low or 0.0)), []
            )
            for other, said in against:
                if one.starts <= other.ends and other.starts <= one.ends:
                    faults.add(
                        lines[rule.code], "",
                        f"符号「{rule.code}」と「{said.code}」は、同じ項目{one.code}に反対のことを決めています。どちらかを直してください。",
                    )  # fmt: skip
            seen.setdefault((rule.kind, one.code, one.low), []).append((one, rule))


def _limits(section: Section, kind: Kind) -> tuple[float | None, float | None, int, int]:
    low = section.number("下限", 0.0, 0.0, 1e9) if "下限" in section else None
    high = section.number("上限", 0.0, 0.0, 1e9) if "上限" in section else None
    if low is not None and high is not None and low > high:
        section.fault("下限", "「下限」が「上限」より大きいので、必ず範囲の外になります。")
    unit, span = 0, 1
    if "期間" in section:
        unit, span = section.word("期間", PERIODS, (3, 1))
        if kind.name == "exclusion" and span > 1:
            section.fault("期間", "背反の期間は 日、週、月 のどれかです。")
    words: Mapping[str, Callable[[], float]] = {
        "sex": lambda: section.word("性別", SEXES, 1),
        "setting": lambda: section.word("入外", PLACES, 0),
        "eligibility": lambda: section.word("何を", ELIGIBILITY, 1),
    }
    if kind.name in words:
        low = float(words[kind.name]())
    return low, high, unit, span


def _codes(section: Section, key: str) -> tuple[int, ...]:
    found = []
    for line, text in section.texts(key):
        text = plain(text)
        if text.isascii() and text.isdigit() and len(text) <= 9 and int(text):
            found.append(int(text))
        else:
            section.faults.add(
                line, section.place, f"「{key}」の「{text[:20]}」は9桁以内のコードではありません。"
            )
    return tuple(dict.fromkeys(found))


def _period(section: Section) -> tuple[int, int]:
    """「2026-04から」「2026-04から2027-03まで」「2027-03まで」."""
    text = plain(section.text("適用")) if "適用" in section else ""
    starts, rest = _until(section, text, "から", ALWAYS)
    ends, rest = _until(section, rest, "まで", NEVER)
    if rest:
        section.fault(
            "適用", f"「適用」は「2026-04から2027-03まで」のように書いてください（今は「{text}」）。"
        )
    if starts > ends:
        section.fault("適用", "適用の終わりが始まりより前です。")
    return starts, ends


def _until(section: Section, text: str, word: str, default: int) -> tuple[int, str]:
    head, found, rest = text.partition(word)
    if not found:
        return default, text
    try:
        return month_of(head.strip().replace("-", "").replace("/", "")), rest.strip()
    except BadDate as error:
        section.fault("適用", str(error))
        return default, rest.strip()
