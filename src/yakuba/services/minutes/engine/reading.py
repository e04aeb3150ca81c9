"""A transcript file of any kind that is taken: WebVTT, SubRip, text with lines that name the speaker, Word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yakuba.kernel.letters.word import apart
from yakuba.kernel.refusals import Invalid
from yakuba.services.minutes.contracts import Transcript, Utterance
from yakuba.services.minutes.engine import subtitles
from yakuba.services.minutes.engine.decoding import LARGEST, WORD, decoded
from yakuba.services.minutes.engine.speakers import heading, named, timed

MOST_SPEECHES = 20_000
MOST_CHARACTERS = 3_000_000  # about a hundred hours of talk
LONGEST_SPEECH = 10_000  # characters; a longer one is cut behind a sentence
_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+$")
_SEPARATOR = re.compile(r"^[\s―─━ー\-=＝*＊・…]+$")


def read(content: bytes) -> Transcript:
    """What was said. Raises Invalid with a sentence that says what is wrong with the file and what to do."""
    if len(content) > LARGEST:
        raise Invalid(
            f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。写真を除くか、会議を分けてください。"
        )
    text = _word(content) if content.startswith(WORD) else decoded(content)
    if len(text) > MOST_CHARACTERS:
        raise Invalid(f"文字が多すぎます（{MOST_CHARACTERS:,}字まで）。会議を分けてください。")
    found = subtitles.read(text) if subtitles.is_subtitle(text) else _plain(text)
    utterances = tuple(piece for one in found.utterances for piece in _cut(one))
    if not utterances:
        raise Invalid("ファイルに発言がありません。書き出した文字起こしを選んでください。")
    if len(utterances) > MOST_SPEECHES:
        raise Invalid(f"発言が多すぎます（{MOST_SPEECHES:,}件まで）。会議を分けてください。")
    return Transcript(utterances, found.facts, found.notes)


def _word(content: bytes) -> str:
    """The paragraphs of a .docx."""
    lines = apart.lines(content)
    if not any(line.strip() for line in lines):
        raise Invalid("Wordの文書に文字がありません。画像だけの文書からは読めません。")
    return "\n".join(lines)


def _plain(text: str) -> Transcript:
    facts: dict[str, str] = {}
    spoken: list[Utterance] = []
    paragraphs: list[list[str]] = []
    more: dict[int, list[str]] = {}  # number of a speech and the lines behind its first
    broken = True
    for line in text.split("\n"):
        if not line.strip() or _SEPARATOR.match(line):
            broken = True
            continue
        if not spoken and (found := heading(line))[0]:
            facts.setdefault(*found)
            continue
        start, rest = timed(line)
        speaker, said = named(rest)
        if speaker or start is not None:
            spoken.append(Utterance(speaker or (spoken[-1].speaker if spoken else ""), said, start))
        elif spoken:
            more.setdefault(len(spoken), []).append(said)
        elif broken or not paragraphs:
            paragraphs.append([said])
        else:
            paragraphs[-1].append(said)
        broken = False
    notes: tuple[str, ...] = ()
    if not any(one.speaker for one in spoken):
        notes = (
            "話した人の名前が見つかりません。「○議長　…」や「山田：…」の形だと、話した人ごとに分かれます。",
        )
    # What stands above the first speaker is the head of the document, not a speech; it is kept, in front.
    head = [Utterance("", "\n".join(lines)) for lines in paragraphs]
    rows = [_with(one, more.get(number, [])) for number, one in enumerate(spoken, 1)]
    return Transcript(tuple(_ended([*head, *rows])), facts, notes)


def _with(one: Utterance, lines: list[str]) -> Utterance:
    text = "\n".join([one.text, *lines] if one.text else lines)
    return Utterance(one.speaker, text, one.start, one.end)


def _ended(rows: list[Utterance]) -> Iterator[Utterance]:
    """Each speech with its end, which is where the next timed one begins; speeches of nothing are left out."""
    ends: list[float | None] = []
    following: float | None = None
    for one in reversed(rows):
        ends.append(
            following if one.start is not None and following is not None and following >= one.start else None
        )
        following = one.start if one.start is not None else following
    for one, end in zip(rows, reversed(ends), strict=True):
        if one.text.strip():
            yield Utterance(one.speaker, one.text.strip(), one.start, one.end if one.end is not None else end)


def _cut(one: Utterance) -> Iterator[Utterance]:
    """A speech that is too long to be edited, cut behind sentences; its times are shared out by length."""
    if len(one.text) <= LONGEST_SPEECH:
        yield one
        return
    pieces, now = [], ""
    for sentence in _SENTENCE.findall(one.text):
        for at in range(0, len(sentence), LONGEST_SPEECH):
            piece = sentence[at : at + LONGEST_SPEECH]
            if now and len(now) + len(piece) > LONGEST_SPEECH:
                pieces.append(now)
                now = ""
            now += piece
    pieces.append(now)
    done = 0
    for piece in pieces:
        start = between(one, done / len(one.text))
        done += len(piece)
        yield Utterance(one.speaker, piece.strip(), start, between(one, done / len(one.text)))


def between(one: Utterance, share: float) -> float | None:
    """The time at that share (0 to 1) of a speech, as if every character took as long; None where it is not known."""
    if one.start is None or one.end is None:
        return one.start if share == 0.0 else one.end if share == 1.0 else None
    return round(one.start + (one.end - one.start) * share, 2)
