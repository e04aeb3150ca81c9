"""A table is taken over whole, or not at all."""

from __future__ import annotations

import pytest

from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables.whole import whole


def read(rows):
    found = [(row.line, row.get("語")) for row in rows]
    return found, [Problem(line, "語", "短すぎます。") for line, word in found if len(word) < 2]


def test_all_of_it_is_read_whatever_its_headings_are_called():
    assert whole("言葉,数\n役場,1\n窓口,2\n".encode(), ("語",), read, renamed={"言葉": "語"}) == [
        (2, "役場"),
        (3, "窓口"),
    ]


def test_faults_of_the_file_and_of_what_it_says_are_told_together_and_nothing_is_taken():
    with pytest.raises(Invalid, match=r"辞書\.csvに直すところが2か所") as refused:
        whole("語,数\n役,1\n窓口,2,3,4\n".encode(), ("語",), read, name="辞書.csv")
    assert sorted(one.line for one in refused.value.problems) == [2, 3]
