"""The record of a meeting as the engine's plain data, and the files made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string

from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.ui.wording import wareki
from yakuba.services.minutes.adapters import word
from yakuba.services.minutes.contracts import Form
from yakuba.services.minutes.engine import copies, layout
from yakuba.services.minutes.engine.copies import SHORTEST, Hidden, Record, Said
from yakuba.services.minutes.models import Mark, Matter, Meeting, Point, Speech
from yakuba.services.minutes.queries.meetings import speeches

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FACTS = (
    ("会議体", "body"),
    ("回次", "session"),
    ("号", "issue"),
    ("開催日", "held_on"),
    ("場所", "place"),
    ("開会", "opened"),
    ("休憩・再開など", "course"),
    ("閉会", "closed"),
    ("公開区分", "openness"),
    ("非公開の理由", "closed_reason"),
    ("傍聴者", "visitors"),
    ("出席者", "present"),
    ("欠席者", "absent"),
    ("事務局", "staff"),
    ("説明のために出席した人", "called"),
    ("議題", "agenda"),
    ("資料", "papers"),
)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a field that holds one thing a line."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def record(meeting: Meeting) -> Record:
    """Everything of the meeting, with what is to be hidden beside it; each copy is made of it."""
    confirmed = Prefetch("marks", Mark.objects.filter(state=Mark.State.CONFIRMED), to_attr="confirmed")
    rows = list(speeches(meeting, None).prefetch_related(confirmed))
    signers = lines_of(meeting.signers)
    facts = tuple(_facts(meeting))
    if signers:
        facts += (("署名議員", signers),)
    return Record(
        title=meeting.title,
        kind=meeting.kind,
        facts=facts,
        said=tuple(_said(row) for row in rows if row.text.strip()),
        matters=tuple(_matter(row) for row in Matter.objects.filter(meeting=meeting).order_by("pk")),
        points=tuple(_points(meeting)),
        signers=signers,
        names=_names(meeting),
    )


def _facts(meeting: Meeting) -> Iterator[tuple[str, tuple[str, ...]]]:
    for heading, name in FACTS:
        value = getattr(meeting, name)
        if name == "held_on":
            value = wareki(value) if value else ""
        elif name == "openness":
            value = meeting.get_openness_display()
        elif name == "visitors":
            value = "" if value is None else f"{value}人"
        if lines := lines_of(str(value)):
            yield heading, lines


def _said(row: Any) -> Said:
    who = row.speaker
    return Said(
        number=row.position,
        kind=row.kind,
        text=row.text.strip(),
        speaker=str(who) if who else "",
        name=who.name if who else "",
        kana=who.kana if who else "",
        group=who.group if who else "",
        office=who.office if who else "",
        role=who.role if who else "",
        start=row.start,
        end=row.end,
        secret=row.secret,
        hidden=tuple(Hidden(one.words, one.kind == Mark.Kind.WITHDRAWN) for one in row.confirmed),
    )


def _matter(row: Matter) -> copies.Matter:
    return copies.Matter(
        row.get_kind_display(), row.title, row.proposer, row.outcome, row.ayes, row.noes, lines_of(row.names)
    )


def _points(meeting: Meeting) -> Iterator[copies.Point]:
    """What a person confirmed, and the sentences that sum up unless a person dismissed them. A sentence that its speech no
    longer holds is none."""
    rows = Point.objects.filter(speech__meeting=meeting).exclude(state=Mark.State.DISMISSED)
    for row in rows.select_related("speech__speaker__meeting").order_by("speech__position", "pk"):
        if row.state == Mark.State.FOUND and row.kind != Point.Kind.SUMMARY:
            continue
        if row.sentence in row.speech.text:
            speaker = str(row.speech.speaker) if row.speech.speaker else ""
            yield copies.Point(row.speech.position, row.kind, row.sentence, speaker, row.who, row.until)


def _names(meeting: Meeting) -> dict[str, str]:
    return {
        "issueID": f"{meeting.municipality.code}-{meeting.pk:06d}",
        "session": meeting.session,
        "nameOfHouse": meeting.body or meeting.municipality.name,
        "nameOfMeeting": meeting.title,
        "issue": meeting.issue,
        "date": meeting.held_on.isoformat() if meeting.held_on else "",
    }


def undecided(meeting: Meeting) -> int:
    """Places that rules found and nobody has decided about."""
    return int(Mark.objects.filter(speech__meeting=meeting, state=Mark.State.FOUND).count())


def hindrances(meeting: Meeting) -> list[str]:
    """Why it cannot be proposed for publication, each a sentence."""
    rows, whole = speeches(meeting, None), record(meeting)
    found = []
    if left := rows.filter(checked_at=None, kind=Speech.Kind.SPEECH).count():
        found.append(f"確かめていない発言が{left}件あります。")
    if number := undecided(meeting):
        found.append(f"公開してよいか決めていない所が{number}か所あります。")
    found += [
        f"{place}番目の発言で、公開しないと決めた「{words[:30]}」が、今の文にありません。文が直されたので、決め直してください。"
        for place, words in copies.lost(whole.said)
    ]
    found += [
        f"公開しないと決めた「{words[:30]}」が、{place}番目の発言にもあります。伏せる所をもう一度探して、決めてください。"
        for place, words in _elsewhere(meeting)
    ]
    found += [
        f"公開しないと決めた「{words[:30]}」が、「{heading}」にもあります。会議の記録を書き直してください。"
        for heading, words in copies.beside_the_speeches(whole)
    ]
    if meeting.openness != Meeting.Openness.OPEN and not meeting.closed_reason:
        found.append("非公開の理由がありません。会議の記録に書いてください。")
    if meeting.kind == Meeting.Kind.CONSULTATION:
        found.append("相談の記録は公開しません。")
    return found


def _elsewhere(meeting: Meeting) -> Iterator[tuple[int, str]]:
    """Place of a speech and words in it that are withheld in another one, about which nobody has decided in this one: it was
    mended or added after they had been looked for."""
    marks = Mark.objects.filter(speech__meeting=meeting)
    decided = set(marks.values_list("speech_id", "words"))
    hidden = marks.filter(state=Mark.State.CONFIRMED, kind=Mark.Kind.WITHHELD).values_list("words", flat=True)
    wanted = sorted({words for words in hidden if len(words) >= SHORTEST})
    for number, place, text in speeches(meeting, None).values_list("pk", "position", "text"):
        for words in wanted:
            if words in text and (number, words) not in decided:
                yield place, words


def document(meeting: Meeting, form: Form, *, kind: str, public: bool, vertical: bool) -> tuple[str, bytes]:
    """Media type and content of the minutes in that form. kind: docx or pdf; public: the published copy, else the original.
    Raises PdfUnavailable."""
    whole = record(meeting)
    copy = copies.published(whole) if public else copies.original(whole)
    blocks = layout.blocks(copy, form)
    if kind == "pdf":
        html = render_to_string("minutes/paper.html", {"blocks": blocks, "title": meeting.title})
        return "application/pdf", to_pdf(html)
    return DOCX, word.written(blocks, vertical=vertical)
