"""WebVTT and SubRip: cues with times, in one list, joined to what one person said without a break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import pairwise

from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.minutes.contracts import Transcript, Utterance
from yakuba.services.minutes.engine.speakers import named

ARROW = "-->"
PAUSE = 1.5  # seconds after which, with no speaker named, another speech begins
LONGEST = 1_200  # characters of a speech that is made of cues
MOST_FAULTS = 20
_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = re.compile(rf"\s*{_TIME}\s*{ARROW}\s*{_TIME}(?:\s.*)?$")
# Bounded, and over no other beginning: what never ends is not looked through from each of its beginnings.
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,80})?\s([^<>]{1,200})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,300}\}")
_ENDS = re.compile(r"[。．？！?!」]\s*$")


def is_subtitle(text: str) -> bool:
    """Whether the text is made of cues."""
    return text.lstrip("\ufeff").startswith("WEBVTT") or any(ARROW in line for line in text.split("\n", 400))


def read(text: str) -> Transcript:
    """What was said, in the order of time. Raises Invalid with every cue whose time cannot be read."""
    cues: list[Utterance] = []
    faults: list[Problem] = []
    zero = 0
    for line, times, said in _blocks(text):
        try:
            start, end = _times(times)
        except ValueError as error:
            faults.append(Problem(line, "", str(error)))
            continue
        zero += start == end
        cues += [one for one in _voices(said, start, end) if one.text]
    if faults:
        raise Invalid(
            f"字幕の時刻が読めない所が{len(faults)}か所あるので、取り込んでいません。その行を直すか、書き出し直してください。",
            problems=faults[:MOST_FAULTS],
        )
    if not cues:
        raise Invalid("字幕に発言がありません。書き出した字幕のファイルを確かめてください。")
    ordered = sorted(cues, key=_start)
    return Transcript(tuple(_joined(_handed_on(ordered))), notes=_notes(cues, zero))


def _handed_on(cues: list[Utterance]) -> Iterator[Utterance]:
    """Where cues name who speaks, one that does not goes on with the one before."""
    now = ""
    for cue in cues:
        now = cue.speaker or now
        yield Utterance(now, cue.text, cue.start, cue.end)


def _blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """Line number and text of each cue's times, and the lines below it."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith(("NOTE", "STYLE", "REGION")) and ARROW not in line:
            while at < len(lines) and lines[at].strip():
                at += 1
        elif ARROW in line:
            first, said = at, []
            while at < len(lines) and lines[at].strip() and ARROW not in lines[at]:
                said.append(lines[at])
                at += 1
            if at < len(lines) and ARROW in lines[at] and said and said[-1].strip().isdigit():
                said.pop()  # the next cue's number, where the empty line before it is missing
            yield first, line, said


def _times(line: str) -> tuple[float, float]:
    found = _CUE.match(line)
    if found is None:
        raise ValueError(f"「{line.strip()[:40]}」を時刻として読めません。")
    parts = [one or "0" for one in found.groups()]
    start, end = _seconds(parts[:4]), _seconds(parts[4:])
    if end < start:
        raise ValueError(f"「{line.strip()[:40]}」は、終わりが始まりより前です。")
    return start, end


def _seconds(parts: list[str]) -> float:
    """Of hours, minutes, seconds and what stands behind the point."""
    hours, minutes, seconds, fraction = parts
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _voices(said: list[str], start: float, end: float) -> Iterator[Utterance]:
    """One cue; where it names several voices, each of them with the same times."""
    pieces = _VOICE.split("\n".join(said))
    if (first := _plain(pieces[0])) or len(pieces) == 1:
        speaker, first = named(first)
        yield Utterance(speaker, first, start, end)
    for speaker, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield Utterance(unescape(speaker).strip()[:60], _plain(text), start, end)


def _plain(text: str) -> str:
    lines = [unescape(_TAG.sub("", line)).strip() for line in text.split("\n")]
    joined = ""
    for line in lines:
        latin = joined[-1:].isascii() and line[:1].isascii() and joined and line
        joined += (" " if latin else "") + line
    return joined.strip()


def _joined(cues: Iterable[Utterance]) -> Iterator[Utterance]:
    now: Utterance | None = None
    for cue in cues:
        if now is not None and _goes_on(now, cue):
            now = Utterance(now.speaker, now.text + cue.text, now.start, max(now.end or 0.0, cue.end or 0.0))
        else:
            if now is not None:
                yield now
            now = cue
    if now is not None:
        yield now


def _goes_on(now: Utterance, cue: Utterance) -> bool:
    if now.speaker != cue.speaker or len(now.text) + len(cue.text) > LONGEST:
        return False
    if now.speaker:
        return True
    return not _ENDS.search(now.text) or (cue.start or 0.0) - (now.end or 0.0) < PAUSE


def _start(cue: Utterance) -> float:
    return cue.start or 0.0


def _notes(cues: list[Utterance], zero: int) -> tuple[str, ...]:
    found = []
    starts = [_start(one) for one in cues]
    if starts != sorted(starts):
        found.append("字幕が時刻の順に並んでいなかったので、時刻の順に並べ替えました。")
    ordered = sorted(cues, key=_start)
    overlaps = sum(
        (one.end or 0.0) > _start(after) + 0.01
        for one, after in pairwise(ordered)
        if one.start != after.start
    )
    if any(one.speaker for one in cues) and not all(one.speaker for one in cues):
        found.append("話した人の名前のない字幕は、前の字幕の人の続きとして取り込みました。")
    if overlaps:
        found.append(f"時刻の重なる字幕が{overlaps}か所あります。重なったまま取り込みました。")
    if zero:
        found.append(f"長さが0秒の字幕が{zero}か所あります。文字だけを取り込みました。")
    return tuple(found)
