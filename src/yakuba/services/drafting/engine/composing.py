"""Greetings and letters from parts: every sentence is one of the table's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values.calendar import written as written_day

JIKA = "時下"  # takes the place of the season
SECOND_HALF = 16  # from this day of a month on


@dataclass(frozen=True)
class Wanted:
    """What a letter is to be. addressee, occasion, opening: keys of the table; season: `formal`, `soft` or `時下`; body:
    what stands between greeting and end, or the main point of a speech."""

    day: date
    subject: str
    occasion: str
    addressee: str = "several"
    opening: str = "拝啓"
    season: str = "formal"
    name: str = ""
    sender: str = ""
    body: str = ""


@cache
def table() -> Any:
    """The parts."""
    return values(decoded((Path(__file__).parent / "letters.yaml").read_bytes()))


def season(day: date, *, formal: bool = True) -> str:
    """The greeting of the season by month and half of the month."""
    half = int(day.day >= SECOND_HALF)
    return str(table()["seasons"][str(day.month)][half][0 if formal else 1])


def letter(wanted: Wanted) -> str:
    """A letter. What goes to residents as a notice has neither 頭語 nor season."""
    parts = table()
    if not wanted.subject.strip():
        raise Invalid("件名を書いてください。")
    if wanted.addressee == "residents":
        lines = [_to(wanted, ""), _said(parts["residents"][wanted.occasion], wanted), *_body(wanted)]
        return _joined([*lines, "　問合せ先　担当課・電話を書いてください"], wanted)
    to = parts["addressees"][wanted.addressee]
    occasion = parts["occasions"][wanted.occasion]
    main = _said(occasion["main"], wanted)
    greeting = f"{wanted.opening}　{_greeting(wanted, to, plain=occasion.get('plain', False))}".rstrip("　")
    ending = parts["openings"][wanted.opening]
    lines = [_to(wanted, to["title"]), greeting, f"　{main}", *_body(wanted), f"　{occasion['end']}"]
    if (
        wanted.occasion in ("notice", "invitation", "request")
        and wanted.opening not in parts["without_season"]
    ):
        lines.append(f"　{to['end']}" if wanted.occasion != "request" else "")
    return _joined([*lines, ending.rjust(36, "　"), *_record(wanted)], wanted)


def speech(wanted: Wanted, role: str, name: str) -> str:
    """Greeting, occasion, thanks, main point, wish."""
    if not wanted.subject.strip():
        raise Invalid("件名を書いてください。")
    fills = {
        "{件名}": wanted.subject.strip(),
        "{肩書}": role or "（肩書）",
        "{名前}": name or "（名前）",
        "{要点}": wanted.body.strip() or "（話の要点を書いてください）",
    }
    lines = []
    for said in table()["speech"]:
        for place, fill in fills.items():
            said = said.replace(place, fill)
        lines.append(f"　{said}")
    return "\n".join(lines) + "\n"


def _greeting(wanted: Wanted, to: Any, *, plain: bool) -> str:
    """Season, well-being, thanks; none of it after 前略 and where there is nothing to rejoice at."""
    if plain or wanted.opening in table()["without_season"]:
        return ""
    if wanted.season == JIKA:
        return f"{JIKA}{to['wish']}{table()['thanks']}"
    when = season(wanted.day, formal=wanted.season == "formal")
    return f"{when}{'、' if wanted.season == 'formal' else '。'}{to['wish']}{table()['thanks']}"


def _to(wanted: Wanted, title: str) -> str:
    name = wanted.name.strip() or ("皆様" if wanted.addressee == "residents" else "（宛名）")
    return name if not title or name.endswith(title) else f"{name}　{title}"


def _said(sentence: str, wanted: Wanted) -> str:
    return sentence.replace("{件名}", wanted.subject.strip())


def _body(wanted: Wanted) -> list[str]:
    return [f"　{line.strip()}" for line in wanted.body.splitlines() if line.strip()]


def _record(wanted: Wanted) -> list[str]:
    if wanted.occasion not in ("notice", "invitation"):
        return []
    return [
        "",
        "　　　　　　　　　　記",
        "１　日時",
        "２　場所",
        "３　問合せ先",
        "　　　　　　　　　　　　　　　　　　　　以上",
    ]


def _joined(lines: list[str], wanted: Wanted) -> str:
    head = [written_day(wanted.day).rjust(36, "　")]
    sender = wanted.sender.strip().rjust(36, "　") if wanted.sender.strip() else ""
    name, *rest = lines
    return "\n".join([*head, name, *([sender] if sender else []), "", *rest]).rstrip() + "\n"
