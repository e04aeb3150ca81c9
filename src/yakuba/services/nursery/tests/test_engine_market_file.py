"""Reading a market: what is sound comes in, what is not is refused with line and reason."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.services.nursery.contracts import MarketRefused
from yakuba.services.nursery.engine.matching import market_faults, market_file, market_writing
from yakuba.services.nursery.tests import synthetic
from yakuba.services.nursery.tests.tiny import as_file, markets

SOUND = """{
"slots": [
{"id": "A-1", "capacity": 2},
{"id": "B-1", "capacity": 1}
],
"families": [
{"id": "f1", "children": ["c1", "c2"], "wishes": [["A-1", "B-1"], ["A-1", null]]},
{"id": "f2", "children": ["c3"], "wishes": [["B-1"]]}
],
"current": {
"c9": "A-1"
},
"priorities": {
"A-1": ["c1"],
"B-1": ["c3", "c2"]
}
}
"""

BROKEN = [
    ("syntax", '"B-1"]]}\n]', '"B-1"]}\n]', 8, "JSONとして読めません"),
    ("negative seats", '"capacity": 1', '"capacity": -1', 4, "0以上の整数"),
    ("fractional seats", '"capacity": 1', '"capacity": 1.5', 4, "0以上の整数"),
    ("seats as text", '"capacity": 1', '"capacity": "1"', 4, "0以上の整数"),
    ("true seats", '"capacity": 1', '"capacity": true', 4, "0以上の整数"),
    ("slot twice", '"id": "B-1", "capacity"', '"id": "A-1", "capacity"', 4, "同じ枠が3行目にもあります"),
    ("family twice", '"id": "f2"', '"id": "f1"', 8, "同じ世帯（受付）が7行目にもあります"),
    ("child in two families", '["c3"], "wishes"', '["c1"], "wishes"', 8, "児童「c1」は世帯 f1 にもいます"),
    ("child twice in one", '["c1", "c2"]', '["c1", "c1"]', 7, "児童「c1」は同じ世帯の中にもいます"),
    ("no child", '["c3"], "wishes": [["B-1"]]', '[], "wishes": []', 8, "児童が1人もいません"),
    ("unknown slot", '[["B-1"]]', '[["Z-1"]]', 8, "枠「Z-1」は slots にありません"),
    ("wish too short", '["A-1", "B-1"]', '["A-1"]', 7, "児童2人に対して枠が1個です"),
    ("wish as text", '[["B-1"]]', '["B-1"]', 8, "[ ] で囲んだ"),
    ("number for a slot", '[["B-1"]]', "[[1]]", 8, "空でない文字列"),
    ("missing index", '["c3", "c2"]', '["c2"]', 8, "指数がありません"),
    ("ranked twice", '["c3", "c2"]', '["c3", "c2", "c3"]', 15, "児童「c3」が2回出てきます"),
    ("priorities of an unknown slot", '"B-1": ["c3"', '"Z-1": ["c3"', 15, "枠「Z-1」は slots"),
    ("priorities key twice", '"B-1": ["c3"', '"A-1": ["c3"', 14, "「A-1」が2回出てきます"),
    ("seat in an unknown slot", '"c9": "A-1"', '"c9": "Z-1"', 11, "枠「Z-1」は slots にありません"),
    ("seat twice", '"c9": "A-1"', '"c9": "A-1",\n"c9": "B-1"', 11, "「c9」が2回出てきます"),
    ("circle of seats", '"c9": "A-1"', '"c9": "c8", "c8": "c9"', 11, "循環しています（c9→c8→c9）"),
    ("too few seats", '"capacity": 2', '"capacity": 0', 3, "定員0に対して在籍が1人います"),
    ("no priorities", '"priorities": {', '"other": {', 1, "「priorities」がありません"),
    ("no id", '"id": "f2", ', "", 8, "「id」がありません"),
    ("a list for the whole", "", None, 1, "{ } で囲んだ"),
]


def test_a_sound_market_comes_in():
    market, arrays = market_file.read(SOUND.encode())
    assert market.children == [["c1", "c2"], ["c3"]]
    assert market.fallback(0) == (None, None)
    assert list(market.everyone()) == ["c1", "c2", "c3", "c9"]
    assert arrays.capacity.tolist() == [1, 1], "the seat of c9, who is in no family, is not to be had"
    assert market_file.read(SOUND.encode("utf-8-sig"))[0] == market


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"), [row[1:] for row in BROKEN], ids=[b[0] for b in BROKEN]
)
def test_a_fault_is_refused_with_its_line(old, new, line, reason):
    text = "[]" if new is None else SOUND.replace(old, new, 1)
    assert text != SOUND
    with pytest.raises(MarketRefused) as refused:
        market_file.read(text.encode())
    assert any(p.line == line and reason in str(p) for p in refused.value.problems), refused.value.problems


def test_all_faults_come_at_once():
    text = SOUND.replace('"capacity": 1', '"capacity": -1').replace('[["B-1"]]', '[["Z-1"]]')
    with pytest.raises(MarketRefused) as refused:
        market_file.read(text.encode())
    assert [problem.line for problem in refused.value.problems] == [4, 8]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[" * 100_000,
        b'"\\ud800"',
        b"1e999",
        b"9" * 5000,
        b'{"slots": NaN}',
        b"null",
        "{}あ".encode(),
    ],
)
def test_hostile_bytes_are_refused(data):
    with pytest.raises(MarketRefused):
        market_file.read(data)


def test_shared_seats_must_be_sound():
    shared = {"id": "S", "capacity": 1, "weights": {"A-1": 2}}
    market = json.loads(SOUND) | {"shared": [shared]}
    with pytest.raises(MarketRefused) as refused:
        market_file.read(as_file(market))
    reasons = "".join(problem.reason for problem in refused.value.problems)
    assert "在籍で2使っています" in reasons
    assert "枠「S」を希望していますが" in reasons


@settings(max_examples=150)
@given(markets(shared=True), st.data())
def test_fast_reading_refuses_just_what_slow_reading_finds(market, data):
    """One value somewhere is replaced by another that occurs in markets."""
    text = json.dumps(market, indent=0)
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    fresh = data.draw(
        st.sampled_from(['"A"', '"Z"', '"c0"', '"c1"', "-1", "null", "[]", "7", '""', "{}", ""])
    )
    head, colon, value = lines[at].rpartition(":")
    lines[at] = head + colon + fresh + ("," if value.endswith(",") else "")
    bad = "\n".join(lines).encode()
    assert market_faults.find(bad) == _refusal(bad)


def _refusal(data):
    try:
        market_file.read(data)
    except MarketRefused as refused:
        return list(refused.problems)
    return []


def test_a_market_survives_its_file():
    market = synthetic.draw(synthetic.Shape(300, 12, seed=5))
    again, _ = market_file.read(market_writing.dump(market))
    assert again == market
