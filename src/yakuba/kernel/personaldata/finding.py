"""Where personal data stands in a text: numbers, addresses and birthdays by their shape, names by Sudachi's dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yakuba.kernel.search import cutting
from yakuba.kernel.values.my_numbers import SPELLED

_D = "[0-9０-９]"
_SAID = "(?:[0-9０-９]|[〇一二三四五六七八九十])"  # a digit, in figures or as people write down what was said
_H = "[-‐-―−ーｰ－ 　]?"
_ERA = "(?:明治|大正|昭和|平成|令和)"
# Not \w: a text without commas is one long word, looked through anew from each of its characters.
_MAIL = "[A-Za-z0-9Ａ-Ｚａ-ｚ０-９_.．+\\-]"
# Towns whose names have hiragana, which are words elsewhere: 「これは市の3番窓口」 is no address. The demo's is one of them.
_IN_KANA = "|".join((
    "あきる野市", "あさぎり町", "あま市", "あわら市", "いすみ市", "いちき串木野市", "いなべ市", "いの町", "いわき市", "うきは市", "うるま市",
    "えびの市", "えりも町", "おいらせ町", "おおい町", "かすみがうら市", "かつらぎ町", "かほく市", "さいたま市", "さくら市", "さつま町",
    "さぬき市", "すさみ町", "せたな町", "たつの市", "つがる市", "つくばみらい市", "つくば市", "つるぎ町", "ときがわ町", "にかほ市",
    "ひたちなか市", "ふじみ野市", "まんのう町", "みどり市", "みなかみ町", "みなべ町", "みやき町", "みやこ町", "みやま市", "みよし市",
    "むかわ町", "むつ市", "やくば市", "伊豆の国市", "南あわじ市", "南さつま市", "新ひだか町", "日の出町", "東かがわ市", "東みよし町", "紀の川市",
    "隠岐の島町",
))  # fmt: skip
_NUMBERS = rf"(?:{_D}|[一二三四五六七八九十])+(?:丁目|番地?|号|[-‐-―−ーｰ－の](?={_D}))(?:(?:{_D}|[一二三四五六七八九十])+(?:丁目|番地?|号室?|[-‐-―−ーｰ－の](?={_D}))?)*(?:{_D}+)?"
RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("番号", SPELLED),  # 個人番号, whether its check digit holds or not
    ("メール", re.compile(rf"(?<!{_MAIL}){_MAIL}{{1,64}}[@＠]{_MAIL}{{1,255}}")),
    ("電話", re.compile(rf"(?<!{_D})[0０]{_D}{{1,4}}[-‐-―−ーｰ－(（]{_D}{{1,4}}[-‐-―−ーｰ－)）]{_D}{{3,4}}(?!{_D})|(?<!{_D})[0０]{_D}{{9,10}}(?!{_D})")),
    ("郵便番号", re.compile(rf"〒\s?{_D}{{3}}{_H}{_D}{{4}}|(?<!{_D}){_D}{{3}}[-‐-―−－]{_D}{{4}}(?!{_D}|[-‐-―−－])")),
    ("口座", re.compile(rf"(?<=口座番号)[はが：: 　]*{_D}{{5,8}}|(?<=普通)[ 　：:]*{_D}{{6,8}}|(?<=当座)[ 　：:]*{_D}{{6,8}}")),
    ("被保険者番号", re.compile(rf"(?<=番号)[はが：: 　]*{_D}{{6,11}}")),
    ("生年月日", re.compile(rf"(?:(?:昭和|平成|令和|大正|明治)(?:元|{_D}{{1,2}})|{_D}{{4}})年{_D}{{1,2}}月{_D}{{1,2}}日(?=\s*生)|(?<=生年月日)[はが：: 　]*(?:(?:昭和|平成|令和|大正|明治|[MTSHRＭＴＳＨＲ])(?:元|{_D}{{1,2}})|{_D}{{4}})[年.／/-]{_D}{{1,2}}[月.／/-]{_D}{{1,2}}日?")),
    ("生年月日", re.compile(rf"{_ERA}(?:元|{_SAID}{{1,3}})年{_SAID}{{1,3}}月{_SAID}{{1,3}}日(?=\s*生)")),
    ("住所", re.compile(rf"(?:[一-龥々]{{2,4}}[都道府県])?(?:[一-龥々]{{1,4}}郡)?(?:{_IN_KANA})[一-龥々ヶケぁ-んァ-ヴ]{{0,12}}{_NUMBERS}")),
    ("住所", re.compile(rf"(?:[一-龥々]{{2,4}}[都道府県])?[一-龥々ヶケァ-ヴ]{{1,8}}[市区町村郡][一-龥々ヶケぁ-んァ-ヴ]{{0,12}}{_NUMBERS}")),
    ("住所", re.compile(rf"[一-龥々ヶケ]{{1,8}}(?:町|字|丁目|区)?{_SAID}{{1,4}}(?:丁目{_SAID}{{1,4}}番(?:地)?(?:{_SAID}{{1,4}}号)?|番地(?:の?{_SAID}{{1,4}})?)")),
)  # fmt: skip
_TAKEN_ALONG = "はが：: 　"


def by_shape(text: str) -> Iterator[tuple[int, int, str]]:
    """From where to where numbers, addresses and birthdays stand, and what kind they are; they may overlap."""
    for kind, pattern in RULES:
        for found in pattern.finditer(text):
            start, end = found.span()
            while start < end and text[start] in _TAKEN_ALONG:
                start += 1
            yield start, end, kind


def names(text: str) -> list[tuple[int, int]]:
    """From where to where the dictionary sees a person's name, surname and given name as one."""
    found: list[tuple[int, int]] = []
    for start, end in cutting.person_names(cutting.HALVES.sub("?", text)):
        if found and start - found[-1][1] <= 1 and text[found[-1][1] : start].strip(" 　") == "":
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
