"""Finding and deciding, as a library without the house."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from yakuba.services.answers.contracts import Entry, Outcome
from yakuba.services.answers.engine import deciding, learning
from yakuba.services.answers.engine.evaluating import Evaluation, Query
from yakuba.services.answers.engine.finding import Finder
from yakuba.services.answers.tests.asked import entries, queries


def first(question: str, finder: Finder | None = None, **more) -> str:
    return next(iter(learning.answer(finder or Finder(entries()), question, **more).keys), "")


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("住民票の写しはどこで取れますか", "juminhyo"),
        ("じゅうみんひょうがほしい", "juminhyo"),  # as it sounds
        ("住民票のうつしを取りたい", "juminhyo"),
        ("保育園に入れたい", "hoiku"),  # another word for the same
        ("図書舘で本を借りる", "tosho"),  # another form of the kanji
        ("期日前投表", "senkyo"),  # a slip of the keyboard
        ("ＩＮＵ　犬 登録", "inu"),
    ],
)
def test_a_question_finds_its_entry(question, key):
    assert first(question) == key


def test_what_is_asked_as_it_stands_is_answered_alone():
    decision = learning.answer(Finder(entries()), "住民票の写しはどこで取れますか？")
    assert (decision.outcome, decision.keys) == (Outcome.ANSWERED, ("juminhyo",))


def test_what_is_near_is_shown_and_not_told_as_the_answer():
    decision = learning.answer(Finder(entries()), "水道を使い始めるときは")
    assert decision.outcome is Outcome.SHOWN
    assert decision.keys[0] == "suido"
    assert len(decision.keys) <= deciding.SHOWN


@pytest.mark.parametrize(
    "question",
    ["", "？？？", "量子力学の講義はありますか", "lorem ipsum dolor", "🐶", "ก ข ค", "あ" * 20_000],
)
def test_what_nothing_answers_is_handed_over(question):
    assert learning.answer(Finder(entries()), question).outcome is Outcome.HANDED_OVER


def test_without_entries_everything_is_handed_over():
    assert learning.answer(Finder([]), "住民票").outcome is Outcome.HANDED_OVER


def test_a_confirmed_question_finds_what_its_words_do_not_say():
    told = "ワンちゃんをお迎えしました"
    assert first(told) != "inu"
    taught = [replace(one, confirmed=(told,)) if one.key == "inu" else one for one in entries()]
    decision = learning.answer(Finder(taught), f"{told}！")
    assert (decision.outcome, decision.keys) == (Outcome.ANSWERED, ("inu",))


def test_a_short_question_goes_on_with_the_topic():
    fees = [
        Entry("a", "住民票の写しの手数料はいくらですか", "窓口で納めます。"),
        Entry("b", "犬の登録の手数料はいくらですか", "窓口で納めます。"),
    ]
    finder = Finder([*entries(), *fees])
    assert first("手数料は？", finder, before="inu") == "b"
    assert first("手数料は？", finder, before="juminhyo") == "a"


def test_thresholds_hold_what_they_promise_on_what_they_were_learned_from():
    import numpy as np

    chances, right = np.linspace(1, 0, 200), np.array([1.0] * 120 + [0.0] * 80)
    found = deciding.threshold(chances, right, np.zeros(99))
    answered = chances >= found
    assert answered.sum() >= deciding.FEWEST
    assert (1 - right[answered]).mean() <= deciding.WRONG
    assert deciding.threshold(chances, np.zeros(200), np.zeros(9)) == deciding.NEVER
    unanswerable = np.linspace(0.95, 0.0, 100)
    strict = deciding.threshold(chances, right, unanswerable)
    assert (unanswerable >= strict).mean() <= deciding.WRONG < (unanswerable >= found).mean()


def test_learned_things_are_kept_as_they_were():
    measured = Evaluation(entries(), queries())
    cases = [measured.case_of(at) for at in range(len(measured.queries))]
    learned = learning.learn(cases)
    assert learned is not None
    again = learning.from_json(json.loads(json.dumps(learning.as_json(learned))))
    finder = Finder(entries())
    assert learning.answer(finder, "犬を飼う", again) == learning.answer(finder, "犬を飼う", learned)
    assert learning.learn(cases[:10]) is None


@pytest.mark.slow
def test_an_evaluation_learns_from_the_other_folds_alone():
    plain = Evaluation(entries(), queries())
    figures = plain.crossed(3)
    assert figures.labels == 100
    assert figures.ndcg10 >= plain.plain().ndcg10
    assert figures.answered > 0.5
    assert figures.wrong_of_answered <= 0.05
    # A question that nobody else's resembles: its own pair must not have been seen.
    odd = [*queries(), Query("とぅるるん", {"zei": 1.0})]
    alone = Evaluation(entries(), odd).crossed(3)
    assert alone.queries == 151
    assert alone.s1 < 1.0


@pytest.mark.slow
def test_whole_answers_can_be_held_out():
    measured = Evaluation(entries(), queries())
    assert measured.crossed(3, by_answer=True).ndcg10 >= measured.plain().ndcg10 - 0.02
