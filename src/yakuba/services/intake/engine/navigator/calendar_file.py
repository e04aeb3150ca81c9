"""Deadlines as a calendar file (iCalendar, RFC 5545), for the calendar of a telephone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from yakuba.services.intake.engine.navigator.guiding import Todo

LINE = 75  # octets of a line; a longer one goes on behind a blank (RFC 5545, 3.1)


def written(title: str, todos: Iterable[Todo], now: datetime) -> bytes:
    """One day of a calendar for each task that has a last day, with a reminder three days before."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yakuba//navigator//JA", "CALSCALE:GREGORIAN"]
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for one in todos:
        if one.until is not None:
            lines += _event(title, one, one.until, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(title: str, todo: Todo, day: date, stamp: str) -> list[str]:
    # The same deadline taken along twice is one entry in the telephone.
    name = hashlib.sha256(f"{title}\n{todo.name}\n{day}".encode()).hexdigest()[:32]
    things = f"持ち物：{'、'.join(todo.things)}" if todo.things else ""
    note = "\n".join(line for line in (f"窓口：{todo.window}", things, todo.rule, todo.late) if line)
    return [
        "BEGIN:VEVENT",
        f"UID:{name}@navigator.yakuba",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        # The day after: the end of a whole-day event is not part of it (RFC 5545, 3.6.1).
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{todo.name}の期限')}",
        f"DESCRIPTION:{_escaped(note)}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(f'{todo.name}の期限')}",
        "TRIGGER:-P3D",
        "END:VALARM",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # The backslash first, or those that the others bring in would be doubled.
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> bytes:
    """The line with its CRLF, cut between characters, so that no piece is longer than 75 octets."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
