"""Whether a translation says the same numbers, days and amounts as the Japanese, and denies what it denies.

Values are compared as sets: each number of the Japanese with all that it may be written as (令和9年 is 2027 or 9, 午後1時 is 13 or 1,
1万2千 is 12000), against the figures of the other language, whatever its digits, and against its number words and months, which
can only satisfy and are never too many. Negation is a hint: 無料 becomes free, 必ず becomes do not forget.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from yakuba.kernel.values.calendar import ERAS
from yakuba.services.translation.engine.saying import MONTHS

_ERAS = {era.name: era.year_one for era in ERAS.values()} | {
    era.letter: era.year_one for era in ERAS.values()
}
_ERA_YEAR = re.compile(rf"({'|'.join(sorted(_ERAS, key=len, reverse=True))})\s?(元|[0-9]{{1,2}})(?=年|[./])")
_LARGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(万|億|千)([0-9]+(?:,[0-9]{3})*)?(千)?")
_CLOCK = re.compile(r"(午前|午後)\s?([0-9]{1,2})(?=時|:)")
_NUMBER = re.compile(r"[0-9]+(?:[.,\u202f\u00a0' ][0-9]{3})+(?![0-9])|[0-9]+(?:[.,][0-9]+)?")
_TWELVE = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?\s?([ap])\.?\s?m\b\.?", re.IGNORECASE)
_KANJI = {c: str(at) for at, c in enumerate("〇一二三四五六七八九")}
_COUNTED_KANJI = re.compile(  # 一人 and 一度 say "alone" and "at once" as well
    r"([二三四五六七八九])(?=人|つ|日|月|年|回|階|枚|歳|名|度|時|週|か月|ヶ月)|(一)(?=階|枚|名|週間|か月|ヶ月)"
)
_HALF = {"半年": (6, 0.5), "半額": (50, 0.5, 2), "半日": (0.5,), "半分": (50, 0.5, 2)}
_TENTHS = re.compile(r"([0-9]{1,2})割")
# 〜かもしれません, 〜ませんか and すみません deny nothing; so does the "or not" of a question in other languages.
_NO_DENIAL = re.compile(
    r"かもしれ(?:ない|ません)|ませんか|すみません|に違いない|しかない"
    r"|(?:なけれ|ない)(?:ば|と)(?:なら|なり|いけ)(?:ない|ません)"
)
_QUESTIONS = {
    "th": "หรือไม่|ไม่ทราบว่า",
    "vi": r"(?:được )?không\s*\?|hay không|chưa\s*\?",
    "zh-Hans": r"(.)不\1|有没有|是否|不好意思",
    "zh-Hant": r"(.)不\1|有沒有|是否|不好意思",
}
_UNITS = {"万": 10_000.0, "億": 100_000_000.0, "千": 1_000.0}
_WORDS: dict[str, str] = {  # words for 0, 1, 2 … 12; several with /
    "en": "zero one/once/a/an/first/single two/twice/second/both/couple three/third four five six/half-year seven eight nine ten eleven twelve",
    "pt-BR": "zero um/uma/primeiro dois/duas/ambos três quatro cinco seis sete oito nove dez onze doze",
    "es": "cero un/una/uno/primero dos/ambos tres cuatro cinco seis siete ocho nueve diez once doce",
    "fr": "zéro un/une/premier deux trois quatre cinq six sept huit neuf dix onze douze",
    "vi": "không một hai ba bốn năm sáu bảy tám chín mười _ _",
    "fil": "zero isa/isang/una dalawa/dalawang/ikalawa tatlo/tatlong apat/apat_na lima/limang anim pito/pitong walo/walong siyam sampu/sampung labing-isa labindalawa",
    "id": "nol satu/pertama/sebuah/seorang dua tiga empat lima enam tujuh delapan sembilan sepuluh sebelas _",
}
_JAPANESE_NO = re.compile(r"ない|ません|なかった|ぬ(?=。)|ずに|不要|不可|禁止|だめ|ではなく|できず")
_NO: dict[str, str] = {
    "en": r"\bnot?\b|n't\b|\bcannot\b|\bwithout\b|\bnever\b|\bunable\b|\bprohibited\b|\bunnecessary\b|\bnone\b",
    "zh-Hans": "不|没|无|勿|禁止",
    "zh-Hant": "不|沒|無|勿|禁止",
    "ko": "않|없|못|안 |아니|금지|불가",
    "vi": r"\bkhông\b|\bchưa\b|\bcấm\b|\bđừng\b",
    "pt-BR": r"\bnão\b|\bnem\b|\bsem\b|\bnunca\b|\bproibid",
    "es": r"\bno\b|\bni\b|\bsin\b|\bnunca\b|\bprohibid",
    "fr": r"\bne\b|\bn['’]|\bpas\b|\bsans\b|\bjamais\b|\binterdit",
    "fil": r"\bhindi\b|\bwala\b|\bwalang\b|\bhuwag\b|\bbawal\b",
    "id": r"\btidak\b|\bbukan\b|\bjangan\b|\btanpa\b|\bdilarang\b|\bbelum\b",
    "th": "ไม่|ห้าม|มิ",
    "my": r"ဘူး|ပါနှင့်|ပါနဲ့|တားမြစ်|(?:^|\s)မ(?!နက်|ကြာ|ည်|င်္|ှန်)[က-အ]|မရ|မလို|မပါ|မရှိ",
    "ne": "छैन|हुँदैन|होइन|पर्दैन|सकिँदैन|सक्दैन|नगर्नु|नगर|नराख|नफाल|निषेध|बिना|न(?:पर्ने|मिल्ने|गर्ने|भएको|भए|हुने|सक्ने|ल्याउ|जानु)",
}
OPPOSITES = (
    *(
        ("以上", "未満"),
        ("以下", "超"),
        ("以内", "以降"),
        ("以前", "以後"),
        ("必要", "不要"),
        ("有料", "無料"),
    ),
    *(
        ("前", "後"),
        ("上", "下"),
        ("内", "外"),
        ("増", "減"),
        ("開始", "終了"),
        ("午前", "午後"),
        ("転入", "転出"),
    ),
    *(("加入", "脱退"), ("可", "不可"), ("有", "無"), ("父", "母"), ("夫", "妻"), ("右", "左"), ("男", "女")),
)
_THOUSANDS = ("mil", "nghìn", "ngàn", "ribu", "libo", "천", "พัน", "हजार", "ထောင်")
_TEN_THOUSANDS = ("万", "萬", "만", "หมื่น", "သောင်း")
_SCALED = re.compile(
    rf"([0-9]+(?:[.,][0-9]{{1,2}})?(?![0-9]))\s?({'|'.join((*_THOUSANDS, *_TEN_THOUSANDS))})(?![a-z])\s?([0-9]+(?:,[0-9]{{3}})*)?"
)
Value = float


def doubts(source: str, target: str, language: str, terms: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
    """What a person should look at, each a sentence. terms: the town's words, (Japanese, in the language)."""
    wanted = japanese_values(source)
    hard, soft = values(target, language)
    missing = [said for said, ways in wanted if not ways & (hard | soft)]
    allowed = set().union(*(ways for _, ways in wanted)) if wanted else set()
    more = sorted(hard - allowed)
    found = []
    if missing:
        found.append(f"日本語の「{'」「'.join(missing)}」が、訳に見当たりません。")
    if more:
        found.append(f"訳に、日本語にない数「{'」「'.join(_shown(one) for one in more)}」があります。")
    if denies(source) != denies_in(target, language):
        found.append("「〜ない」かどうかが、日本語と違うかもしれません。")
    for japanese, word in terms:
        if japanese in source and word.casefold() not in target.casefold():
            found.append(f"「{japanese}」は「{word}」と訳す決まりです。")
    return tuple(found)


def same_meaning(one: str, other: str) -> bool:
    """Whether nothing that may not differ between two Japanese sentences does: their numbers, negation, and opposites."""
    return (
        {ways for _, ways in japanese_values(one)} == {ways for _, ways in japanese_values(other)}
        and bool(denies(one)) == bool(denies(other))
        and len(_JAPANESE_NO.findall(one)) == len(_JAPANESE_NO.findall(other))
        and all(
            (first in one) == (first in other) and (second in one) == (second in other)
            for first, second in OPPOSITES
        )
    )


def japanese_values(text: str) -> list[tuple[str, frozenset[Value]]]:
    """The numbers of a Japanese text: as they stand there, and all that each may be written as."""
    text = unicodedata.normalize("NFKC", text)
    text = _COUNTED_KANJI.sub(lambda found: _KANJI[found[1] or found[2]], text)
    found: list[tuple[str, frozenset[Value]]] = []
    for word, ways in _HALF.items():
        if word in text:
            found.append((word, frozenset(map(float, ways))))
            text = text.replace(word, " ")

    def take(pattern: re.Pattern[str], made: object) -> None:
        nonlocal text

        def one(match: re.Match[str]) -> str:
            found.append((match[0], frozenset(made(match))))  # type: ignore[operator]
            return " "

        text = pattern.sub(one, text)

    take(_ERA_YEAR, lambda m: _year(m))
    take(_CLOCK, lambda m: _hours(m[1] == "午後", int(m[2])))
    take(_TENTHS, lambda m: {float(m[1]), float(m[1]) * 10, float(m[1]) / 10})
    take(_LARGE, lambda m: _large(m))
    take(_NUMBER, lambda m: {_plain(m[0])})
    return found


def values(text: str, language: str) -> tuple[set[Value], set[Value]]:
    """The numbers of a text in another language: those in figures, and those in words, names of months and hours."""
    text = unicodedata.normalize("NFKC", "".join(_digit(c) for c in text))
    soft: set[Value] = set()

    def hour(match: re.Match[str]) -> str:
        soft.update(_hours(match[3].lower() == "p", int(match[1])))
        if match[2]:
            soft.add(float(match[2]))
        return " "

    text = _TWELVE.sub(hour, text)
    grouped_by_dot = language in ("pt-BR", "es", "id", "vi")
    text, scaled = _scaled(text)
    hard = {_plain(one, grouped_by_dot=grouped_by_dot) for one in _NUMBER.findall(text)}
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text.casefold())
    for number, ways in enumerate(_WORDS.get(language, "").split()):
        if any(way in words for way in ways.split("/")):
            soft.add(float(number))
    for number, name in enumerate(MONTHS.get(language, "").split(), start=1):
        if not name.isdigit() and name.casefold() in text.casefold():
            soft.add(float(number))
    if language.startswith("zh"):
        soft |= {float(_KANJI[c]) for c in text if c in _KANJI}
        soft |= {value for _, ways in japanese_values(text) for value in ways}
    return hard | scaled, soft


def denies(text: str) -> bool:
    """Whether a Japanese sentence denies something."""
    return bool(_JAPANESE_NO.search(_NO_DENIAL.sub("", text)))


def denies_in(text: str, language: str) -> bool:
    """The same of another language."""
    if language in _QUESTIONS:
        text = re.sub(_QUESTIONS[language], " ", text, flags=re.IGNORECASE)
    return bool(re.search(_NO.get(language, r"$^"), text, re.IGNORECASE))


def _year(match: re.Match[str]) -> set[Value]:
    number = 1 if match[2] == "元" else int(match[2])
    return {float(_ERAS[match[1]] + number - 1), float(number)}


def _hours(afternoon: bool, hour: int) -> set[Value]:
    return {float(hour), float(hour % 12 + (12 if afternoon else 0))}


def _large(match: re.Match[str]) -> set[Value]:
    first = float(match[1]) * _UNITS[match[2]]
    rest = float((match[3] or "0").replace(",", "")) * (1_000 if match[4] else 1)
    return {first + rest}


def _plain(text: str, *, grouped_by_dot: bool = False) -> Value:
    """1,000 and 1.000 and 1 000 are a thousand; 1.5 and 1,5 are one and a half."""
    if re.fullmatch(r"[0-9]+([.,\u202f\u00a0' ][0-9]{3})+", text) and ("." not in text or grouped_by_dot):
        return float(re.sub(r"[^0-9]", "", text))
    return float(text.replace(",", "."))


def _scaled(text: str) -> tuple[str, set[Value]]:
    """Numbers that a language writes with a word of its own for ten thousand or a thousand; and the text without them."""
    found: set[Value] = set()

    def take(match: re.Match[str]) -> str:
        first, word, rest = float(match[1].replace(",", "")), match[2], (match[3] or "0").replace(",", "")
        found.add(first * (1_000.0 if word in _THOUSANDS else 10_000.0) + float(rest))
        return " "

    return _SCALED.sub(take, text), found


def _digit(character: str) -> str:
    """Thai, Burmese and Nepali figures as ours."""
    if character.isascii() or unicodedata.category(character) != "Nd":
        return character
    return str(unicodedata.digit(character))


def _shown(value: Value) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


__all__: Sequence[str] = ("denies", "denies_in", "doubts", "japanese_values", "same_meaning", "values")
