"""How texts become terms."""

from __future__ import annotations

import pytest

from yakuba.kernel.search.cutting import folded, query_terms, terms, without_my_numbers, words
from yakuba.kernel.values.my_numbers import check_digit


def of(text: str, exact: bool = False) -> set[str]:
    return {term for term, _ in terms(text, exact=exact)}


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("用紙が曲がっていました", "まがる"),
        ("お申し込みください", "申込み"),
        ("見積りを付替えた", "付け替え"),
        ("受付番号", "番号"),
        ("ｽｷｬﾅｰで取り込む", "スキャナー"),
        ("電話 ０３－１２３４－５６７８", "0312345678"),
        ("03-1234-5678", "5678"),
        ("髙橋", "高橋"),
    ],
)
def test_what_means_the_same_is_the_same_term(written, asked):
    assert of(written, exact=True) & query_terms(asked).keys()


def test_a_name_is_found_in_hiragana_and_by_a_part_of_it():
    name = of("サトウハナコ", exact=True)
    assert {"gハナ", "gナコ"} <= name & query_terms("はなこ").keys()
    assert {"gハナ", "gナコ"} <= name & query_terms("ﾊﾅｺ").keys()


def test_particles_and_empty_words_say_nothing():
    assert of("それをすることができる") == set()


def test_a_compound_counts_beside_its_words():
    found = dict(terms("申請書"))
    assert found["w申請"] == 1.0
    assert 0 < found["w申請書"] < 1


@pytest.mark.parametrize("grouped", ["{}{}{}", "{} {} {}", "{}-{}-{}", "{}－{}－{}", "{}　{}　{}"])
@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_an_individual_number_never_becomes_a_term(grouped, width):
    number = "12345678901" + check_digit("12345678901")
    text = grouped.format(number[:4], number[4:8], number[8:])
    if width == "wide":
        text = text.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    found = of(f"備考 {text} と書いてある", exact=True)
    assert not [term for term in found if any(character.isdigit() for character in term)]
    assert not any(character.isdigit() for character in without_my_numbers(text))
    assert len(without_my_numbers(text)) == len(text)


def test_other_numbers_of_twelve_digits_stay():
    other = "123456789010"
    assert check_digit(other[:-1]) != other[-1]
    assert f"d{other}" in of(other)


def test_a_long_text_without_any_full_stop_is_cut():
    assert len(list(words("申請 " * 30_000))) == 30_000
    assert len(list(words("申請" * 30_000))) > 29_000


def test_folding_makes_one_of_what_looks_or_sounds_the_same():
    assert folded("﨑ﾊﾅ　はな") == folded("崎ハナハナ")
    assert folded("霞が関1－2－3") == folded("霞ガ関1-2-3")
    assert folded("葛\U000e0100") == folded("葛")
