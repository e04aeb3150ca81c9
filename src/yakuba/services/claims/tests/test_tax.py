"""Which declaration counts and why; corporate numbers; special collection."""

from __future__ import annotations

import itertools
import random
from datetime import date

import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.claims.actions import tax
from yakuba.services.claims.engine.declarations import (
    Collected,
    Filed,
    changes,
    check_digit,
    corporate_fault,
    judged,
)
from yakuba.services.claims.models import Declaration

END = date(2026, 3, 16)


def said(*rows: Filed) -> list[str]:
    return [one.verdict for one in judged(rows, END)]


def filed(
    key: int, day: date, tax_: int | None = 100, kind: str = "final", income: int | None = 1000
) -> Filed:
    return Filed(key, day, kind, f"N{key}", income, tax_)


def test_of_several_in_time_the_last_one_counts():
    assert said(filed(1, date(2026, 2, 20)), filed(2, date(2026, 3, 10), 50), filed(3, END, 70)) == [
        "superseded", "superseded", "valid",
    ]  # fmt: skip


def test_after_the_deadline_the_newest_never_wins():
    first = filed(1, date(2026, 3, 1), 100)
    assert said(first, filed(2, date(2026, 4, 1), 150)) == ["valid", "amendment"]
    assert said(first, filed(2, date(2026, 4, 1), 50)) == ["valid", "request"]
    assert said(first, filed(2, date(2026, 4, 1), 100)) == ["valid", "double"]
    assert said(first, filed(2, date(2026, 4, 1), None)) == ["valid", "ask"]
    assert said(first, filed(2, date(2026, 2, 1), kind="request")) == ["valid", "request"]


def test_what_cannot_be_told_a_person_decides():
    assert said(filed(1, END, 10), filed(2, END, 20)) == ["ask", "ask"]
    assert said(filed(1, END), filed(2, END)) == ["valid", "double"]
    assert said(filed(1, date(2026, 5, 1), 10), filed(2, date(2026, 6, 1), 20)) == ["ask", "ask"]
    assert said(filed(1, date(2026, 5, 1))) == ["valid"]
    assert said(filed(1, END, 10), filed(2, END, 20), filed(3, date(2026, 5, 1), 30)) == ["ask", "ask", "ask"]


@pytest.mark.parametrize("seed", range(20))
def test_never_two_valid_ones_never_a_late_one_beside_one_in_time_and_the_order_of_rows_says_nothing(seed):
    rolled = random.Random(seed)
    rows = [
        filed(key, date(2026, rolled.randint(1, 6), 1), rolled.choice((None, 10, 20)), rolled.choice(("final", "final", "amended")))
        for key in range(4)
    ]  # fmt: skip
    found = judged(rows, END)
    valid = [one.key for one in found if one.verdict == "valid"]
    assert len(found) == 4
    assert len(valid) <= 1
    in_time = [one for one in rows if one.kind == "final" and one.filed <= END]
    assert not (in_time and valid and rows[valid[0]].filed > END)
    assert all(one.why for one in found)
    for other in itertools.islice(itertools.permutations(rows), 6):
        assert {one.key: one.verdict for one in judged(other, END)} == {one.key: one.verdict for one in found}


def test_corporate_numbers_are_checked_by_their_digit():
    # 国税庁's own number, worked out by hand: 7 000012050002.
    assert check_digit("000012050002") == 7
    assert not corporate_fault("7000012050002")
    assert "検査数字" in corporate_fault("8000012050002")
    assert "13桁" in corporate_fault("12")


def test_changes_of_special_collection():
    before = [Collected("1", "A", 0), Collected("2", "A", 0), Collected("3", "A", 0)]
    after = [
        Collected("1", "A", 0),
        Collected("2", "B", 0),
        Collected("4", "C", 0),
        Collected("5", "A", 0),
        Collected("5", "B", 0),
    ]
    assert [(one.resident, one.kind) for one in changes(before, after)] == [
        ("2", "employer"), ("3", "end"), ("4", "begin"), ("5", "double"),
    ]  # fmt: skip


HEAD = "宛名番号,年分,提出日,申告の種類,税額\n"


def test_a_table_is_judged_and_a_persons_word_stays(in_yakuba_city, clerk):
    content = (
        HEAD
        + '１,令和7,令和8年3月1日,確定申告,"1,000円"\n1,2025,2026/3/1,確定申告,2000\n2,2025,R8.2.1,確定申告,5\n'
    )
    tax.take("a.csv", content.encode("cp932"), END, actor=clerk)
    assert list(Declaration.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "ask",
        "ask",
        "valid",
    ]
    first = Declaration.objects.order_by("pk")[0]
    assert (first.resident, first.year, first.tax) == ("1", 2025, 1000)
    with pytest.raises(Invalid):
        tax.decide(first, " ", actor=clerk)
    tax.decide(first, "本人に確かめた", actor=clerk)
    assert list(Declaration.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "valid",
        "superseded",
        "valid",
    ]
    tax.take("b.csv", (HEAD + "1,2025,2026/5/1,確定申告,9\n").encode(), END, actor=clerk)
    assert Declaration.objects.get(tax=9).verdict == "ask"
    first.refresh_from_db()
    assert first.verdict == "valid"


@pytest.mark.parametrize(
    "row",
    [
        "1,2025,2026/13/1,確定申告,1",
        "1,25,2026/3/1,確定申告,1",
        "1,2025,2026/3/1,何か,1",
        ",2025,2026/3/1,確定申告,1",
        "1,2025,2026/3/1,確定申告,x",
    ],
)
def test_one_bad_row_keeps_the_whole_table_out(in_yakuba_city, clerk, row):
    with pytest.raises(Invalid) as refused:
        tax.take("a.csv", (HEAD + "2,2025,2026/3/1,確定申告,1\n" + row + "\n").encode(), END, actor=clerk)
    assert refused.value.problems[0].line == 3
    assert not Declaration.objects.exists()
