"""What can be done with 多言語, each declared once for pages, API and command line."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Operations, Part, Trace, Upload
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import files
from yakuba.kernel.tables.whole import whole
from yakuba.services.translation.actions import memory
from yakuba.services.translation.actions import phrases as actions
from yakuba.services.translation.contracts import Checked, Sentence
from yakuba.services.translation.engine import plain, tables
from yakuba.services.translation.engine.furigana import ruby
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.queries import phrases as queries
from yakuba.services.translation.queries import translating

OPERATIONS = Operations("translation")
LARGEST = 20_000_000  # bytes of a table
REQUIRED = ("番号", "言語", "文")
COLUMNS = {"code": "番号", "japanese": "日本語", "text": "文", "checked_by": "確認した人", "state": "状態"}


class PhrasesIn(Part):
    """Which phrases."""

    text: str = Field("", max_length=100, description="この意味に近い言い方だけ")
    language: str = Field("en", max_length=10, description="言語（en・vi・zh-Hans など）")


class TranslationPhraseOut(BaseModel):
    """A phrase in a language. text: empty where there is none; state: checked, unchecked, off (not shown to guests) or none."""

    code: str
    group: str
    japanese: str
    plain: str
    language: str
    text: str
    checked_by: str
    checked_on: str
    state: str


class LanguageIn(BaseModel):
    """A language, or all."""

    language: str = Field("", max_length=10, description="言語（空なら、すべて）")


class PhraseTableIn(BaseModel):
    """A table of phrases."""

    file: Upload = Field(description="CSVかExcelのファイル")


class TranslationChangedOut(BaseModel):
    """How many phrases and sentences were new or changed."""

    changed: int


def known_language(code: str) -> str:
    """The code. Raises Invalid for one that is none."""
    if code not in LANGUAGES:
        raise Invalid(f"言語「{code[:10]}」はありません。{'・'.join(LANGUAGES)} のどれかにしてください。")
    return code


def facts(row: queries.Row) -> dict[str, Any]:
    """A phrase in a language, for programs."""
    return {
        "code": row.code,
        "group": row.group,
        "japanese": row.japanese,
        "plain": row.phrase.plain,
        "language": row.language,
        "text": row.text,
        "checked_by": row.checked_by,
        "checked_on": row.checked_on,
        "state": row.state,
    }


class PlainIn(BaseModel):
    """Japanese to be checked."""

    text: str = Field(min_length=1, max_length=plain.LONGEST, description="文章")


class PlainFindingOut(BaseModel):
    """One place. sentence: its number, from 0; start, end: in the text; ask: it may be right, and does not count."""

    rule: str
    sentence: int
    start: int
    end: int
    said: str
    why: str
    instead: str
    ask: bool


class TranslationPlainOut(BaseModel):
    """score: of 100 sentences so many have nothing to mend; ruby: the text in pieces, each with its reading or nothing."""

    score: int
    sentences: int
    characters: int
    findings: list[PlainFindingOut]
    notes: list[str]
    ruby: list[tuple[str, str]]


def plain_facts(checked: Checked) -> dict[str, Any]:
    """What was found in a text, for programs."""
    return {
        "score": checked.score,
        "sentences": len(checked.sentences),
        "characters": checked.characters,
        "findings": [asdict(one) | {"rule": one.rule.value} for one in checked.findings],
        "notes": list(checked.notes),
        "ruby": ruby(checked.text),
    }


class TranslationTextIn(BaseModel):
    """Japanese to be translated."""

    text: str = Field(min_length=1, max_length=20_000, description="文章")
    language: str = Field(max_length=10, description="言語（en・vi・zh-Hans など）")


class SentenceOut(BaseModel):
    """way: memory, phrase, server or none; doubts: what a person should look at."""

    source: str
    target: str
    way: str
    doubts: list[str]
    checked_by: str


class TranslationTextOut(BaseModel):
    """trouble: why a model server did not do what it should have, or nothing."""

    sentences: list[SentenceOut]
    trouble: str


class OneSegment(BaseModel):
    """A sentence that was kept."""

    segment_id: int = Field(description="番号")


class ForgottenOut(BaseModel):
    """The number of the sentence that is gone."""

    id: int


def text_facts(found: tuple[list[Sentence], str]) -> dict[str, Any]:
    """A translated text, for programs."""
    sentences, trouble = found
    return {
        "sentences": [
            {
                "source": one.source,
                "target": one.target,
                "way": one.way.value,
                "doubts": list(one.doubts),
                "checked_by": one.checked_by,
            }
            for one in sentences
        ],
        "trouble": trouble,
    }


@OPERATIONS.add(
    "文を訳す",
    "translation.view",
    "POST texts",
    answer=Answer(TranslationTextOut, text_facts, {"trouble": "訳せなかったわけ"}),
)
def translate(asked: TranslationTextIn, actor: Actor) -> tuple[list[Sentence], str]:
    """Each sentence by what people have translated before, else by the town's model server, with what the guard says."""
    sources = translating.sentences_of(asked.text)
    if len(sources) > translating.MOST:
        raise Invalid(
            f"一度に訳せるのは{translating.MOST}文までです。分けてください（今は{len(sources)}文）。"
        )
    return translating.translated(sources, known_language(asked.language))


@OPERATIONS.add(
    "訳した文を消す",
    "translation.edit",
    "POST segments/{segment_id}/forget",
    "forget",
    answer=Answer(ForgottenOut, lambda number: {"id": number}, {"id": "番号"}),
    event="translation.sentence_forgotten",
    trace=lambda asked, number: Trace(f"segment:{number}"),
)
def forget_segment(asked: OneSegment, actor: Actor) -> int:
    """Forget a sentence that was kept."""
    return memory.forget(asked.segment_id)


@OPERATIONS.add(
    "やさしい日本語か調べる",
    "translation.view",
    "POST plain",
    answer=Answer(TranslationPlainOut, plain_facts, {"score": "点", "sentences": "文", "characters": "文字"}),
)
def check_plain(asked: PlainIn, actor: Actor) -> Checked:
    """What is hard to read for people who are learning Japanese, and how the kanji are read."""
    return plain.check(asked.text)


@OPERATIONS.add(
    "窓口の言い方の一覧",
    "translation.view",
    "GET phrases",
    "phrases",
    answer=Answer(list[TranslationPhraseOut], columns=COLUMNS),
)
def list_phrases(asked: PhrasesIn, actor: Actor) -> list[dict[str, Any]]:
    """Phrases in a language: all, or those that come nearest to what is meant."""
    book = queries.TownBook()
    found = book.rows([known_language(asked.language)])
    if asked.text:
        order = {phrase.code: at for at, phrase in enumerate(book.found(asked.text))}
        found = sorted((row for row in found if row.code in order), key=lambda row: order[row.code])
    return [facts(row) for row in asked.of(found)]


@OPERATIONS.add(
    "窓口の言い方を書き出す",
    "translation.view",
    "GET phrases/file",
    "export",
    answer=Answer(media_type="text/csv"),
)
def export(asked: LanguageIn, actor: Actor) -> Download:
    """Every phrase in a language, or in all, as a CSV file that can be corrected and taken over again."""
    languages = [known_language(asked.language)] if asked.language else list(LANGUAGES)
    table = queries.table(queries.TownBook(), languages)
    return Download("phrases.csv", "text/csv", files.written([table], "utf-8").read())


@OPERATIONS.add(
    "窓口の言い方をファイルから取り込む",
    "translation.edit",
    "POST phrases/load",
    "load",
    answer=Answer(TranslationChangedOut, lambda changed: {"changed": changed}, {"changed": "変わったもの"}),
)
def load(asked: PhraseTableIn, actor: Actor) -> int:
    """Phrases and sentences of a table: all of it, or every fault with its line."""
    book = queries.TownBook()
    read = partial(tables.drafts, known=book.phrases, answers=dict(book.answers()))
    return actions.load(whole(asked.file.read(LARGEST), REQUIRED, read), actor=actor)
