"""What a person may mean but hardly does: taken only when it is said a second time, because paper says odd things.

Each check answers with what is odd, in Japanese, or with nothing. Nothing here is a rule of a type: a text that is
no value of its type at all is refused before (`engine.formats`).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from yakuba.kernel.ledger.definitions import FieldDefinition
from yakuba.kernel.ledger.display import shown_value

# Characters, generously: the longest that a form's line takes without being something else.
LONGEST = {"name": 16, "kana": 30, "address": 60, "text": 100, "digits": 20, "number": 12}
LONGEST_LATIN_NAME = 40
WRITTEN = frozenset({"name", "kana", "address", "text", "digits"})
MOST_CHANGES_OF_SCRIPT = 3  # 三ツ谷さくら has three; a sentence has more
FIRST_DATE = date(1900, 1, 1)
YEARS_AHEAD = 10

_NOTE = re.compile(r"不明|判読|読めない|読めず|要確認|わからない|分からない|[?？]")
_NOTE_IN_NAME = re.compile(
    _NOTE.pattern + r"|保留|電話|連絡|確認|未記入|記入|空欄|空白|聞[くき]|申請者|本人|参照|同上"
)
_ADDRESS_IN_NAME = re.compile(r"(東京都|北海道|京都府|大阪府|.{2,3}県).+[市区町村郡]")


def doubt(definition: FieldDefinition, value: str, read: str = "") -> str:
    """Why a person should look once more before `value` is taken, or nothing. `read` is what stood in the input."""
    if not value:
        return "必ず記入する欄です。用紙にも何も書かれていませんか。" if definition.required else ""
    checks = (_outside, _other_length, _doubled, _KINDS.get(definition.type, _nothing), _too_long)
    return next((found for check in checks if (found := check(definition, value, read))), "")


def _nothing(definition: FieldDefinition, value: str, read: str) -> str:
    return ""


def _outside(definition: FieldDefinition, value: str, read: str) -> str:
    if not definition.range:
        return ""
    lowest, highest = definition.range
    inside = (
        int(lowest) <= int(value) <= int(highest)
        if definition.type == "number"
        else lowest <= value <= highest
    )
    if inside:
        return ""
    first, last = (shown_value(definition, limit) for limit in definition.range)
    return f"ふつうは{first}から{last}までの値です。"


def _other_length(definition: FieldDefinition, value: str, read: str) -> str:
    if not definition.length or len(value) == definition.length:
        return ""
    return f"ふつうは{definition.length}文字です（入力は{len(value)}文字）。"


def _doubled(definition: FieldDefinition, value: str, read: str) -> str:
    """The same text twice: a correction that was typed before or behind the old value."""
    if definition.type not in WRITTEN or len(value) < 4:
        return ""
    half = value[: len(value) // 2]
    twice = len(value) % 2 == 0 and value == half * 2 and len(set(half)) > 1
    if twice or (len(read) > 1 and read != value and value.count(read) > 1):
        return "同じ文字が二度入っています。前の値が残っていませんか。"
    return ""


def _name(definition: FieldDefinition, value: str, read: str) -> str:
    if strange := [c for c in value if unicodedata.category(c)[0] not in "LM" and c not in "・.'’-‐＝=, "]:
        return f"氏名にふつう使わない文字「{strange[0]}」があります。"
    if _NOTE_IN_NAME.search(value):
        return "氏名ではなく覚え書きのようです。覚え書きは保留（F4）の理由に書いてください。"
    if _ADDRESS_IN_NAME.search(value):
        return "氏名ではなく住所のようです。"
    if _changes_of_script(value) > MOST_CHANGES_OF_SCRIPT:
        return "氏名ではなく文のようです。"
    return ""


def _address(definition: FieldDefinition, value: str, read: str) -> str:
    if _NOTE_IN_NAME.search(value):
        return "住所ではなく覚え書きのようです。覚え書きは保留（F4）の理由に書いてください。"
    if len(value) < 3 or not any(_script(character) == "kanji" for character in value):
        return "住所ではないようです。"
    return ""


def _text(definition: FieldDefinition, value: str, read: str) -> str:
    if _NOTE.search(value):
        return "値ではなく覚え書きのようです。覚え書きは保留（F4）の理由に書いてください。"
    return ""


def _date(definition: FieldDefinition, value: str, read: str) -> str:
    day = date.fromisoformat(value)
    if FIRST_DATE <= day <= date.today() + timedelta(days=366 * YEARS_AHEAD):
        return ""
    return "ふつうの申請書にはない日付です。"


_KINDS: dict[str, Callable[[FieldDefinition, str, str], str]] = {
    "name": _name,
    "address": _address,
    "text": _text,
    "date": _date,
}


def _too_long(definition: FieldDefinition, value: str, read: str) -> str:
    longest = LONGEST.get(definition.type)
    if definition.type == "name" and any(_script(character) == "latin" for character in value):
        longest = LONGEST_LATIN_NAME
    if longest is None or len(value) <= longest:
        return ""
    return f"長すぎるようです（{len(value)}文字）。"


def _changes_of_script(value: str) -> int:
    scripts = [script for character in value if (script := _script(character))]
    return sum(before != after for before, after in itertools.pairwise(scripts))


def _script(character: str) -> str:
    """kanji, hiragana, katakana or latin; empty for signs that go with any (々, ー, ・)."""
    name = unicodedata.name(character, "")
    for script, start in (("kanji", "CJK"), ("hiragana", "HIRA"), ("latin", "LATIN"), ("katakana", "KATA")):
        if name.startswith(start):
            return script
    return ""
