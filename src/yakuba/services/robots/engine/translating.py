"""What a person does in a target system, in the words of the scenario language. Pure: pages and values in, steps out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit

from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values.types import TYPES
from yakuba.kernel.values.widths import WIDTHS
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.browser import Page
from yakuba.services.robots.engine.drafts import Step
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.filling import FieldPart, Template
from yakuba.services.robots.engine.scenario import Element, EntryKind, Role
from yakuba.services.robots.engine.seeing import items_of, one_line

SHORTEST_INSIDE = 4  # letters of a value that are looked for within a longer text
SHORTEST_NAME = 2  # 「林一」 is one
_BETWEEN = re.compile(r"[\s\-‐‑–−－・()（）]")  # what people write between the parts of a name or a number
_SURE = 0.3  # likeness of a field's label and an item's, from which they are taken to speak of the same

_COMMITS = re.compile(
    r"登録|確定|申請|送信|保存|更新|削除|取消|承認|決裁|実行|完了|提出|受付|発行|決定|適用|^(OK|はい|YES)$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"次へ|次の|進む|戻る|検索|照会|ログイン|サインイン|表示|確認|メニュー|一覧|開く|閉じる|キャンセル|詳細|クリア|前へ|選択|カレンダー"
)
_LINK_COMMITS = re.compile(r"確定|送信|保存|更新|削除|取消|承認|決裁|実行|提出|ログアウト")
_SEARCHES = re.compile(r"検索|照会")
_ABSENT = re.compile(r"\S*(?:該当|見つかり|みつかり|ありません|存在しません|[0０]件)[^\s。]*。?")
_DONE = re.compile(
    r"[^\s。]*(?:完了しました|登録しました|受け付けました|保存しました|追加しました)[^\s。]*。?"
)


@dataclass(frozen=True)
class Known:
    """What a sample case and the vault know: canonical values by code, secrets by name. Never told, only compared. read:
    what was read from the page since, by the name that it got.  by_label: there is no case, and what is typed into a field
    becomes an item of the field's name."""

    specs: Sequence[FieldSpec]
    values: Mapping[str, str]
    read: dict[str, str] = field(default_factory=dict)
    by_label: bool = False

    def writings(self) -> list[tuple[str, tuple[str, ...], FieldSpec]]:
        """Every way in which a value of the case may be written: template, texts, the item. Plain ones first."""
        found = []
        for spec in self.specs:
            if self.values.get(spec.code):
                for name in ("", *TYPES[spec.type].writings()):
                    formats = (name,) if name else ()
                    try:
                        filled = Template((FieldPart(spec, formats),), 0).fill(self.values, {})
                    except BadValue:
                        continue
                    template = f"{{{spec.label}:{name}}}" if name else f"{{{spec.label}}}"
                    found.append((template, filled.texts, spec))
        return found

    def texts(self) -> list[str]:
        """Every text that could tell a value of the case, longest first; single letters tell nothing."""
        told = {
            text for _, texts, spec in self.writings() for text in texts if len(text) > 1 and _tells(spec)
        }
        return sorted(told, key=len, reverse=True)

    def told_by(self, text: str) -> bool:
        """Whether a text holds a value of the case that could tell whose it is."""
        bare = _bare(text)
        return any(
            _bare(one) in bare
            for _, texts, spec in self.writings()
            for one in texts
            if _tells(spec) and len(_bare(one)) >= _shortest(spec)
        )

    def names(self, element: Element) -> bool:
        """Whether a value of the case is among the words by which the element is found: no other case has it there."""
        words = (element.label, element.within, element.id, element.name)
        return any(self.told_by(one) for one in words)

    def whose(self, text: str) -> str:
        """The label of the item of which a text that no template gives is another writing, or a part; empty for none."""
        bare = _bare(text)
        for spec in self.specs:
            value = self.values.get(spec.code)
            if value and _tells(spec) and _canonical(spec, text) == value:
                return spec.label
        for _, texts, spec in self.writings():
            least = _LEAST_PART.get(spec.type, SHORTEST_INSIDE)
            if bare and _tells(spec):
                for one in map(_bare, texts):
                    if (len(bare) >= least and bare in one) or (len(one) >= _shortest(spec) and one in bare):
                        return spec.label
        return ""


_LEAST_PART = {"name": 1, "kana": 2}  # letters of a part that is taken for one: family names are short


def _canonical(spec: FieldSpec, text: str) -> str:
    return if_valid(TYPES[spec.type].canonical, text) or ""


def _bare(text: str) -> str:
    return _BETWEEN.sub("", text)


def _shortest(spec: FieldSpec) -> int:
    return SHORTEST_NAME if spec.type in _LEAST_PART else SHORTEST_INSIDE


def _tells(spec: FieldSpec) -> bool:
    return not spec.options


@dataclass(frozen=True)
class Value:
    """template: as a scenario writes it.  others: templates that would give the same text.  fixed: it is the same for
    every case.  sure: whether nobody need look.  masked: it is a value that is told to nobody.  part_of: the item of which it is another writing or a part, so that it may
    not stand in a scenario; empty for none."""

    template: str
    others: tuple[str, ...] = ()
    fixed: bool = False
    sure: bool = True
    part_of: str = ""
    masked: bool = False


def value_of(texts: Sequence[str], label: str, known: Known) -> Value | None:
    """How a scenario writes what was typed into, or chosen in, the field `label`; None where one line cannot say it."""
    wanted = tuple(sorted(one.strip() for one in texts if one.strip()))
    if not wanted:
        return None
    if known.by_label:
        return Value(f"{{{item_name(label)}}}", sure=False)
    unseen = _unseen(wanted, label, known)
    if unseen:
        return Value(f"{{{unseen[0]}}}", sure=len(unseen) == 1, masked=True)
    same = [(one, spec) for one, found, spec in known.writings() if tuple(sorted(found)) == wanted]
    if same:
        return _best(_without_widths(same), label)
    named = [name for name, text in known.read.items() if (text,) == wanted]
    if named:
        return Value(f"{{{named[0]}}}")
    if len(wanted) > 1:
        return None
    return within(wanted[0], known)


def _unseen(wanted: Sequence[str], label: str, known: Known) -> list[str]:
    """The items of which a text is a value by its check digit, or by its field's label, where the case's own is told to
    nobody."""
    if len(wanted) != 1:
        return []
    return [
        one.label
        for one in known.specs
        if TYPES[one.type].masked
        and not known.values.get(one.code)
        and (one.label == label or _canonical(one, wanted[0]))
    ]


def item_name(label: str) -> str:
    """A field's label as the name of an item."""
    return re.sub("[{}:：]", "", label).strip()[:40] or "名前のない欄"


def _without_widths(same: list[tuple[str, FieldSpec]]) -> list[tuple[str, FieldSpec]]:
    """A width is meant only where nothing else gives the same text."""
    plain = [one for one in same if one[0].rstrip("}").partition(":")[2] not in WIDTHS]
    return plain or same[:1]


def _best(same: list[tuple[str, FieldSpec]], label: str) -> Value:
    """The template that speaks of what the label speaks of: 「生年月日 月」 is the month of the birth, though the era's
    number may be the same today."""

    def likeness(one: tuple[str, FieldSpec]) -> float:
        template, spec = one
        way = template.strip("{}").partition(":")[2]
        return _alike(f"{spec.label}{way}", label.replace(" ", ""))

    ranked = sorted(same, key=lambda one: -likeness(one))
    first = likeness(ranked[0])
    sure = len(ranked) == 1 or (first >= _SURE and first > likeness(ranked[1]))
    return Value(ranked[0][0], tuple(one for one, _ in ranked[1:]), sure=sure)


def within(text: str, known: Known) -> Value:
    """A longer text with values of the case in it, or one that is the same for every case."""
    out = text.replace("{", "｛").replace("}", "｝")
    writings = [
        (found[0], one, _shortest(spec))
        for one, found, spec in known.writings()
        if len(found) == 1 and _tells(spec)
    ]
    parts: list[str] = []
    for found, template, shortest in sorted(writings, key=lambda one: -len(one[0])):
        if len(found) >= shortest and found in out:
            parts.append(template)
            out = out.replace(found, f"\0{len(parts) - 1}\0")
    rest = re.sub("\0[0-9]+\0", "", out)
    for number, template in enumerate(parts):
        out = out.replace(f"\0{number}\0", template)
    part_of = known.whose(rest) if not parts or known.told_by(rest) else ""
    return Value(out, fixed=not parts, sure=not parts, part_of=part_of)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def suggested(label: str, known: Known) -> list[tuple[str, str]]:
    """Template and text of the case's values, those whose item is called like the field first."""
    found = [(one, "、".join(texts), spec) for one, texts, spec in known.writings()]
    best = {spec.code: _alike(spec.label, label) for _, _, spec in found}
    ranked = sorted(found, key=lambda one: -best[one[2].code])
    return [(template, "●●●" if TYPES[spec.type].masked else text) for template, text, spec in ranked]


# Steps

_AIM = frozenset({"欄", "ボタン", "リンク", "枠", "id", "name"})


def where(element: Element) -> dict[str, str]:
    """An element in the words of a step."""
    said = {str(element.role): element.label, "枠": element.within, "id": element.id, "name": element.name}
    return {key: text for key, text in said.items() if text}


def fill(kind: EntryKind, element: Element, template: str) -> Step:
    """入力, 選ぶ or チェック."""
    return {str(kind): {**where(element), "値": template}}


def press(element: Element, *, leaves: bool, dialog: str = "") -> Step:
    """押す."""
    inside = where(element)
    if not leaves:
        inside["画面"] = "変わらない"
    if dialog:
        inside["ダイアログ"] = dialog
    return {"押す": inside}


def aimed_at(step: Step, element: Element) -> Step:
    """The same step with another target; a check of a field keeps only what it may say."""
    ((verb, inside),) = step.items()
    aim = {"欄": element.label} if verb == "確かめる" else where(element)
    kept = {key: one for key, one in inside.items() if key not in _AIM}
    return {verb: {**aim, **kept}}


def reading(label: str, known: Known) -> Step:
    """読み取る, of what stands beside a label, under a name that nothing else has."""
    taken = {one.label for one in known.specs} | {one.code for one in known.specs} | known.read.keys()
    name = re.sub("[{}:：]", "", label)[:24] or "値"
    names = [name, f"画面の{name}", *(f"{name}{n}" for n in range(2, 100))]
    return {"読み取る": {"項目": label, "名前": next(one for one in names if one not in taken)}}


def arrived(before: Page, after: Page, known: Known) -> Step | None:
    """The heading by which the robot proves that it has come to the page; None where that says nothing, or too much."""
    new = [one for one in after.headings if one and one not in before.headings]
    if not new or known.told_by(new[0]):
        return None
    return {"確かめる": {"見出し": new[0]}}


def came(before: Page, after: Page, known: Known) -> Step | None:
    """待つ, for a page that came by itself; None where it says nothing new, or too much."""
    found = arrived(before, after, known)
    return found and {"待つ": found["確かめる"]}


def opened(before: Page, after: Page, known: Known) -> Step | None:
    """開く, for a link that led to another address of the same place; None where the address tells a value of the case or
    is of this session alone."""
    old, new = urlsplit(before.url), urlsplit(after.url)
    path = new.path + (f"?{new.query}" if new.query else "")
    if (old.netloc, old.path, old.query) == (new.netloc, new.path, new.query) or old.netloc != new.netloc:
        return None
    if len(path) > 200 or re.search(r"[0-9A-Za-z_-]{20,}", path) or known.told_by(path) or "{" in path:
        return None
    return {"開く": path}


# Buttons that store


def asks(element: Element) -> bool:
    """Whether a person is asked what an element does before it is pressed: all that may store."""
    if element.role is Role.LINK:
        return bool(_LINK_COMMITS.search(element.label))
    return bool(_COMMITS.search(element.label)) or not _HARMLESS.search(element.label)


def looks_up(element: Element) -> bool:
    """Whether a button asks the target for what it has."""
    return bool(_SEARCHES.search(element.label)) and not _COMMITS.search(element.label)


def absent(page: Page, known: Known) -> str:
    """The sentence that says that nothing was found; empty where there is none."""
    found = _ABSENT.search(page.text)
    return found[0] if found and not known.told_by(found[0]) else ""


def confirmation(page: Page, known: Known) -> dict[str, str]:
    """Items that show a value of the case before the commit step: label → template."""
    found: dict[str, str] = {}
    for label, shown in page.items:
        if not label or known.told_by(label) or len(items_of(page, label)) != 1:
            continue
        texts = [one for one in re.split("、", shown)] if "、" in shown else [shown]
        value = value_of(texts, label, known) or value_of([shown], label, known)
        if value and not value.fixed and value.sure and _shows(value.template, shown, known):
            found[label] = value.template
    return found


def _shows(template: str, shown: str, known: Known) -> bool:
    """Whether the template gives the item as it is shown, in one piece."""
    return any(
        one == template and one_line("、".join(texts)) == one_line(shown)
        for one, texts, _ in known.writings()
    )


def result(page: Page, known: Known) -> dict[str, Any]:
    """結果, from the page after the commit step of a test target; empty where the page has no number."""
    receipt = [spec for spec in known.specs if spec.type == "receipt_number"]
    numbers = [
        label
        for label, shown in page.items
        if re.search("番号|ID|№|No", label) and re.search("[0-9]", shown) and not known.told_by(shown)
    ]
    if not numbers:
        return {}
    done = _DONE.search(page.text)
    checks: list[dict[str, Any]] = []
    if done and not known.told_by(done[0]):
        checks.append({"文字": done[0]})
    elif page.headings:
        checks.append({"見出し": page.headings[0]})
    for spec in receipt:
        for label, shown in page.items:
            if shown == known.values.get(spec.code):
                checks.append({"項目": label, "値": f"{{{spec.label}}}"})
                break
    return {"項目": numbers[0], "確かめる": checks}
