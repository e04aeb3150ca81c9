"""What each type reads, refuses and shows."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.values import TYPES, ValueRefused, canonical, shown
from yakuba.kernel.values.characters import comparable, compose

CP932_KANJI = "".join(
    chr(int(code, 16))
    for code in [
        "FA10",
        "FA12",
        "F929",
        "FA15",
        "FA16",
        "FA17",
        "FA18",
        "FA19",
        "FA1A",
        "FA1B",
        "FA1C",
        "FA1D",
        "FA1E",
        "FA20",
        "FA22",
        "FA25",
        "FA26",
        "F9DC",
        "FA2A",
        "FA2B",
        "FA2C",
        "FA2D",
        "FA11",
        "FA0E",
        "9AD9",
    ]
)
TYPED = st.text(
    st.one_of(
        st.sampled_from(
            "0123456789０９-−ー.,、 　()（）年月日令和平成元RS+△円¥〒二十カか゛ﾞｶ\u3099\u0301eA Ａ神"
            + CP932_KANJI
        ),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=14,
)


@pytest.mark.parametrize("kanji", CP932_KANJI)
@pytest.mark.parametrize("type_", ["name", "address", "text"])
def test_kanji_keep_their_code_point(type_: str, kanji: str) -> None:
    assert canonical(type_, kanji + "田") == kanji + "田"


@given(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x2FA1F, categories=["Lo"]), max_size=8))
def test_no_kanji_is_ever_exchanged(text: str) -> None:
    kanji = [c for c in text if "CJK" in unicodedata.name(c, "")]
    kept = [c for c in compose(text) if "CJK" in unicodedata.name(c, "")]
    assert kept == kanji


@pytest.mark.parametrize(
    ("type_", "typed", "value"),
    [
        ("name", "か\u3099んこ\u3099", "がんご"),
        ("name", "JOSE\u0301", "JOSÉ"),
        ("name", "葛\U000e0100城 花", "葛\U000e0100城花"),
        ("name", "⼭⽥太郎", "山田太郎"),
        ("name", "山\u200b田", "山田"),
        ("name", "山田　太郎", "山田太郎"),
        ("name", "MARIA CLARA DA SILVA", "MARIA CLARA DA SILVA"),
        ("name", "ＭＡＲＩＡ　　ＣＬＡＲＡ ", "MARIA CLARA"),
        ("name", "マリア ・ クララ　ダ シルバ", "マリア・クララ ダ シルバ"),
        ("name", "ﾏﾘｱ ｸﾗﾗ", "マリア クララ"),
        ("name", "SMITH，JOHN", "SMITH,JOHN"),
        ("name", "山田 MARIA CLARA", "山田 MARIA CLARA"),
        ("kana", "マリア　クララ", "マリアクララ"),
        ("kana", "か゛き ﾊﾟｰﾙ", "ガキパール"),
        ("number", "-500", "-500"),
        ("number", "−５００円", "-500"),
        ("number", "△1,200", "-1200"),
        ("number", "▲500", "-500"),
        ("number", "¥-500", "-500"),
        ("number", "金1,200円也", "1200"),
        ("number", "￥1,200", "1200"),
        ("number", "-0", "0"),
        ("digits", "1234 5678", "12345678"),
        ("phone", "0800-123-4567", "08001234567"),
        ("phone", "+81-3-1234-5678", "0312345678"),
        ("phone", "+81 (0)90 1234 5678", "09012345678"),
        ("phone", "03.1234.5678", "0312345678"),
        ("phone", "(03)1234-5678", "0312345678"),
        ("phone", "TEL:０３−１２３４−５６７８（代）", "0312345678"),
        ("postal_code", "〒 100 - 0001", "1000001"),
        ("address", "霞が関1-2-3 101", "霞が関1-2-3 101"),
        ("address", "霞が関 1-2-3　コーポ青葉 101", "霞が関1-2-3コーポ青葉101"),
        ("address", "ｺｰﾎﾟ青葉１０１", "コーポ青葉101"),
        ("address", "1-2 GREEN HILL", "1-2 GREEN HILL"),
    ],
)
def test_canonical(type_: str, typed: str, value: str) -> None:
    assert canonical(type_, typed) == value
    assert canonical(type_, value) == value


@pytest.mark.parametrize(
    ("type_", "typed", "told"),
    [
        ("number", "(500)", "整数として読めません"),
        ("number", "1-2", "整数として読めません"),
        ("number", "²", "整数として読めません"),
        ("number", "①", "整数として読めません"),
        ("number", "½", "整数として読めません"),
        ("number", "円", "整数として読めません"),
        ("number", "-", "整数として読めません"),
        ("number", "1,20", "整数として読めません"),
        ("number", "1 2", "整数として読めません"),
        ("number", "5千", "整数として読めません"),
        ("number", "1.5", "整数として読めません"),
        ("number", "9" * 5000, "整数として読めません"),
        ("digits", "1-2", "数字だけ"),
        ("digits", "1²", "数字だけ"),
        ("digits", "(12)", "数字だけ"),
        ("phone", "03-1234-5678 内線12", "内線番号（12）"),
        ("phone", "03-1234-5678（内）12", "内線番号（12）"),
        ("phone", "03-1234-5678#12", "内線番号（12）"),
        ("phone", "+1-212-555-0100", "国外"),
        ("phone", "0901234567", "11けた"),
        ("phone", "03-1234-56789", "10けた"),
        ("phone", "03-1234-5678/5679", "一つだけ"),
        ("phone", "3-1234-5678", "0から"),
        ("postal_code", "10-00001", "7けた"),
        ("postal_code", "-", "7けた"),
        ("receipt_number", "-", "10けた"),
        ("text", "a\x00b", "U\\+0000"),
    ],
)
def test_what_is_not_understood_is_refused(type_: str, typed: str, told: str) -> None:
    with pytest.raises(ValueRefused, match=told):
        canonical(type_, typed)


@given(st.sampled_from(list(TYPES)), TYPED)
def test_a_canonical_value_is_its_own_canonical_form(type_: str, typed: str) -> None:
    try:
        value = canonical(type_, typed)
    except ValueRefused:
        return
    assert canonical(type_, value) == value


@given(st.sampled_from(["number", "phone", "digits", "postal_code", "receipt_number", "date"]), TYPED)
def test_only_blanks_are_nothing(type_: str, typed: str) -> None:
    try:
        value = canonical(type_, typed)
    except ValueRefused:
        return
    assert bool(value) == bool(compose(typed).strip())


@given(st.sampled_from(["number", "digits", "phone", "postal_code"]), TYPED)
def test_no_digit_is_lost_and_none_comes_from_elsewhere(type_: str, typed: str) -> None:
    try:
        value = canonical(type_, typed)
    except ValueRefused:
        return
    written = re.sub("[^0-9]", "", typed.translate({code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}))
    if type_ == "number":
        assert int(value or 0) in (int(written or 0), -int(written or 0))
        assert value.startswith("-") == (any(c in typed for c in "-−△▲‐–—―－‑‒") and int(written) > 0)
    elif type_ == "phone":
        assert written.endswith(value[1:])  # +81 3 … is 03 …
    else:
        assert value == written


@given(st.integers(-(10**17), 10**17))
def test_a_shown_number_comes_back(number: int) -> None:
    assert canonical("number", shown("number", str(number))) == str(number)


@given(st.from_regex(r"0[1-46-9][1-9][0-9]{7}|0[5789]0[0-9]{8}|0800[0-9]{7}", fullmatch=True))
def test_a_shown_telephone_number_comes_back(number: str) -> None:
    assert canonical("phone", shown("phone", number)) == number


@pytest.mark.parametrize(
    ("type_", "value", "text"),
    [
        ("phone", "08001234567", "0800-123-4567"),
        ("phone", "0120123456", "0120-123-456"),
        ("phone", "09012345678", "090-1234-5678"),
        ("number", "-1200", "-1,200"),
        ("date", "9999-12-31", "9999年12月31日"),
        ("date", "2019-05-01", "令和元年5月1日"),
        ("date", "まだ", "まだ"),
    ],
)
def test_shown(type_: str, value: str, text: str) -> None:
    assert shown(type_, value) == text


def test_what_is_compared_has_one_width_and_its_own_kanji() -> None:
    assert comparable("山田　太郎") == comparable("山田太郎")
    assert comparable("ﾔﾏﾀﾞ １−２") == comparable("ヤマダ1-2")
    assert comparable("\ufa19田") != comparable("\u795e田")
    assert comparable("MARIA CLARA") != comparable("MARIACLARA")
    assert comparable("ＭＡＲＩＡ　ＣＬＡＲＡ") == comparable("MARIA CLARA")
