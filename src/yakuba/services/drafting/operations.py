"""What can be done with 文書作成支援, each declared once for pages, API and command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Operations, Trace, Upload
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tables.whole import whole
from yakuba.services.drafting.actions import terms as term_actions
from yakuba.services.drafting.contracts import Finding, TextClass
from yakuba.services.drafting.engine import comparing, extracting, termlist
from yakuba.services.drafting.engine.proofreading.proofread import cleaned
from yakuba.services.drafting.engine.proofreading.text import LONGEST
from yakuba.services.drafting.forms import LONGEST_COMPARED
from yakuba.services.drafting.queries import terms
from yakuba.services.drafting.queries.proofreading import Proofread, proofread

OPERATIONS = Operations("drafting", {"terms": "用語集: 町の書き方"})
LARGEST = 5_000_000  # bytes of a table


class ProofreadIn(BaseModel):
    """A text to be proofread."""

    text: str = Field(min_length=1, max_length=LONGEST, description="文")
    text_class: TextClass = Field(
        TextClass.NOTICE, description="文書の種類（law, notice, record, explanation）"
    )


class DraftingPlaceOut(BaseModel):
    """start, end: characters from 0; line, column: from 1."""

    start: int
    end: int
    line: int
    column: int


class DraftingFindingOut(BaseModel):
    """One fault with all its places. strength: town, wrong, error, consider; suggestion: null where a person decides; sure:
    whether it is in `corrected`."""

    key: str
    rule: str
    label: str
    found: str
    suggestion: str | None
    why: str
    source: str
    strength: str
    strength_label: str
    sure: bool
    places: list[DraftingPlaceOut]


class DraftingProofreadOut(BaseModel):
    """corrected: the text with all that is sure."""

    findings: list[DraftingFindingOut]
    corrected: str


class TermTableIn(BaseModel):
    """A table of words."""

    file: Upload = Field(description="CSVかExcelのファイル（列 直す語,町の書き方,理由,文書の種類）")


class OneTerm(BaseModel):
    """A word of the town's list."""

    term_id: int = Field(description="語の番号")


class DraftingLoadedOut(BaseModel):
    """How many words were new or changed."""

    changed: int


class DraftingTermOut(BaseModel):
    """A word that was taken out."""

    word: str


def finding_facts(one: Finding) -> dict[str, Any]:
    """A finding for programs."""
    facts = asdict(one) | {"strength": one.strength.value, "strength_label": one.strength.label}
    facts.pop("whole")
    return facts


@OPERATIONS.add(
    "文を校正する",
    "drafting.view",
    "POST proofread",
    answer=Answer(DraftingProofreadOut),
)
def proofread_text(asked: ProofreadIn, actor: Actor) -> dict[str, Any]:
    """What the rules and the town's list say of a text. Nothing of it is stored."""
    told: Proofread = proofread(asked.text, asked.text_class)
    mended = proofread(asked.text, asked.text_class, take_all=True)
    return {"findings": [finding_facts(one) for one in told.found], "corrected": mended.text}


class ExtractIn(BaseModel):
    """A notice."""

    text: str = Field(min_length=1, max_length=LONGEST, description="文")
    sentences: int = Field(5, ge=1, le=50, description="要約の文の数")
    characters: int = Field(extracting.SHORT, ge=20, le=2_000, description="短い知らせの文字数")


class DraftingSentenceOut(BaseModel):
    """A sentence of the source. start, end: characters from 0; line: from 1."""

    text: str
    start: int
    end: int
    line: int


class DraftingExtractOut(BaseModel):
    """short: a notice of at most the asked characters; length: of it; missing: of who, what, when, where and whom to ask
    what it does not say; summary: the sentences that matter most."""

    short: str
    length: int
    missing: list[str]
    summary: list[DraftingSentenceOut]


class CompareIn(BaseModel):
    """Two versions."""

    before: str = Field(min_length=1, max_length=LONGEST_COMPARED, description="改正前の文")
    after: str = Field(min_length=1, max_length=LONGEST_COMPARED, description="改正後の文")


class DraftingSpanOut(BaseModel):
    """Some words, and whether they were changed."""

    text: str
    changed: bool


class DraftingPairOut(BaseModel):
    """An article in both versions, line by line. same: nothing was changed."""

    key: str
    same: bool
    after: list[list[DraftingSpanOut]]
    before: list[list[DraftingSpanOut]]


@OPERATIONS.add("要点を取り出す", "drafting.view", "POST extract", answer=Answer(DraftingExtractOut))
def extract(asked: ExtractIn, actor: Actor) -> dict[str, Any]:
    """A short notice and a summary, in the text's own sentences. Nothing of it is stored."""
    text = cleaned(asked.text)
    short = extracting.shortened(text, asked.characters)
    return {
        "short": short.text,
        "length": short.length,
        "missing": list(short.missing),
        "summary": [asdict(one) for one in extracting.summary(text, asked.sentences)],
    }


@OPERATIONS.add("二つの文を比べる", "drafting.view", "POST compare", answer=Answer(list[DraftingPairOut]))
def compare(asked: CompareIn, actor: Actor) -> list[dict[str, Any]]:
    """Articles paired by number, changed words marked. Nothing of them is stored."""
    return [asdict(one) for one in comparing.compared(cleaned(asked.before), cleaned(asked.after))]


@OPERATIONS.add(
    "用語集をファイルから取り込む",
    "drafting.edit",
    "POST terms/load",
    "terms load",
    answer=Answer(DraftingLoadedOut, lambda changed: {"changed": changed}, {"changed": "変わった語"}),
)
def load_terms(asked: TermTableIn, actor: Actor) -> int:
    """Words of a table: all of it, or every fault with its line."""
    return term_actions.load(whole(asked.file.read(LARGEST), termlist.REQUIRED, termlist.read), actor=actor)


@OPERATIONS.add(
    "用語集を書き出す",
    "drafting.view",
    "GET terms/file",
    "terms export",
    answer=Answer(media_type="text/csv"),
)
def export_terms(asked: Nothing, actor: Actor) -> Download:
    """The town's list as a CSV file that can be taken over again."""
    cells = [[one.written, one.preferred, one.reason, termlist.written(one.kinds)] for one in terms.terms()]
    table = Table("用語集", list(termlist.COLUMNS), cells)
    return Download("terms.csv", "text/csv", files.written([table], "utf-8").read())


@OPERATIONS.add(
    "用語集から外す",
    "drafting.edit",
    "POST terms/{term_id}/remove",
    "terms remove",
    answer=Answer(DraftingTermOut, lambda word: {"word": word}, {"word": "語"}),
    event="drafting.term_removed",
    trace=lambda asked, word: Trace(f"term:{asked.term_id}"),
)
def remove_term(asked: OneTerm, actor: Actor) -> str:
    """Take a word out of the town's list."""
    return term_actions.remove(asked.term_id)
