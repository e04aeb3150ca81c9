"""Definition files: what is refused with which line, and what is read."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.kernel.definitions import LARGEST_BYTES, DefinitionRefused, decoded, parse, values

SAMPLES = Path(__file__).parents[5] / "samples"
FILES = sorted((*SAMPLES.glob("*/*.yaml"), *SAMPLES.glob("*/*/form.yaml")))
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))


def refused(work, text):
    with pytest.raises(DefinitionRefused) as error:
        work(text)
    return [(one.line, one.reason) for one in error.value.problems]


@pytest.mark.parametrize("work", [parse, values])
@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "ファイルが空"),
        ("# 注だけ\n", 1, "ファイルが空"),
        ("a: 1\nb: [1, 2", 2, "書き方が正しくありません"),
        ("a: 1\n\tx: 1", 2, "タブ"),
        ("a: 1\nx: &a 1\ny: *a\n", 2, "別名"),
        ("a: 1\nx: &unused 1\n", 2, "別名"),
        ("a: &x [*x]", 1, "別名"),
        (BOMB, 1, "別名"),
        ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "型の指定"),
        ("a: 1\nb: !!str 1\n", 2, "型の指定"),
        ("a: 1\nb: !mine {c: 1}\n", 2, "型の指定"),
        ("a: 1\n---\nb: 2\n", 2, "二つ目の内容"),
        ("a: 1\nx: " + "[" * 60 + "]" * 60, 2, "入れ子が深すぎます（10段まで）"),
        ("[" * 5000, 1, "入れ子が深すぎます"),
        ("x" * 200_001, 1, "大きすぎます（200,000文字まで）"),
        ("a: 1\n? [1, 2]\n: 3\n", 2, "項目名は文字で"),
        ("a: \x00", 1, "読めません"),
        ('a: 1\nb: "x\\0"', 2, "NUL"),
        ('a: 1\n"x\\0": b', 2, "NUL"),
    ],
)
def test_what_a_definition_does_not_need_is_refused(work, text, line, words):
    ((found, reason),) = refused(work, text)
    assert words in reason
    assert found == line


def test_all_keys_that_stand_twice_are_told_with_their_lines():
    text = "a: 1\nb: {c: 1, c: 2}\na: 2\nd: [{e: 1, e: 1}]\n"
    assert [(line, reason[:3]) for line, reason in refused(values, text)] == [
        (2, "「c」"),
        (3, "「a」"),
        (4, "「e」"),
    ]


@pytest.mark.parametrize("text", ["2026-02-30", ".nan", ".inf", "9" * 5000, "="])
def test_a_value_that_nobody_can_read_is_told_with_its_line(text):
    ((line, reason),) = refused(values, f"a: 1\nb: {text}\n")
    assert line == 2
    assert "読めません" in reason


def test_values_are_plain_and_fit_into_json():
    text = '\ufeffa: 1\nb: 2.5\nc: はい\nd: true\ne:\nf: "01"\n1: [2026-04-01, 2026-04-01 09:00:00]\nyes: {no: x}\n'
    assert values(text) == {
        "a": 1,
        "b": 2.5,
        "c": "はい",
        "d": True,
        "e": None,
        "f": "01",
        "1": ["2026-04-01", "2026-04-01T09:00:00"],
        "yes": {"no": "x"},
    }


def test_nodes_keep_lines_and_the_text_as_it_stands():
    root = parse("a: ' 01 '\nb:\n  - 2026-02-30\n")
    (a, a_line, first), (b, b_line, second) = root.entries
    assert (a, a_line, first.raw, first.text) == ("a", 1, " 01 ", "01")
    assert (b, b_line, second.line, second.items[0].text) == ("b", 2, 3, "2026-02-30")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_samples_read_as_yaml_reads_them(path):
    text = decoded(path.read_bytes())
    assert parse(text).entries

    def told(value):
        if isinstance(value, dict):
            return {str(key): told(one) for key, one in value.items()}
        if isinstance(value, list):
            return [told(one) for one in value]
        return value.isoformat() if isinstance(value, date) else value

    assert values(text) == told(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("名前: 一\n版: 二\n".encode("cp932"), 1, "UTF-8"),
        ("名前: 一\n".encode() + "版: 二\n".encode("cp932"), 2, "UTF-8"),
        (b"x" * (LARGEST_BYTES + 1), 1, "大きすぎます"),
    ],
)
def test_a_file_that_is_no_text_is_refused(content, line, words):
    ((found, reason),) = refused(decoded, content)
    assert found == line
    assert words in reason


def test_a_byte_order_mark_does_not_matter():
    assert decoded("\ufeffa: 1".encode()) == decoded(b"a: 1") == "a: 1"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(data):
    text = FILES[data.draw(st.integers(0, len(FILES) - 1))].read_text(encoding="utf-8")
    at, cut = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 30))
    put = data.draw(st.sampled_from(["", "[", "{", ": ", "- ", "\n", "x", "*a", "&a ", "!!python/x ", "|"]))
    damaged = text[:at] + put + text[at + cut :]
    for work in (parse, values):
        with suppress(DefinitionRefused):
            work(damaged)
