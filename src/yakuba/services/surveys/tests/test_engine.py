"""Definitions, conditions, answers, tally, disclosure and trends, without the house."""

from __future__ import annotations

import itertools
import random
import statistics
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.surveys.contracts import Body, BodyClass, Share
from yakuba.services.surveys.engine.answers import AnswerRefused, canonical, number_text, remarks
from yakuba.services.surveys.engine.bodies import register
from yakuba.services.surveys.engine.disclosure import PRIMARY, bounds, protected
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.engine.tally import FieldTally, tally
from yakuba.services.surveys.engine.trends import broken, lines, trend
from yakuba.services.surveys.tests import examples

TEXT = examples.SMALL.format(
    survey="small", title="見本", edition="2026", as_of="2026-04-01", bodies='"131016"'
)


def test_every_fault_of_a_definition_is_told_with_its_line():
    text = (
        TEXT.replace("is: yes", "is: yse").replace("kind: date", "kind: dat").replace("as_of: 2026-04-01", "as_of: 令和8年13月1日")
        .replace("left: cases", "left: lost").replace("unit: 件}", "unit: 件, colour: red}").replace('["131016"]', '["13101"]')
    )  # fmt: skip
    with pytest.raises(DefinitionRefused) as refused:
        read_definition(text)
    told = {problem.line: problem.reason for problem in refused.value.problems}
    lines_of = {number: line for number, line in enumerate(text.splitlines(), start=1)}
    assert all(number in lines_of for number in told)
    for word in ("yse", "dat", "13", "lost", "colour", "13101"):
        assert any(word in reason for reason in told.values()), word


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("code: cases", "code: ai"), "二つあります"),
        (("code: cases", "code: a__b"), "_ を続けて書けません"),
        (("no: いいえ", "no: はい"), "同じ文が二つ"),
        (("question: ai, is: yes", "question: words, is: yes"), "前にありません"),
        (("{question: ai, is: yes}", "{all: [{question: ai, is: yes}], any: []}"), "条件だけを並べて"),
        (("kind: text, longest: 200", "kind: text, options: {a: あ}"), "書けません"),
        (("change: 50", "change: 50, at_most: people"), "どれか1つ"),
    ],
)
def test_what_a_definition_may_not_say(change, told):
    with pytest.raises(DefinitionRefused, match=told):
        read_definition(TEXT.replace(*change))


def test_remarks_say_what_lacks_contradicts_and_changed():
    definition = read_definition(TEXT)
    assert [one.key for one in remarks(definition, {}) if one.must] == ["ai"]
    told = remarks(definition, {"ai": "no", "kinds": "voice", "cases": "160"}, {"cases": "100"})
    assert [(one.key, one.must) for one in told] == [("kinds", True), ("cases", False)]
    assert not remarks(definition, {"ai": "yes", "kinds": "voice", "cases": "150"}, {"cases": "100"})


def test_a_sum_must_be_the_sum_of_its_parts():
    text = TEXT.replace(
        "      - {code: rate",
        "      - {code: half, label: 半分, kind: number}\n      - {code: total, label: 計, kind: number, sum_of: [cases, half]}\n      - {code: rate",
    )
    definition = read_definition(text)
    assert [
        one.key for one in remarks(definition, {"ai": "no", "cases": "2", "half": "3", "total": "6"})
    ] == ["total"]
    assert not remarks(definition, {"ai": "no", "cases": "2", "half": "3", "total": "5"})
    assert not remarks(
        definition, {"ai": "no", "cases": "2", "total": "5"}
    )  # a part that is empty is not zero


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("cases", "１，２３４件", "1234"), ("cases", "1,234", "1234"), ("cases", "", ""), ("cases", "0", "0"), ("rate", "35.50％", "35.5"),
        ("rate", "100%", "100"), ("ai", "２", "no"), ("ai", " いいえ ", "no"), ("kinds", "文字認識、音声認識", "voice,letters"),
        ("since", "R8.4.1", "2026-04-01"),
    ],
)  # fmt: skip
def test_what_is_clear_is_read(key, typed, value):
    question, field = read_definition(TEXT).fields[key]
    assert canonical(question, field, typed) == value


@pytest.mark.parametrize(("key", "typed"), [("cases", "1,23"), ("cases", "未回答"), ("cases", "#N/A"), ("rate", "100.1"), ("rate", "3.55"), ("ai", "9"), ("cases", "1e3")])  # fmt: skip
def test_what_is_not_clear_is_refused(key, typed):
    question, field = read_definition(TEXT).fields[key]
    with pytest.raises(AnswerRefused):
        canonical(question, field, typed)


@given(count=st.integers(0, 2000), of=st.integers(1, 2000))
def test_rates_are_half_up_on_the_exact_fraction(count, of):
    exact = Decimal(count * 1000) / Decimal(of)
    tenths = Share(count, of).tenths
    assert abs(Decimal(tenths) - exact) <= Decimal("0.5")
    assert tenths - exact != Decimal("-0.5")  # a half goes up


def test_the_tally_knows_who_was_asked_who_answered_and_whom_the_question_did_not_concern():
    definition = read_definition(TEXT)
    bodies = [Body(str(at), "", "東京都", BodyClass.WARD) for at in range(5)] + [
        Body("p", "東京都", "東京都", BodyClass.PREFECTURE)
    ]
    sheets = [
        {"ai": "yes", "kinds": "voice,letters"},
        {"ai": "yes"},
        {"ai": "no"},
        {},
        None,
        {"ai": "yes", "kinds": "voice", "cases": "5"},
    ]
    found = {one.key: one.groups for one in tally(definition, bodies, sheets)}
    wards = found["kinds"]["class:ward"]
    assert (wards.asked, wards.due, wards.answered, wards.unanswered) == (5, 2, 1, 1)
    assert wards.counts == {"voice": 1, "letters": 1}
    assert (found["ai"]["class:ward"].due, found["ai"]["class:ward"].unanswered) == (5, 2)
    assert found["ai"]["municipal"].asked == 5
    assert found["ai"]["all"].asked == 6
    assert found["ai"]["prefecture:東京都"].asked == 5  # the prefecture's own answer is no municipality's
    assert (found["cases"]["all"].total, found["cases"]["class:ward"].total) == ("5", "")
    again = FieldTally.of_plain("ai", FieldTally("ai", found["ai"]).as_plain())
    assert again.groups == found["ai"]


def test_the_tally_is_what_a_slow_count_says():
    definition, draw = read_definition(TEXT), random.Random(1)
    bodies = list(register(date(2026, 4, 1)).values())[:300]
    sheets = [
        None
        if draw.random() < 0.1
        else {"ai": draw.choice(["yes", "no", ""]), "cases": draw.choice(["", "0", "3", "10"])}
        for _ in bodies
    ]
    found = {one.key: one.groups for one in tally(definition, bodies, sheets)}
    for kind in BodyClass:
        mine = [sheet or {} for body, sheet in zip(bodies, sheets, strict=True) if body.kind == kind]
        if not mine:
            continue
        group = found["ai"][f"class:{kind.value}"]
        assert group.counts.get("yes", 0) == sum(one.get("ai") == "yes" for one in mine)
        assert group.answered == sum(bool(one.get("ai")) for one in mine)
        numbers = [int(one["cases"]) for one in mine if one.get("cases")]
        assert found["cases"][f"class:{kind.value}"].total == str(sum(numbers))


@given(st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=1, max_size=9))
@settings(deadline=None)
def test_totals_and_medians_are_exact(amounts):
    text = TEXT.replace("unit: 件}", "unit: 件, least: -1000000, decimals: 2}")
    bodies = [Body(str(at), "", "", BodyClass.TOWN) for at in range(len(amounts))]
    found = tally(read_definition(text), bodies, [{"cases": number_text(one)} for one in amounts])
    group = next(one for one in found if one.key == "cases").groups["all"]
    assert Decimal(group.total) == sum(amounts)
    assert Decimal(group.median) == statistics.median(amounts)


def test_small_counts_are_hidden_with_so_much_beside_them_that_sums_do_not_tell():
    counts = {"a": 2, "b": 40, "c": 300, "d": 25, "all": 367}
    everything = [("all", frozenset("abcd"))]
    found = protected(counts, everything, 10)
    assert found == {"a": PRIMARY, "d": "secondary"}
    assert bounds("a", counts, everything, found) == (0, 27)
    assert set(protected({"a": 3, "all": 3}, [("all", frozenset("a"))], 10)) == {"a", "all"}
    assert not protected({"a": 0, "b": 10, "all": 10}, [("all", frozenset("ab"))], 10)
    # one total under two names: hiding one of them alone would be for nothing
    twice = {"a": 3, "b": 0, "all": 3, "every": 3}
    assert {"a", "all", "every"} <= set(
        protected(twice, [("all", frozenset("ab")), ("every", frozenset("ab"))], 10)
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 60), min_size=3, max_size=4), min_size=3, max_size=4).filter(
        lambda rows: len({len(row) for row in rows}) == 1
    )
)
def test_no_hidden_count_of_a_table_can_be_worked_out_from_its_sums(rows):
    counts = {f"{at}.{to}": value for at, row in enumerate(rows) for to, value in enumerate(row)}
    width, height = len(rows[0]), len(rows)
    equations = [(f"row{at}", frozenset(f"{at}.{to}" for to in range(width))) for at in range(height)]
    equations += [(f"column{to}", frozenset(f"{at}.{to}" for at in range(height))) for to in range(width)]
    equations += [("all", frozenset(f"row{at}" for at in range(height)))]
    equations += [("all", frozenset(f"column{to}" for to in range(width)))]
    for total, parts in equations:
        counts[total] = sum(counts[part] for part in parts)
    found = protected(counts, equations, 10)
    assert {cell for cell, value in counts.items() if 0 < value < 10} == {
        cell for cell, why in found.items() if why == PRIMARY
    }
    for cell, why in found.items():
        if why == PRIMARY:
            low, high = bounds(cell, counts, equations, found)
            assert low <= counts[cell]
            assert high is None or (high >= counts[cell] and high - low >= 10)


def test_a_line_ends_where_base_options_or_definition_change():
    def of(edition: str, text: str):
        return read_definition(text.replace('edition: "2026"', f'edition: "{edition}"'))

    same, other = of("1", TEXT), of("2", TEXT.replace("no: いいえ", "no: 導入していない"))
    more = of("3", TEXT.replace("no: いいえ", "no: いいえ, wait: 検討中"))
    base = of("4", TEXT.replace("no: いいえ}", "no: いいえ, wait: 検討中}, base: answered"))
    said = of(
        "5", TEXT.replace("no: いいえ}", "no: いいえ, wait: 検討中}, base: answered, breaks: 実証中を含む")
    )
    editions = [same, other, more, base, said]
    told = [
        broken((one, one.by_code["ai"]), (two, two.by_code["ai"]))
        for one, two in itertools.pairwise(editions)
    ]
    assert told == ["", "選択肢が変わりました。", "割合の母数が変わりました。", "実証中を含む"]
    years = trend("ai", "ai", [(one, None) for one in editions])
    assert [len(lines(years[:2], "yes")), len(lines(years, "yes"))] == [1, 4]
