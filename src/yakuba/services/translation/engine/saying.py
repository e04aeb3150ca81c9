"""A phrase as it is said: its slots filled, each value written as the guest's language writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from yakuba.kernel.values import calendar
from yakuba.services.translation.contracts import Given, SlotKind

SLOT = re.compile(r"\{([a-z][a-z0-9_]{0,20})\}")
NARROW_BLANK = "\u202f"
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "vi": "1 2 3 4 5 6 7 8 9 10 11 12",
    "pt-BR": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "fil": "Enero Pebrero Marso Abril Mayo Hunyo Hulyo Agosto Setyembre Oktubre Nobyembre Disyembre",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "th": "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "my": "ဇန်နဝါရီ ဖေဖော်ဝါရီ မတ် ဧပြီ မေ ဇွန် ဇူလိုင် ဩဂုတ် စက်တင်ဘာ အောက်တိုဘာ နိုဝင်ဘာ ဒီဇင်ဘာ",
    "ne": "जनवरी फेब्रुअरी मार्च अप्रिल मे जुन जुलाई अगस्ट सेप्टेम्बर अक्टोबर नोभेम्बर डिसेम्बर",
}
_DAYS = {  # from Monday
    "en": "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
    "zh-Hans": "星期一,星期二,星期三,星期四,星期五,星期六,星期日",
    "zh-Hant": "星期一,星期二,星期三,星期四,星期五,星期六,星期日",
    "ko": "월,화,수,목,금,토,일",
    "vi": "thứ Hai,thứ Ba,thứ Tư,thứ Năm,thứ Sáu,thứ Bảy,Chủ nhật",
    "pt-BR": "segunda-feira,terça-feira,quarta-feira,quinta-feira,sexta-feira,sábado,domingo",
    "es": "lunes,martes,miércoles,jueves,viernes,sábado,domingo",
    "fr": "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
    "fil": "Lunes,Martes,Miyerkules,Huwebes,Biyernes,Sabado,Linggo",
    "id": "Senin,Selasa,Rabu,Kamis,Jumat,Sabtu,Minggu",
    "th": "วันจันทร์,วันอังคาร,วันพุธ,วันพฤหัสบดี,วันศุกร์,วันเสาร์,วันอาทิตย์",
    "my": "တနင်္လာနေ့,အင်္ဂါနေ့,ဗုဒ္ဓဟူးနေ့,ကြာသပတေးနေ့,သောကြာနေ့,စနေနေ့,တနင်္ဂနွေနေ့",
    "ne": "सोमबार,मङ्गलबार,बुधबार,बिहीबार,शुक्रबार,शनिबार,आइतबार",
}
_DATES = {  # y, m (its name), n (its number), d, w (day of the week)
    "en": "{w}, {m} {d}, {y}",
    "zh-Hans": "{y}年{n}月{d}日（{w}）",
    "zh-Hant": "{y}年{n}月{d}日（{w}）",
    "ko": "{y}년 {n}월 {d}일({w})",
    "vi": "{w}, ngày {d} tháng {n} năm {y}",
    "pt-BR": "{w}, {d} de {m} de {y}",
    "es": "{w} {d} de {m} de {y}",
    "fr": "{w} {d} {m} {y}",
    "fil": "{w}, {m} {d}, {y}",
    "id": "{w}, {d} {m} {y}",
    "th": "{w}ที่ {d} {m} ค.ศ. {y}",
    "my": "{y} ခုနှစ် {m}လ {d} ရက် ({w})",
    "ne": "{y} {m} {d} ({w})",
    "ja": "{y}年{n}月{d}日（{w}）",
}
_JAPANESE_DAYS = tuple(f"{day}曜日" for day in calendar.WEEKDAYS)
_YEN = {
    "en": "{} yen",
    "zh-Hans": "{}日元",
    "zh-Hant": "{}日圓",
    "ko": "{}엔",
    "vi": "{} yên",
    "pt-BR": "{} ienes",
    "es": "{} yenes",
    "fr": "{} yens",
    "fil": "{} yen",
    "id": "{} yen",
    "th": "{} เยน",
    "my": "{} ယန်း",
    "ne": "{} येन",
    "ja": "{}円",
}
_GROUPED_BY = {"vi": ".", "pt-BR": ".", "es": ".", "id": ".", "fr": NARROW_BLANK}
_TWELVE_HOURS = {"en": ("a.m.", "p.m."), "fil": ("a.m.", "p.m."), "ja": ("午前", "午後")}
Word = Callable[[str], str]


LABELS = {
    SlotKind.DATE: "日付",
    SlotKind.TIME: "時刻",
    SlotKind.YEN: "金額",
    SlotKind.NUMBER: "数",
    SlotKind.WINDOW: "窓口",
    SlotKind.DOCUMENT: "書類",
    SlotKind.RELATION: "続柄",
    SlotKind.PLACE: "場所",
}


def with_labels(text: str, slots: Mapping[str, SlotKind]) -> str:
    """The text with 〔日付〕 where a slot is, for who chooses a phrase."""
    return SLOT.sub(lambda found: f"〔{LABELS[slots[found[1]]]}〕" if found[1] in slots else found[0], text)


def slots_of(text: str) -> set[str]:
    """The names of the slots of a text."""
    return set(SLOT.findall(text))


def said(text: str, language: str, given: Mapping[str, Given], word: Word = lambda text: text) -> str:
    """The text with its slots filled. language: `ja` for plain Japanese; word: of a word in Japanese, in the language.
    Raises KeyError for a slot that is not given."""
    return SLOT.sub(lambda found: _value(given[found[1]], language, word), text)


def said_officially(text: str, given: Mapping[str, Given]) -> str:
    """The same in Japanese as staff write it: 令和, 24 hours."""
    return SLOT.sub(lambda found: beside(given[found[1]]), text)


def beside(given: Given) -> str:
    """A value as Japanese write it, for who reads both."""
    if given.kind is SlotKind.DATE:
        day = date.fromisoformat(given.value)
        return f"{calendar.written(day)}（{calendar.WEEKDAYS[day.weekday()]}）"
    if given.kind is SlotKind.YEN:
        return f"{int(given.value):,}円"
    return given.value


def day_in(day: date, language: str) -> str:
    """A day as the language writes it, with its weekday, in the western year."""
    days = _JAPANESE_DAYS if language == "ja" else _DAYS[language].split(",")
    months = MONTHS.get(language, "").split()
    return _DATES[language].format(
        y=day.year,
        m=months[day.month - 1] if months else day.month,
        n=day.month,
        d=day.day,
        w=days[day.weekday()],
    )


def yen_in(amount: int, language: str) -> str:
    """An amount of yen as the language writes it."""
    return _YEN[language].format(f"{amount:,}".replace(",", _GROUPED_BY.get(language, ",")))


def time_in(clock: str, language: str) -> str:
    """A time of day, HH:MM, as the language writes it."""
    if language not in _TWELVE_HOURS:
        return clock
    hour, minute = map(int, clock.split(":"))
    half = _TWELVE_HOURS[language][hour >= 12]
    if language == "ja":
        half, hour = ("昼の", 12) if hour == 12 else (half, hour % 12)
        return f"{half}{hour}時" + (f"{minute}分" if minute else "")
    return f"{hour % 12 or 12}:{minute:02} {half}"


def _value(given: Given, language: str, word: Word) -> str:
    if given.kind is SlotKind.DATE:
        return day_in(date.fromisoformat(given.value), language)
    if given.kind is SlotKind.YEN:
        return yen_in(int(given.value), language)
    if given.kind is SlotKind.TIME:
        return time_in(given.value, language)
    if given.kind is SlotKind.NUMBER:
        return given.value
    return word(given.value)
