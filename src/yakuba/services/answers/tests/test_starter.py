"""The starter set: everything in it can be taken over, and what it is asked in other words it finds."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.localwords import slots
from yakuba.kernel.tables.reading import rows
from yakuba.services.answers.contracts import Entry
from yakuba.services.answers.engine import learning, reading
from yakuba.services.answers.engine.finding import Finder

FOLDER = Path(__file__).resolve().parents[5] / "samples/answers"
ASKED = {
    "じゅうみんひょうのねだん": "juminhyo-02",
    "子犬をもらった": "kankyo-01",
    "ソファを捨てたいんだけど": "gomi-03",
    "赤ちゃんが産まれたら何を出す": "koseki-02",
    "会社をやめたので健康保険をどうするか": "kokuho-01",
    "投票日に用事があって行けない": "senkyo-01",
    "道路が陥没している": "doro-01",
    "マイナカード落とした": "mynumber-03",
}


@pytest.fixture(scope="module")
def drafts():
    found, faults = reading.drafts(rows((FOLDER / "starter.csv").read_bytes(), ("番号", "質問", "答え"), []))
    assert not faults
    return found


@pytest.fixture(scope="module")
def finder(drafts):
    return Finder([Entry(one.code, one.question, one.answer, one.wordings, (), one.field) for one in drafts])


def test_it_has_what_it_says(drafts):
    assert len(drafts) >= 300
    assert len({one.field for one in drafts}) >= 30
    assert max(Counter(one.question for one in drafts).values()) == 1
    assert all(one.section for one in drafts)


def test_the_demo_town_fills_only_slots_that_there_are(drafts):
    own = values(decoded((FOLDER / "yakuba-city.yaml").read_bytes()))
    asked = {name for one in drafts for name in slots.names(one.answer)}
    assert set(own["slots"]) <= asked
    assert {one.section for one in drafts} <= {one["name"] for one in own["sections"]}


@pytest.mark.parametrize(("question", "code"), ASKED.items())
def test_other_words_find_it_among_the_first_three(finder, question, code):
    decision = learning.answer(finder, question)
    assert code in decision.keys, decision
