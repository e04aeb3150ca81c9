"""Who is meant: what passes, what asks, and a town of made-up people in which nothing certain is wrong."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest

from yakuba.kernel.persons.matching import Entry, Probe, match, one_edit_apart
from yakuba.kernel.persons.variants import address_key, kana_key, local_part, name_key
from yakuba.kernel.values.kanji_forms import _GROUPS

TARO = Entry("1001", "山田太郎", "ヤマダタロウ", "1950-03-08", "やくば市中央1丁目2番3号")
SAYS = Probe("山田太郎", "ヤマダタロウ", "1950-03-08", "やくば市中央1-2-3")


def test_no_form_stands_in_two_groups_or_is_its_own():
    forms = "".join(_GROUPS)
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("渡邉", "渡辺"),
        ("渡邊󠄁", "渡辺"),
        ("𠮷田", "吉田"),
        ("Maria Clara", "ＭＡＲＩＡ CLARA"),
        ("神﨑", "神崎"),
    ],
)
def test_forms_of_one_name_meet(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("土田", "士田"), ("大野", "太野"), ("佐藤", "左藤"), ("末広", "未広")]
)
def test_names_that_look_alike_do_not(one, other):
    assert name_key(one) != name_key(other)


def test_keys_of_readings_and_addresses():
    assert kana_key("ヂュンイチ") == kana_key("ジユンイチ")
    assert (
        address_key("やくば市中央一丁目２番３号") == address_key("やくば市中央1-2-3") == "やくば市中央1-2-3"
    )
    assert address_key("やくば市大字北字沢12番地の3") == "やくば市北沢12-3"
    assert address_key("やくば市十条二十一丁目4") == "やくば市十条21-4"
    assert local_part(address_key("見本県やくば市中央1-2-3")) == "中央1-2-3"


@pytest.mark.parametrize(
    "probe",
    [
        SAYS,
        replace(SAYS, kana=""),
        replace(SAYS, address="中央１丁目２－３"),
        replace(SAYS, address="見本県やくば市中央1-2-3 さくら荘201"),
        replace(SAYS, number="1001"),
    ],
)
def test_one_certain_match_passes(probe):
    assert match(probe, [TARO]).certain == TARO


@pytest.mark.parametrize(
    ("probe", "reason"),
    [
        (replace(SAYS, birth="1950-03-09"), "生年月日が少し違います"),
        (replace(SAYS, name="山田大郎"), "氏名が少し違います"),
        (replace(SAYS, kana="ヤマダタケシ"), "フリガナが違います"),
        (replace(SAYS, address="やくば市中央1-2-30"), "住所が少し違います"),
        (replace(SAYS, address="となり町北5"), "住所が違います"),
        (replace(SAYS, number="2002"), "宛名番号が違います"),
        (replace(SAYS, birth=""), "生年月日がない"),
        (replace(SAYS, address=""), "住所がない"),
        (Probe("鈴木一", "スズキハジメ", "1999-01-01", "どこか9"), "見つかりません"),
    ],
)
def test_anything_else_asks_and_says_why(probe, reason):
    found = match(probe, [TARO])
    assert found.certain is None
    assert reason in found.reason


def test_twins_and_a_father_of_the_same_name_ask():
    twin = replace(TARO, number="1002", name="山田次郎", kana="ヤマダジロウ")
    assert match(SAYS, [TARO, twin]).certain is None
    father = replace(TARO, number="1003", birth="1950-03-18")
    assert match(SAYS, [TARO, father]).certain is None
    sister = replace(TARO, number="1004", name="山田花子", kana="ヤマダハナコ")
    assert match(SAYS, [TARO, sister]).certain == TARO


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("タロウ", "タロ", True),
        ("タロウ", "タウロ", True),
        ("タロウ", "ジロウ", True),
        ("タロウ", "ハナコ", False),
        ("ア", "イ", False),
        ("タロウ", "タロウ", True),
    ],
)
def test_one_edit(one, other, near):
    assert one_edit_apart(one, other) is near
    assert one_edit_apart(other, one) is near


def town(random_: random.Random, size: int) -> list[Entry]:
    """Made-up people with few names, so that namesakes, twins and relatives abound."""
    families = list(
        zip(
            ["山田", "山本", "田中", "中田", "高橋", "大野"],
            ["ヤマダ", "ヤマモト", "タナカ", "ナカタ", "タカハシ", "オオノ"],
            strict=True,
        )
    )
    given = list(
        zip(
            ["太郎", "大郎", "次郎", "花子", "一", "一郎"],
            ["タロウ", "タイロウ", "ジロウ", "ハナコ", "ハジメ", "イチロウ"],
            strict=True,
        )
    )
    homes = [f"やくば市{place}{a}-{b}" for place, a, b in product(("中央", "北"), range(1, 9), (1, 2, 12))]
    people = []
    for number in range(size):
        (family, reading), (name, kana) = random_.choice(families), random_.choice(given)
        birth = f"19{random_.randrange(40, 60)}-{random_.randrange(1, 13):02}-{random_.randrange(1, 29):02}"
        if people and random_.random() < 0.2:
            other = random_.choice(people)  # a relative in the same home, sometimes a twin
            address, birth = other.address, other.birth if random_.random() < 0.5 else birth
        else:
            address = random_.choice(homes)
        people.append(Entry(str(number), family + name, reading + kana, birth, address))
    return people


def misread(random_: random.Random, person: Entry) -> Probe:
    """The person's application with up to two pieces of it wrong in one character, or of somebody not in the register."""
    pieces = {"name": person.name, "kana": person.kana, "birth": person.birth, "address": person.address}
    for piece in random_.sample(sorted(pieces), random_.choice((0, 0, 1, 2))):
        text = pieces[piece]
        place = random_.randrange(len(text))
        other = random_.choice("太大次一中山0123456789タジ")
        pieces[piece] = text[:place] + other + text[place + 1 :]
    return Probe(**pieces)


@pytest.mark.slow
def test_nothing_certain_is_wrong_in_a_town_of_namesakes():
    random_ = random.Random(20261128)
    certain = 0
    for _ in range(20):
        people = town(random_, 60)
        for person in people:
            probe = misread(random_, person)
            found = match(probe, people).certain
            if found is None:
                continue
            certain += 1
            told = (probe.name, probe.birth) == (person.name, person.birth)
            assert found.number == person.number or not told, (probe, person, found)
            absent = match(probe, [other for other in people if other != found]).certain
            assert absent is None or absent == found, "without that person another would pass"
    assert certain > 333
