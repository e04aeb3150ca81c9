"""What can be done with what differs by town, declared once for pages, API and command line."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.localwords import actions, queries, table
from yakuba.kernel.operations import Answer, Nothing, Operations, Pairs, Upload, Word
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tables.whole import whole

OPERATIONS = Operations("localwords")
LARGEST = 5_000_000  # bytes of a table
COLUMNS = {"name": "ところ", "value": "この自治体では", "label": "この業務だけ", "texts": "使う文の数"}


class LocalWordsIn(BaseModel):
    """What the town puts where towns differ."""

    words: Annotated[dict[str, str], Word("--word"), Pairs("ところ=言葉")] = Field(
        description="ところと、この自治体での言葉（空にすると消える）", max_length=500
    )
    room: str = Field(
        "", max_length=40, description="この業務の文だけで使う言葉にする（answers、intake など）"
    )


class LocalWordTableIn(BaseModel):
    """A table of words."""

    file: Upload = Field(description="CSVかExcelのファイル（列：ところ、この自治体では、この業務だけ）")


class LocalWordOut(BaseModel):
    """A place and what stands in it. room: whose texts alone it is for, empty for all; value: empty while it is not filled;
    lacks: whether a text waits for it; uses: room's label → in how many of its texts it stands, texts: in how many of all."""

    name: str
    room: str
    label: str
    value: str
    lacks: bool
    texts: int
    uses: dict[str, int]


class LocalWordsOut(BaseModel):
    """How many words changed."""

    changed: int


CHANGED = Answer(LocalWordsOut, lambda changed: {"changed": changed}, {"changed": "変わったところ"})


@OPERATIONS.add(
    "自治体ごとに違うところの一覧",
    "localwords.view",
    "GET words",
    "list",
    answer=Answer(list[LocalWordOut], columns=COLUMNS),
)
def list_local_words(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """Every word that is set or waited for; first those that a text waits for."""
    return [
        {
            "name": one.name,
            "room": one.room,
            "label": one.label,
            "value": one.value,
            "lacks": one.lacks,
            "texts": len(one.uses),
            "uses": one.counts,
        }
        for one in queries.standings()
    ]


@OPERATIONS.add("自治体ごとに違うところを埋める", "localwords.edit", "POST words", "set", answer=CHANGED)
def set_local_words(asked: LocalWordsIn, actor: Actor) -> int:
    """Fill what differs by town; residents read it at once."""
    return actions.set_words(asked.words, actor=actor, room=asked.room)


@OPERATIONS.add(
    "自治体ごとに違うところをファイルから埋める",
    "localwords.edit",
    "POST words/load",
    "load",
    answer=CHANGED,
)
def load_local_words(asked: LocalWordTableIn, actor: Actor) -> int:
    """Words of a table: all of it, or every fault with its line. A line without a word changes nothing."""
    labels = queries.rooms()
    words = whole(asked.file.read(LARGEST), table.REQUIRED, lambda found: table.read(found, labels))
    return actions.set_all(words, actor=actor)


@OPERATIONS.add(
    "自治体ごとに違うところを書き出す",
    "localwords.view",
    "GET words/file",
    "export",
    answer=Answer(media_type="text/csv"),
)
def export_local_words(asked: Nothing, actor: Actor) -> Download:
    """Every word, and every place that is still to be filled, as a CSV file that can be taken over again."""
    cells = [[one.name, one.value, one.label] for one in queries.standings()]
    sheet = Table("自治体ごとに違うところ", [one.name for one in table.COLUMNS], cells)
    return Download("local-words.csv", "text/csv", files.written([sheet], "utf-8").read())
