"""What the applications say: types, ranges, check digits, sums, and names and places that exist."""

import re
import sqlite3
from datetime import date
from random import Random

import applications
import people
import places
import pytest
from calendar_jp import wareki
from generate import PROCEDURES, load_form

PATTERNS = {
    "name": r"[一-龥々ぁ-ん髙﨑邉齋濱澤嶋廣]+",
    "kana": r"[ァ-ヴー]+",
    "date": r"\d{4}-\d\d-\d\d",
    "postal_code": r"\d{7}",
    "phone": r"0\d{9,10}",
    "digits": r"\d+",
    "number": r"0|[1-9]\d*",
    "address": r"[^\s０-９－]+",
    "text": r"\S+",
    "receipt_number": r"08\d{8}",
}


def drawn(code, count=60):
    form = load_form(code)
    for index in range(count):
        rng = Random(f"test:{code}:{index}")
        prefecture = rng.choice(("埼玉県", "鹿児島県"))
        yield form, applications.draw_application(form.procedure, 999_900 + index, prefecture, rng)


def check_value(field, value):
    if field["type"] in ("choice", "choices"):
        options = list(field["options"])
        chosen = value.split(",")
        assert chosen == [option for option in options if option in chosen]
        assert len(chosen) == 1 or field["type"] == "choices"
    else:
        assert re.fullmatch(PATTERNS[field["type"]], value), (field["code"], value)
    if "range" in field:
        low, high = field["range"]
        key = int if field["type"] == "number" else str
        assert key(low) <= key(value) <= key(high), (field["code"], value)


@pytest.mark.parametrize("code", PROCEDURES)
def test_values_are_what_the_procedure_allows(code):
    for form, application in drawn(code):
        lexicons = form.procedure.get("lexicons", {})
        assert set(application.values) == set(form.fields)
        for name, field in form.fields.items():
            value = application.values[name]
            if value:
                check_value(field, value)
                assert "lexicon" not in field or value in lexicons[field["lexicon"]]
            else:
                assert not field.get("required"), name
            if "sum_of" in field:
                assert int(value) == sum(int(application.values[part]) for part in field["sum_of"])


@pytest.mark.parametrize("code", PROCEDURES)
def test_dates_can_be_ticked_on_the_form(code):
    for form, application in drawn(code):
        for page in form.pages:
            for box in page["boxes"]:
                value = application.values[box["field"]]
                if box["kind"] == "date" and value:
                    assert wareki(date.fromisoformat(value))[0] in box["eras"], (box["field"], value)


def test_receipt_numbers_carry_mod_97_check_digits():
    assert applications.receipt_number(123) == "0800012351"
    for serial in (0, 1, 99_999, 999_999):
        number = applications.receipt_number(serial)
        assert len(number) == 10
        assert int(number) % 97 == 1  # what ISO 7064 MOD 97-10 says of a number with its check digits


def test_postal_code_belongs_to_the_address():
    with sqlite3.connect(places.DATABASE) as database:
        for _, application in drawn("bus-pass"):
            rows = database.execute(
                "SELECT city || neighborhood FROM postal_data WHERE code = ?",
                (application.values["postal_code"],),
            ).fetchall()
            assert any(town in application.values["address"] for (town,) in rows), application.values


def test_children_bear_the_applicants_surname():
    for _, application in drawn("nursery-admission", 30):
        applicant, child = (application.people[code] for code in ("applicant_name", "child_name"))
        assert child.surname == applicant.surname
        assert application.values["child_kana"].startswith(child.surname_kana)


def test_names_come_from_the_dictionary_and_common_ones_come_often():
    surnames = people.names(people.SURNAME)
    texts = {entry.text for entry in surnames.entries}
    assert len(texts) > 8000
    assert {"佐藤", "渡辺", "山田"} <= texts
    rng = Random(0)
    seen = [surnames.draw(rng).text for _ in range(3000)]
    assert 500 < len(set(seen)) < 2900  # many people share a name, and most names are rare
    assert max(seen.count(name) for name in set(seen)) > 10


def test_variants_of_kanji_occur_and_keep_their_reading():
    rng = Random(3)
    found = [person for person in (people.draw_person(rng) for _ in range(2000)) if "髙" in person.surname]
    assert found
    assert all(
        "タカ" in p.surname_kana or "ダカ" in p.surname_kana or "コウ" in p.surname_kana for p in found[:3]
    )


def test_unknown_prefecture_is_refused():
    with pytest.raises(ValueError, match="都道府県"):
        places.draw_address("やくば県", Random(0))


def test_dates_before_showa_are_refused():
    assert wareki(date(2019, 5, 1)) == ("reiwa", 1, 5, 1)
    assert wareki(date(1989, 1, 7)) == ("showa", 64, 1, 7)
    with pytest.raises(ValueError, match="昭和"):
        wareki(date(1926, 12, 24))
