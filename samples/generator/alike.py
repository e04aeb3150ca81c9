"""What is written is nearly what a list, a dictionary or a postal code knows, and is not it: the paper counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from random import Random

import people
import places
from page import Judged, Page, Unfit
from people import Person

KINDS_OF_HOUSE = ("保育園", "こども園", "小規模保育室")
KANJI = "東西南北中山川田村本町松木桜若青緑光星葉浜前丘里原"
KANA = "あいうおかきくけこさしすせそたちつてとなにのはひふまみむめもやゆよらりるれろわんばびぶべぼだど"
ALIKE = (  # characters of facilities' names that a poor scan takes for each other
    "葉菜", "若苦右", "東束車", "西酉四", "川州", "中申", "央夫失", "南両", "部郡", "丘岳兵", "光米", "青晴", "桜楼", "木本大",
    "町田可", "北化此", "双友収", "松杉枌", "風凪鳳", "星皇", "虹江", "前剪", "駅駆", "役投", "場揚", "辺込", "緑縁線", "山出",
    "つフう", "くへ", "しレ", "たに", "んく", "ぽぼほ", "ひい", "まよほ", "わねれ", "りいリ", "すむ", "みめ", "れねわ", "あおめ", "さきち",
    "どと", "ぐくぞ", "めぬあ", "のめ", "いり", "ろるう", "丘岡", "子字", "央映", "葉華", "浜渓浦",
)  # fmt: skip
VOICED = dict(
    zip("カキクケコサシスセソタチツテトハヒフヘホ", "ガギグゲゴザジズゼゾダヂヅデドバビブベボ", strict=True)
)


def unlisted(page: Page, field: str = "", way: str = "") -> list[Judged]:
    """Facilities whose names lie one or two characters from one of the list, on every line that has a wish."""
    asked = [code for code in page.free("line") if page.fields[code].get("lexicon")]
    chosen = [field] if field else asked
    if not set(chosen) <= set(asked) or not chosen:
        raise Unfit
    listed = {page.value(code) for code in chosen}
    judged = []
    for code in chosen:
        text = near_facility(page.value(code), page.rng, way)
        if text in listed:
            continue
        said(page, code, text)
        judged.append(Judged(code, "unlisted", text))
    page.claim(*chosen)
    return judged


def said(page: Page, code: str, value: str, person: Person | None = None) -> None:
    """Write a value, and let it be what the application says."""
    page.write(code, value, person)
    page.application.values[code] = value
    if person:
        page.application.people[code] = person


def near_facility(name: str, rng: Random, way: str = "") -> str:
    """way: kind (保育園 → こども園), character, added, dropped, second (第二)."""
    kind = next(kind for kind in KINDS_OF_HOUSE if name.endswith(kind))
    own = name.removesuffix(kind)
    way = way or rng.choice(("alike", "alike", "alike", "kind", "character", "added", "dropped", "second"))
    if way == "kind":
        return own + rng.choice([other for other in (*KINDS_OF_HOUSE, "幼稚園") if other != kind])
    if way == "second":
        return rng.choice((f"第二{own}", f"{own}第二")) + kind
    at = rng.randrange(len(own))
    twins = [
        (i, two)
        for i, one in enumerate(own)
        for group in ALIKE
        if one in group
        for two in group
        if two != one
    ]
    if way == "alike" and twins:
        i, two = rng.choice(twins)
        return own[:i] + two + own[i + 1 :] + kind
    alphabet = KANA if "ぁ" <= own[at] <= "ん" else KANJI
    if way == "dropped" and len(own) > 1:
        return own[:at] + own[at + 1 :] + kind
    new = rng.choice([one for one in alphabet if one != own[at]])
    return own[:at] + new + own[at + (way != "added") :] + kind


def other_reading(page: Page, field: str = "", kana: str = "") -> list[Judged]:
    """The kana as the bearer of the name says them, not as a dictionary has them: one dot more or less."""
    fit = [
        code
        for code in ([field] if field else page.free("line", types=("kana",)))
        if any(c in VOICED or c in VOICED.values() for c in page.value(code)[1:])
    ]
    if not fit:
        raise Unfit
    code = fit[0]
    name = page.fields[code]["reading_of"]
    person = page.application.people[code]
    person = replace(person, surname_kana=kana or voiced_otherwise(person, page.rng))
    page.write_own(name)
    said(page, code, person.kana, person)
    page.claim(code, name)
    return [Judged(code, "other_reading", person.kana), Judged(name, "other_reading", page.value(name))]


def rarer_reading(page: Page, field: str = "") -> list[Judged]:
    """A name with two readings that lie a kana apart (梅沢: ウメザワ, ウメサワ), said in either way."""
    code = page.pick("line", code=field, types=("kana",))
    name = page.fields[code]["reading_of"]
    person = page.rng.choice(two_readings())
    person = replace(page.application.people[code], surname=person.text, surname_kana=person.reading)
    said(page, name, person.name, person)
    said(page, code, person.kana, person)
    page.claim(name)
    return [Judged(code, "rarer_reading", person.kana), Judged(name, "rarer_reading", person.name)]


@lru_cache(maxsize=1)
def two_readings() -> tuple[people.Entry, ...]:
    """Surnames with another reading in which one kana differs, in both readings."""
    by_text = defaultdict(list)
    for entry in people.names(people.SURNAME).entries:
        by_text[entry.text].append(entry)
    return tuple(
        one
        for group in by_text.values()
        for one in group
        if any(
            len(one.reading) == len(other.reading)
            and sum(a != b for a, b in zip(one.reading, other.reading, strict=True)) == 1
            for other in group
        )
    )


def voiced_otherwise(person: Person, rng: Random) -> str:
    """The surname's kana with a dot added or taken away behind its first character."""
    kana = person.surname_kana
    plain = {voiced: one for one, voiced in VOICED.items()}
    at = [i for i, one in enumerate(kana) if i and (one in VOICED or one in plain)]
    if not at:
        raise Unfit
    i = rng.choice(at)
    return kana[:i] + (VOICED.get(kana[i]) or plain[kana[i]]) + kana[i + 1 :]


def other_kanji(page: Page, field: str = "") -> list[Judged]:
    """A surname that sounds the same and is spelled with another kanji (太田, 大田)."""
    fit = [field] if field else page.free("line", types=("kana",))
    for code in fit:
        person = page.application.people[code]
        others = [
            entry.text
            for entry in people.names(people.SURNAME).entries
            if entry.reading == person.surname_kana
            and len(entry.text) == len(person.surname)
            and sum(a != b for a, b in zip(entry.text, person.surname, strict=True)) == 1
        ]
        if others:
            name = page.fields[code]["reading_of"]
            person = replace(person, surname=page.rng.choice(others))
            said(page, name, person.name, person)
            page.write_own(code)
            page.claim(code, name)
            return [Judged(name, "other_kanji", person.name)]
    raise Unfit


def near_town(page: Page, field: str = "") -> list[Judged]:
    """A town of the same city, one character from the town of the postal code, which stays as it was."""
    fit = [field] if field else page.free("line", types=("address",))
    for code in fit:
        address = page.value(code)
        number = next(one for one in page.fields.values() if one.get("postal_code_of") == code)["code"]
        own = places.town_of(page.value(number))
        if own is None:
            continue
        town = near_word(own.town, page.rng)
        changed = address.replace(own.city + own.town, own.city + town, 1)
        said(page, code, changed)
        page.claim(code, number)
        return [Judged(code, "near_town", changed)]
    raise Unfit


def near_word(word: str, rng: Random) -> str:
    """The word with one character exchanged for another of its script."""
    at = rng.randrange(len(word))
    alphabet = KANJI if word[at] >= "一" else KANA
    return word[:at] + rng.choice([one for one in alphabet if one != word[at]]) + word[at + 1 :]


KINDS = {
    "unlisted": unlisted,
    "other_reading": other_reading,
    "rarer_reading": rarer_reading,
    "other_kanji": other_kanji,
    "near_town": near_town,
}
