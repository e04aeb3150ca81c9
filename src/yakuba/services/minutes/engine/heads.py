"""What the head of a transcript says of its meeting: 日時：令和8年11月20日　午後1時30分."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

from yakuba.kernel.values import ValueRefused
from yakuba.kernel.values.calendar import read_date

FIELDS = {
    "場所": "place", "開催場所": "place", "会場": "place", "議題": "agenda", "議事": "agenda", "日程": "agenda",
    "出席者": "present", "出席": "present", "出席委員": "present", "欠席者": "absent", "欠席": "absent", "欠席委員": "absent",
    "事務局出席者": "staff", "説明員": "called", "資料": "papers", "配布資料": "papers", "開会": "opened", "閉会": "closed",
}  # fmt: skip
LINES = ("agenda", "present", "absent", "staff", "called", "papers")
_DAY = re.compile(
    r"(?:(?:令和|平成|昭和)\s*(?:元|\d{1,2})|\d{4})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}[-/]\d{1,2}[-/]\d{1,2}|[RrHh]\d{1,2}[./]\d{1,2}[./]\d{1,2}"
)
_CLOCK = re.compile(r"(?:午前|午後)?\s*\d{1,2}\s*(?:時\s*(?:半|\d{1,2}\s*分)?|:\d{2})")


def facts_of(heads: dict[str, str]) -> dict[str, str]:
    """Fields of a meeting by their names. What cannot be read is left for a person."""
    found: dict[str, str] = {}
    for heading, text in heads.items():
        if heading in FIELDS and text:
            name = FIELDS[heading]
            found.setdefault(name, "\n".join(re.split(r"[、，,]\s*", text)) if name in LINES else text[:100])
    for heading in ("日時", "開催日時", "日付"):
        if text := unicodedata.normalize("NFKC", heads.get(heading, "")):
            found |= _when(text)
    for name in ("opened", "closed"):
        if name in found:
            found[name] = found[name][:20]
    return found


def _when(text: str) -> dict[str, str]:
    found = {}
    if day := _DAY.search(text):
        with suppress(ValueRefused):
            found["held_on"] = str(read_date(day[0]))
        text = text[day.end() :]
    clocks = [one.group().replace(" ", "") for one in _CLOCK.finditer(text)]
    for name, clock in zip(("opened", "closed"), clocks, strict=False):
        found[name] = clock[:20]
    return found
