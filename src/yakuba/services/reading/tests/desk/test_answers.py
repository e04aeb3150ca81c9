"""What a person types for a field: kept as typed where it is a value, refused with a sentence where it is none."""

import pytest

from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.services.reading.actions.answers import AnswerRefused, checked

PROCEDURE = parse_procedure(
    {
        "procedure": "trial",
        "title": "試し",
        "version": 1,
        "baseline": {"minutes_per_case": 1, "kind": "estimated"},
        "fields": [
            {"code": "name", "label": "氏名", "type": "name"},
            {"code": "amount", "label": "金額", "type": "number", "range": ["0", "9999"]},
            {"code": "change", "label": "増減", "type": "number"},
            {"code": "birth", "label": "生年月日", "type": "date"},
            {"code": "phone", "label": "電話番号", "type": "phone"},
        ],
    },
    "試し",
)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("name", "\ufa19田 \ufa1b子", "\ufa19田\ufa1b子"),
        ("name", "MARIA  CLARA DA SILVA", "MARIA CLARA DA SILVA"),
        ("change", "△1,500", "-1500"),
        ("birth", "昭39.10.10", "1964-10-10"),
        ("phone", "+81-3-1234-5678", "0312345678"),
    ],
)
def test_an_answer_is_taken_as_it_is_meant(field, typed, value):
    assert checked(PROCEDURE, field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("amount", "(500)", "整数として読めません"),
        ("amount", "1-2", "整数として読めません"),
        ("amount", "円", "整数として読めません"),
        ("amount", "-500", "ふつうは0から9,999まで"),
        ("birth", "平成31年5月1日", "令和元年5月1日"),
        ("phone", "03-1234-5678内線9", "内線番号"),
    ],
)
def test_an_answer_that_is_no_value_is_refused(field, typed, told):
    with pytest.raises(AnswerRefused, match=told):
        checked(PROCEDURE, field, typed)
