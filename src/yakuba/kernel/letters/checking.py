"""Whether a Word file may be used for a kind of letter: its fields, its letters and how it is laid out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from yakuba.kernel.letters import faces, glyphs
from yakuba.kernel.letters.letter import Addressee, Letter, marked
from yakuba.kernel.letters.press import Press
from yakuba.kernel.letters.printing import NothingFits, print_file
from yakuba.kernel.letters.word import apart
from yakuba.kernel.letters.word.fields import plain
from yakuba.kernel.letters.word.html import Values
from yakuba.kernel.letters.word.model import Block, Document, Merge, Paragraph, Text, pieces
from yakuba.kernel.letters.written import WordTemplate, layout
from yakuba.kernel.refusals import Problem
from yakuba.kernel.registry import LetterField, LetterKind

SAMPLE = "preview"  # name of the print, and recipient of its one letter
NEAR = 0.5  # how alike a wrong field's name must be to be taken for a slip


@dataclass(frozen=True)
class Checked:
    """document: as far as it can be laid out; preview: PDF with sample values, of one page where it fits; faults
    must be mended before it is used, notes are for knowing."""

    document: Document
    preview: bytes
    faults: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def check(content: bytes, kind: LetterKind) -> Checked:
    """Read a .docx for this kind of letter. Raises NotWord, and PdfUnavailable."""
    known = {plain(field.name): field for field in kind.fields}
    found = apart.document(content, [name for name, field in known.items() if field.samples])
    faults = [*found.faults, *_of_fields(found.document, kind, known), *_of_letters(found.document)]
    preview, misfit = _preview(WordTemplate(kind.code, 0, found.document), kind)
    return Checked(found.document, preview, (*faults, *misfit), (*found.notes, *_of_fonts(found.document)))


def sample_values(kind: LetterKind) -> Values:
    """What the preview says."""
    repeated = [field for field in kind.fields if field.samples]
    count = max((len(field.samples) for field in repeated), default=0)
    rows = [
        {plain(field.name): field.samples[at] if at < len(field.samples) else "" for field in repeated}
        for at in range(count)
    ]
    return Values({plain(field.name): field.sample for field in kind.fields if not field.samples}, rows)


def _of_fields(document: Document, kind: LetterKind, known: dict[str, LetterField]) -> Iterator[Problem]:
    merges = [one for one in pieces(document.parts) if isinstance(one, Merge)]
    for name in dict.fromkeys(one.name for one in merges):
        if name not in known:
            near = get_close_matches(name, known, 1, NEAR)
            hint = (
                f"「{known[near[0]].name}」ではありませんか。"
                if near
                else "使える項目は、様式のページにあります。"
            )
            yield Problem(0, "", f"差し込み項目「{name}」は、この通知にありません。{hint}")
    present = {one.name for one in merges}
    for name in kind.required:
        if plain(name) not in present:
            yield Problem(
                0, "", f"差し込み項目「{name}」がありません。この通知には必ず要ります。入れてください。"
            )
    repeated = {name for name, field in known.items() if field.samples}
    for name in dict.fromkeys(_outside(document.parts, repeated, inside=False)):
        reason = f"差し込み項目「{known[name].name}」は何行にもなる項目です。表の行の中に置いてください（行が数だけ繰り返されます）。"
        yield Problem(0, "", reason)


def _outside(blocks: tuple[Block, ...], repeated: set[str], *, inside: bool) -> Iterator[str]:
    """The repeated fields that stand in no row that is repeated."""
    for block in blocks:
        if isinstance(block, Paragraph):
            names = (one.name for one in block.pieces if isinstance(one, Merge))
            yield from (name for name in names if name in repeated and not inside)
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from _outside(cell.blocks, repeated, inside=inside or row.repeated)


def _of_letters(document: Document) -> Iterator[Problem]:
    for piece in pieces(document.parts):
        if isinstance(piece, Text) and (
            lacks := faces.lacking([faces.families(piece.face.font)], piece.text)
        ):
            reason = f"印刷できない文字 {glyphs.told(lacks)} があります。別の字か画像にしてください。"
            yield Problem(0, f"「{glyphs.shown(piece.text)[:16]}」", reason)


def _of_fonts(document: Document) -> Iterator[Problem]:
    for name, used in faces.replaced(document).items():
        yield Problem(
            0, "", f"書体「{name[:40]}」の字は「{used}」で印刷します（Yakubaの機械にある書体です）。"
        )


def _preview(template: WordTemplate, kind: LetterKind) -> tuple[bytes, list[Problem]]:
    letter = Letter(SAMPLE, Addressee("見本", "", ""), sample_values(kind))
    try:
        return print_file([letter], layout(template, SAMPLE, draft=True)).pdf, []
    except NothingFits:
        reason = "見本の値を入れると1枚に収まりません。文面を短くするか、字や余白を小さくしてください。"
        (one,) = marked([letter], SAMPLE)
        return Press(layout(template, SAMPLE, draft=True)).whole(one), [Problem(0, "", reason)]
