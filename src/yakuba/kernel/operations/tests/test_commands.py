"""What a command makes of an operation: its words, its tables, its file, and long work seen to its end."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from django.utils import timezone
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.models import Worker
from yakuba.kernel.operations import (
    Answer,
    FromFile,
    Nothing,
    Operations,
    Pairs,
    Part,
    Rows,
    Upload,
    Word,
    Work,
)
from yakuba.kernel.operations.commands import add_commands
from yakuba.kernel.operations.printing import lines
from yakuba.kernel.operations.spelling import words_of
from yakuba.kernel.refusals import UnderWay

TABLE = Operations("trial", {"round": "回"})


class Many(BaseModel):
    """One of each kind of field."""

    title: str = Field(description="名称")
    start: Annotated[date, Word("--start")] = Field(description="日")
    seats: Annotated[dict[str, int], Pairs("枠=人数")] = Field({}, description="増減")
    result: Annotated[Literal["run", "final"], Word("--final", flag="final")] = Field(
        "run", description="最終"
    )
    texts: Annotated[dict[str, str] | None, FromFile(), Word("--file")] = Field(None, description="文")


@TABLE.add("全部", "robots.run", command="round all")
def every_kind(asked: Many, actor: Any) -> dict[str, Any]:
    """Say what was asked."""
    return {"actor": str(actor)} | asked.model_dump(mode="json")


class Told(BaseModel):
    """Texts that have to be given."""

    texts: Annotated[dict[str, str], FromFile()] = Field(description="文")


@TABLE.add("言う", "robots.run", command="round tell", by_operator=True)
def tell(asked: Told, actor: Any) -> dict[str, str]:
    """Say them."""
    return asked.texts


class Files(BaseModel):
    """Files."""

    files: list[Upload] = Field(description="ファイル")


@TABLE.add("送る", "robots.run", command="round send", by_operator=True)
def send(asked: Files, actor: Any) -> list[Any]:
    """Say what was sent."""
    return [[one.name, None if one.stream is None else one.read(1_000).decode()] for one in asked.files]


class Numbered(BaseModel):
    """One. `limit` is a field of its own here, not that of a list."""

    number: int = Field(description="番号")
    limit: int = Field(0, description="件数")


@TABLE.add("書き出す", "robots.run", "GET a.csv", command="round take", answer=Answer(media_type="text/csv"))
def take(asked: Nothing, actor: Any) -> Download:
    """A file."""
    return Download("a.csv", "text/csv", b"a,b\n")


class Long:
    """Work that takes a while."""

    def __init__(self, done: bool = False) -> None:
        self.done, self.looks = done, 0

    def facts(self) -> dict[str, Any]:
        return {"done": self.done, "problems": [{"line": 2, "place": "枠", "reason": "足りない。"}]}


KNOWN: dict[int, Long] = {}


def _finish(long: Long, told: Any) -> None:
    told(1, 2, "")
    long.done = True


def _start(asked: Numbered, actor: Any) -> Long:
    """Start it."""
    if asked.number in KNOWN and not KNOWN[asked.number].done:
        raise UnderWay("進んでいます。", KNOWN[asked.number])
    return KNOWN.setdefault(asked.number, Long())


A_LONG = Answer(
    show=Long.facts,
    tables=lambda facts: [Rows([facts], {"done": "済み"}, "表")],
    notes=lambda facts: "お知らせ",
    fault=lambda facts: "" if facts["done"] else lines(facts["problems"]),
)
TABLE.add(
    "する",
    "robots.run",
    command="round work",
    answer=A_LONG,
    by_operator=True,
    found=lambda long: long.done,
    work=Work("仕事", here=_finish, unchanged=lambda long: "変わっていません。"),
)(_start)


def _look(long: Long) -> tuple[int, int, bool]:
    long.looks += 1
    long.done = long.looks > 1
    return long.looks, 2, not long.done


def _ask(asked: Numbered, actor: Any) -> Long:
    """Ask for it."""
    assert asked.limit in (0, 7)
    return KNOWN.setdefault(asked.number + asked.limit, Long())


TABLE.add(
    "頼む",
    "robots.run",
    command="ask",
    answer=A_LONG,
    by_operator=True,
    work=Work("仕事", progress=_look, waits=False),
)(_ask)


class Found(Part):
    """Which."""


@TABLE.add(
    "数える", "robots.view", "GET numbers", command="count", answer=Answer(columns={"n": "数"}, first=3)
)
def count(asked: Found, actor: Any) -> list[dict[str, int]]:
    """A long list."""
    return asked.of([{"n": n} for n in range(700)])


@pytest.fixture
def run(in_yakuba_city, monkeypatch):
    app = verbs("試し")
    groups = add_commands(app, TABLE)
    groups["round"].command("by-hand")(lambda: None)
    monkeypatch.setattr("yakuba.kernel.operations.working.LOOK_SECONDS", 0)
    KNOWN.clear()

    def call(*words):
        return CliRunner().invoke(app, [*map(str, words), "--municipality", "990019"])

    return call


@pytest.fixture
def user(in_yakuba_city, make_staff):
    return ("--user", make_staff(in_yakuba_city, "robots.run").username)


def test_every_kind_of_field_has_its_words(run, user, tmp_path):
    (tmp_path / "texts.json").write_text('{"a": "b"}', encoding="utf-8")
    words = ("--start", "2027-04-01", "--seats", "N1-1=+2", "--seats", "N=2=-1", "--final")
    told = json.loads(run("round", "all", "四月", *words, "--file", tmp_path / "texts.json", *user).stdout)
    assert told | {"actor": ""} == {
        "actor": "",
        "title": "四月",
        "start": "2027-04-01",
        "seats": {"N1-1": 2, "N=2": -1},
        "result": "final",
        "texts": {"a": "b"},
    }
    told = json.loads(run("round", "all", "四月", "--start", "2027-04-01", *user).stdout)
    assert (told["seats"], told["result"], told["texts"]) == ({}, "run", None)
    assert json.loads(run("round", "tell", tmp_path / "texts.json").stdout) == {"a": "b"}
    assert words_of(every_kind) == ["TITLE", "--start START"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--seats", "N1"), "枠=人数"),
        (("--seats", "N=1", "--seats", "N=2"), "二度"),
        (("--file", "none.json"), "名前と場所を確かめてください"),
    ],
)
def test_words_that_cannot_be_taken_are_told_and_exit_with_2(run, user, words, said):
    done = run("round", "all", "四月", "--start", "2027-04-01", *words, *user)
    assert (done.exit_code, said in done.stderr) == (2, True)
    assert run("round", "all", "四月", *user).exit_code == 2, "an option that is required"
    assert run("round", "all", "四月", "--start", "2027-04-01").exit_code == 2, "in whose name?"


def test_files_are_opened_and_one_that_is_not_there_stops_no_other(run, tmp_path):
    (tmp_path / "a").write_text("甲", encoding="utf-8")
    done = run("round", "send", tmp_path / "a", tmp_path / "none")
    assert json.loads(done.stdout) == [["a", "甲"], [str(tmp_path / "none"), None]]


def test_a_file_is_written_where_it_was_asked_for(run, tmp_path):
    done = run("round", "take", "--out", tmp_path / "a.csv")
    assert (done.exit_code, (tmp_path / "a.csv").read_bytes()) == (0, b"a,b\n")
    assert "書きました" in done.stderr
    done = run("round", "take", "--out", tmp_path / "none" / "a.csv")
    assert (done.exit_code, "書けません" in done.stderr) == (1, True)


def test_long_work_is_seen_to_its_end_or_left_to_the_workers(run):
    done = run("round", "work", 1)
    assert (done.exit_code, "表" in done.stdout, "True" in done.stdout) == (0, True, True)
    assert "お知らせ" in done.stderr
    assert "変わっていません" in run("round", "work", 1).stderr
    done = run("round", "work", 2, "--no-wait", "--json")
    assert (done.exit_code, json.loads(done.stdout)["done"]) == (1, False)
    assert done.stderr.splitlines()[-1] == "2行目 枠: 足りない。"
    assert run("round", "work", 2, "--no-wait").exit_code == 1
    done = run("round", "work", 2)
    assert (done.exit_code, "前に始めて" in done.stderr) == (0, True)


def test_work_of_the_workers_is_watched_where_it_is_asked_for(run):
    assert run("ask", 1).exit_code == 1
    assert KNOWN[1].looks == 0
    assert (run("ask", 1, "--wait").exit_code, KNOWN[1].looks) == (0, 2)
    run("ask", 1, "--limit", 7)
    assert 8 in KNOWN


def test_whoever_waits_is_told_that_nobody_works(run):
    assert run("ask", 1, "--wait").stderr.count("ワーカーが動いていません") == 1
    Worker.objects.create(
        id="w",
        host="h",
        place="p",
        pid=1,
        pid_started=1,
        started_at=timezone.now(),
        heartbeat_at=timezone.now(),
    )
    assert "ワーカー" not in run("ask", 2, "--wait").stderr


def test_a_list_shows_its_first_rows_or_as_many_as_are_asked_for(run):
    assert len(json.loads(run("count", "--json").stdout)) == 3
    assert len(json.loads(run("count", "--json", "--limit", 600).stdout)) == 600
    assert run("count", "--limit", 0).exit_code == 2


def test_problems_are_told_up_to_fifty():
    told = lines([{"line": 0, "place": "", "reason": str(number)} for number in range(60)])
    assert (told.splitlines()[49], told.splitlines()[50:]) == ("49", ["ほか10件"])
