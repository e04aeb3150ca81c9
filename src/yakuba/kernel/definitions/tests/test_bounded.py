"""Whatever the text, reading it costs no more than its length allows. Work is counted, not timed."""

import difflib
import sys

import pytest
import yaml

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse, suggestion, values
from yakuba.kernel.definitions.faults import LONGEST_WORD, MOST_COMPARED, MOST_KEPT, MOST_SUGGESTED

LARGE = 190_000  # characters


@pytest.fixture
def compared(monkeypatch):
    """The lengths of the words that were compared letter by letter."""
    lengths = []

    class Counting(difflib.SequenceMatcher):
        def set_seq1(self, a):
            if a:
                lengths.append(len(a))
            super().set_seq1(a)

        def set_seq2(self, b):
            if b:
                lengths.append(len(b))
            super().set_seq2(b)

    monkeypatch.setattr(difflib, "SequenceMatcher", Counting)
    return lengths


def test_many_unknown_words_are_compared_with_a_few_known_ones(compared):
    root = parse("".join(f"application_dete{number}: 1\n" for number in range(LARGE // 24)))
    faults = Faults()
    Section(root, "", faults, (), [f"application_date{number}" for number in range(3000)])
    assert 0 < len(compared) <= MOST_SUGGESTED * (MOST_COMPARED + 1)
    assert len(faults.found) == MOST_KEPT
    with pytest.raises(DefinitionRefused) as refused:
        raise DefinitionRefused(faults.found)
    assert "の間違いではありませんか" in refused.value.problems[0].reason


def test_long_words_are_compared_and_told_in_part(compared):
    told = suggestion("a" * 50_000, ["b" * 50_000, "a" * 49_999])
    assert max(compared) <= LONGEST_WORD + 1
    assert len(told) < 4 * LONGEST_WORD
    faults = Faults()
    faults.unknown(1, "", "x" * LARGE, [])
    assert len(faults.found[0].reason) < 4 * LONGEST_WORD


@pytest.mark.parametrize(
    "number",
    [
        "1" + ":00" * 60_000,  # one number to the base of 60
        "1" + ":00" * 60_000 + ".5",
        "0x" + "f" * LARGE,
        "0" + "7" * LARGE,
        "0b" + "1" * LARGE,
        "9" * LARGE,
        "1" + "_" * LARGE,
        "1." + "0" * LARGE,
        "2026-01-01T00:00:00." + "0" * LARGE,
    ],
)
def test_no_number_is_longer_than_a_number(number, monkeypatch):
    built = []
    construct = yaml.constructor.SafeConstructor.construct_object
    monkeypatch.setattr(
        yaml.constructor.SafeConstructor,
        "construct_object",
        lambda self, node: built.append(len(node.value)) or construct(self, node),
    )
    with pytest.raises(DefinitionRefused, match="読めません"):
        values(f"a: {number}\n")
    assert not built


def steps(work, text):
    """How many lines of Python are run for a text."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += 1
        return trace

    sys.settrace(trace)
    try:
        work(text)
    except DefinitionRefused:
        pass
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize("work", [parse, values])
@pytest.mark.parametrize(
    "piece",
    [
        "a: 1\n", "- a\n", "# c\n", "? a\n", "- - - - a\n", "k: [a, b, {c: d}]\n", "a: |\n  x\n\n", 'a: "x\n  y"\n',
        "x ", "[", "{", "[a, ", "&a ", "*a ", "!t ", "---\n", "'", '"', "%YAML 1.1\n", "\t", "\n", "<<: 1\n", ": ",
    ],
)  # fmt: skip
def test_work_grows_with_the_length_and_no_faster(work, piece):
    small, large = (steps(work, piece * number) for number in (200, 1600))
    assert large <= 10 * small + 2000
