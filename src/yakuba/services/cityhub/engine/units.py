"""Units of measured values: which names mean the same unit, and how a number of one becomes a number of another.

A name is what people or sensors write (`℃`, `degC`) or a code of UN/CEFACT Recommendation 20 (`CEL`), which NGSI-LD's
`unitCode` has. base = (number + shift) × scale, exactly: scales are fractions, so 1 inch is 0.0254 m and nothing near it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

TWO = " と "  # between two units that one value is said to be in; a slash of any width stands within one
DIGITS = 12  # of a converted number: what binary fractions add beyond is no measurement


@dataclass(frozen=True)
class Unit:
    """A unit of a kind. Only units of one kind are converted into each other."""

    kind: str
    scale: Fraction
    shift: Fraction = Fraction(0)


# kind → (names, scale to the first one's unit, shift before it). The names are compared after NFKC, without spaces.
_TABLE: dict[str, tuple[tuple[str, str, str], ...]] = {
    "温度": (
        ("K KEL kelvin ケルビン", "1", "0"),
        ("°C CEL C degC Celsius celsius 度 摂氏", "1", "273.15"),
        ("°F FAH F degF Fahrenheit fahrenheit 華氏", "5/9", "459.67"),
    ),
    "長さ": (
        ("m MTR meter metre メートル", "1", "0"),
        ("cm CMT センチメートル", "1/100", "0"),
        ("mm MMT ミリメートル", "1/1000", "0"),
        ("km KMT キロメートル", "1000", "0"),
        ("in INH inch", "254/10000", "0"),
        ("ft FOT", "3048/10000", "0"),
    ),
    "速さ": (
        ("m/s MTS m/sec", "1", "0"),
        ("km/h KMH kph", "1000/3600", "0"),
        ("cm/s 2M", "1/100", "0"),
        ("kn KNT kt knot ノット", "1852/3600", "0"),
    ),
    "圧力": (
        ("Pa PAL パスカル", "1", "0"),
        ("hPa A97 mbar MBR ヘクトパスカル", "100", "0"),
        ("kPa KPA", "1000", "0"),
        ("bar BAR", "100000", "0"),
    ),
    "割合": (
        ("1 ratio C62 割合", "1", "0"),
        ("% P1 percent パーセント", "1/100", "0"),
        ("‰ permil パーミル", "1/1000", "0"),
    ),
    "濃さ": (("ppm 59", "1", "0"), ("ppb 61", "1/1000", "0")),
    "重さの濃さ": (("μg/m3 ug/m3 GQ", "1", "0"), ("mg/m3 GP", "1000", "0")),
    "雨の強さ": (("mm/h H67", "1", "0"), ("mm/min", "60", "0"), ("cm/h", "10", "0")),
    "流量": (
        ("m3/s MQS t/s", "1", "0"),
        ("m3/h MQH", "1/3600", "0"),
        ("L/s l/s G51", "1/1000", "0"),
        ("L/min l/min", "1/60000", "0"),
    ),
    "体積": (
        ("m3 MTQ 立方メートル", "1", "0"),
        ("L l LTR リットル", "1/1000", "0"),
        ("mL ml MLT", "1/1000000", "0"),
    ),
    "重さ": (("kg KGM", "1", "0"), ("g GRM", "1/1000", "0"), ("t TNE トン", "1000", "0")),
    "時間": (
        ("s SEC sec 秒", "1", "0"),
        ("ms C26 ミリ秒", "1/1000", "0"),
        ("min MIN 分", "60", "0"),
        ("h HUR hour 時間", "3600", "0"),
        ("day DAY 日", "86400", "0"),
    ),
    "電圧": (("V VLT ボルト", "1", "0"), ("mV 2Z", "1/1000", "0"), ("kV KVT", "1000", "0")),
    "電流": (("A AMP アンペア", "1", "0"), ("mA 4K", "1/1000", "0")),
    "電力": (("W WTT ワット", "1", "0"), ("kW KWT", "1000", "0"), ("MW MAW", "1000000", "0")),
    "電力量": (("Wh WHR", "1", "0"), ("kWh KWH", "1000", "0"), ("MWh MWH", "1000000", "0")),
    "角": (("° DD deg", "1", "0"), ("rad C81", "57.29577951308232", "0")),
    "明るさ": (("lx LUX lux ルクス", "1", "0"), ("klx KLX", "1000", "0")),
    "面積": (
        ("m2 MTK 平方メートル", "1", "0"),
        ("ha HAR ヘクタール", "10000", "0"),
        ("a ARE アール", "100", "0"),
        ("km2 KMK", "1000000", "0"),
    ),
}


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).replace("∕", "/").replace("µ", "μ")


_KNOWN: dict[str, Unit] = {
    _plain(name): Unit(kind, Fraction(scale), Fraction(shift))
    for kind, rows in _TABLE.items()
    for names, scale, shift in rows
    for name in names.split()
}


@dataclass(frozen=True)
class Conversion:
    """number → (number + before) × scale − after."""

    before: Fraction
    scale: Fraction
    after: Fraction

    def of(self, number: float) -> float:
        """The number in the other unit, to DIGITS significant digits. Raises OverflowError where it is too large."""
        exact = (Fraction(number) + self.before) * self.scale - self.after
        return float(f"{float(exact):.{DIGITS}g}")


@lru_cache(maxsize=10_000)
def is_same(one: str, other: str) -> bool:
    """Whether two names mean the same unit."""
    if _plain(one) == _plain(other):
        return True
    known = _KNOWN.get(_plain(one))
    return known is not None and known == _KNOWN.get(_plain(other))


@lru_cache(maxsize=10_000)
def between(given: str, wanted: str) -> Conversion | None:
    """How a number of the one becomes a number of the other; None where nobody can tell."""
    if _plain(given) == _plain(wanted):
        return Conversion(Fraction(0), Fraction(1), Fraction(0))
    one, other = _KNOWN.get(_plain(given)), _KNOWN.get(_plain(wanted))
    if one is None or other is None or one.kind != other.kind:
        return None
    return Conversion(one.shift, one.scale / other.scale, other.shift)


def may_come_of(number: float, sent: float, sent_unit: str, unit: str) -> bool:
    """Whether a number was made of what was sent in that unit; not where it was sent anew in the series' own since. What a
    person, and no table, converts (or a calibration, without a unit) always may."""
    way = between(sent_unit, unit) if sent_unit else None
    return way is None or way.of(sent) == number


def kind_of(name: str) -> str:
    """What is measured in it, in Japanese; empty for a unit that is not in the table."""
    known = _KNOWN.get(_plain(name))
    return known.kind if known else ""


def unfit(series: str, attribute: str, given: str, wanted: str) -> str:
    """Why a value was put aside: what, where, and what to do."""
    if TWO in given:
        return (
            f"{series} の {attribute} の値に、単位が二つ（{given}）書かれていて、どちらか分かりません。"
            "送る側で unit と unitCode の一つだけにするか、ここで扱いを選んでください。"
        )
    one, other = kind_of(given), kind_of(wanted)
    if one and other:
        why = f"「{given}」は{one}、「{wanted}」は{other}の単位です"
    else:
        why = f"「{wanted if one else given}」は換算の表にない単位です"
    return (
        f"{series} の {attribute} は単位「{wanted}」でためています。「{given}」の値が届きましたが、{why}。"
        "送る側の単位を直すか、ここで「そのまま入れる」「換算して入れる」「捨てる」を選んでください。"
    )
