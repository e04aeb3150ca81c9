"""Hours, windows, breaks and lists of names as staff write them, and back. Within a day, seconds from its midnight."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from yakuba.kernel.refusals import Invalid
from yakuba.services.fieldwork.engine.rounds.problem import DAY, Break, Window

WEEKDAYS = "月火水木金土日"
LONGEST_BREAK = 180  # minutes
_DASHES = str.maketrans(
    dict.fromkeys("~〜～ー−–—‐―", "-")
)  # after NFKC; all of them are written between two times
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_BREAK = re.compile(r"(\d{1,2}:\d{2})(?:-(\d{1,2}:\d{2}))?(?: |/|から|に)*(\d{1,3})分?")


def plain(text: str) -> str:
    """Full-width digits, dashes and colons as ASCII."""
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()


def names_of(text: str) -> tuple[str, ...]:
    """「草刈り、高所作業」 as names, each once, in their order."""
    found = (name.strip() for name in re.split(r"[、,，\n]", text))
    return tuple(dict.fromkeys(name for name in found if name))


def joined(names: Sequence[str]) -> str:
    """As it is kept and shown."""
    return "、".join(names)


def moment_of(text: str) -> int:
    """「8:30」. Raises Invalid."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", plain(text))
    if not found or int(found[1]) > 24 or int(found[2]) > 59 or (int(found[1]) == 24 and found[2] != "00"):
        raise Invalid(f"時刻「{text}」は「8:30」のように書いてください。")
    return int(found[1]) * 3600 + int(found[2]) * 60


def shown(seconds: int, day: int = 0) -> str:
    """「8:30」. day: the one that is meant, 0 the first: the midnight at its end is 24:00, that at its beginning 0:00."""
    minutes = (seconds - day * DAY) // 60
    minutes = 24 * 60 if minutes == 24 * 60 else minutes % (24 * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def spans_of(text: str) -> tuple[Window, ...]:
    """「9:00-12:00、13:00-15:00」; nothing for an empty text. Raises Invalid."""
    spans = []
    for part in names_of(text):
        found = _SPAN.fullmatch(plain(part).replace(" ", ""))
        if not found:
            raise Invalid(f"時間帯「{part}」は「9:00-12:00」のように書いてください。")
        early, late = moment_of(f"{found[1]}:{found[2]}"), moment_of(f"{found[3]}:{found[4]}")
        if early >= late:
            raise Invalid(f"時間帯「{part}」の終わりが始まりより前です。")
        spans.append((early, late))
    return tuple(sorted(spans))


def spans_shown(spans: Sequence[Window]) -> str:
    """As `spans_of` reads it."""
    return joined([f"{shown(early)}-{shown(late)}" for early, late in spans])


def hours_of(text: str) -> Window | None:
    """The hours of a day, one span; None for an empty text or 「休み」. Raises Invalid."""
    if text.strip() in ("", "休み", "休", "×"):
        return None
    spans = spans_of(text)
    if len(spans) != 1:
        raise Invalid(f"働く時間「{text}」は1つの時間帯で書き、休憩は休憩の欄に書いてください。")
    return spans[0]


def breaks_of(text: str) -> tuple[Break, ...]:
    """「12:00-12:30 60分」: begun between 12:00 and 12:30, 60 minutes long; 「12:00 60分」 begins then. Raises Invalid."""
    breaks = []
    for part in names_of(text):
        found = _BREAK.fullmatch(re.sub(r"\s*-\s*", "-", plain(part)))
        if not found:
            raise Invalid(
                f"休憩「{part}」は「12:00-12:30 60分」（始める時間帯と長さ）のように書いてください。"
            )
        early, late = moment_of(found[1]), moment_of(found[2] or found[1])
        if early > late or not 1 <= int(found[3]) <= LONGEST_BREAK:
            raise Invalid(f"休憩「{part}」の時間帯が逆か、長さが1〜{LONGEST_BREAK}分の外です。")
        breaks.append(Break((early, late), int(found[3]) * 60))
    breaks.sort(key=lambda one: one.window)
    for one, other in pairwise(breaks):
        if one.window[0] + one.length > other.window[1]:
            raise Invalid("休憩が重なっています。前の休憩が終わってから、次が始まるようにしてください。")
    return tuple(breaks)


def breaks_shown(breaks: Sequence[Break]) -> str:
    """As `breaks_of` reads it."""
    return joined([f"{_window_shown(one.window)} {one.length // 60}分" for one in breaks])


def _window_shown(window: Window) -> str:
    return shown(window[0]) if window[0] == window[1] else f"{shown(window[0])}-{shown(window[1])}"


def days_of(text: str) -> tuple[date, ...]:
    """Days as they are kept: ISO, joined by 、."""
    return tuple(date.fromisoformat(one) for one in names_of(text))
