"""What of a record is written down in which of the three forms, as blocks that Word and PDF lay out alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yakuba.services.minutes.contracts import Form
from yakuba.services.minutes.engine import points
from yakuba.services.minutes.engine.copies import Point, Record, Said

NAMES = {Form.VERBATIM: "会議録", Form.POINTS: "会議録（要点）", Form.SUMMARY: "会議録（要旨）"}
LAW = "地方自治法第123条第2項の規定により署名する。"
POINT_NAMES = (("decision", "決定したこと"), ("task", "宿題"), ("next", "次回"))
KEPT = 2  # sentences of a speech in the form of main points


@dataclass(frozen=True)
class Block:
    """A paragraph. style: title, fact (lead: its heading), heading, speech (lead: who), note, vote, line, sign. refers: the
    number of the speech that a sentence is from, 0 for none."""

    style: str
    text: str
    lead: str = ""
    refers: int = 0


def blocks(record: Record, form: Form) -> list[Block]:
    """The document."""
    found = [Block("title", record.title), Block("subtitle", NAMES[form])]
    found += [
        Block("fact", line, name if at == 0 else "")
        for name, lines in record.facts
        for at, line in enumerate(lines)
    ]
    found += list(_matters(record))
    if form is Form.VERBATIM:
        found += [_said(one) for one in record.said]
    else:
        found += list(_points(record))
        found += list(_main(record) if form is Form.POINTS else _summary(record))
    if form is Form.VERBATIM:
        found += list(_signed(record))
    return found


def _matters(record: Record) -> Iterator[Block]:
    if not record.matters:
        return
    yield Block("heading", "議案と結果")
    for one in record.matters:
        counted = (
            f"（賛成{one.ayes}、反対{one.noes}）" if one.ayes is not None and one.noes is not None else ""
        )
        proposer = f"　提出者　{one.proposer}" if one.proposer else ""
        yield Block("line", f"{one.kind}　{one.title}{proposer}")
        if one.outcome or counted:
            yield Block("vote", f"{one.outcome}{counted}")
        for name in one.names:
            yield Block("line", f"　{name}")


def _said(one: Said) -> Block:
    if one.kind == "speech":
        return Block("speech", one.text, f"○{one.speaker}" if one.speaker else "○（発言者不明）", one.number)
    return Block(one.kind, one.text, "", one.number)


def _points(record: Record) -> Iterator[Block]:
    for kind, name in POINT_NAMES:
        rows = [one for one in record.points if one.kind == kind]
        if rows:
            yield Block("heading", name)
            yield from (_point(one) for one in rows)


def _point(one: Point) -> Block:
    more = "　".join(f"{name}：{text}" for name, text in (("担当", one.who), ("期限", one.until)) if text)
    return Block("sentence", one.sentence + (f"（{more}）" if more else ""), "", one.number)


def _summary(record: Record) -> Iterator[Block]:
    rows = [one for one in record.points if one.kind == "summary"]
    if rows:
        yield Block("heading", "要旨")
    for one in rows:
        yield Block("sentence", one.sentence, f"{one.speaker}：" if one.speaker else "", one.number)


def _main(record: Record) -> Iterator[Block]:
    """Each speech by the sentences of it that say most, and the lines between the speeches."""
    yield Block("heading", "発言の要点")
    for one in record.said:
        if one.kind != "speech":
            yield _said(one)
        elif kept := points.strongest(one.text, KEPT):
            yield Block(
                "speech", "".join(kept), f"○{one.speaker}" if one.speaker else "○（発言者不明）", one.number
            )


def _signed(record: Record) -> Iterator[Block]:
    if record.kind != "assembly" or not record.signers:
        return
    yield Block("note", LAW)
    yield Block("sign", "", "議長")
    for name in record.signers:
        yield Block("sign", name, "署名議員")
