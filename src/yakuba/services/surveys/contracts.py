"""What may leave the surveys room. No framework."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.values.labelled import Labelled


class BodyClass(Labelled):
    """Classes of bodies (団体区分) as the published tables name them."""

    PREFECTURE = "prefecture", "都道府県"
    DESIGNATED = "designated", "指定都市"
    WARD = "ward", "特別区"
    CORE = "core", "中核市"
    CITY = "city", "指定都市・中核市以外の市"
    TOWN = "town", "町村"


class QuestionKind(Labelled):
    """How a question is answered (設問の種類)."""

    NUMBER = "number", "数"
    CHOICE = "choice", "一つ選ぶ"
    CHOICES = "choices", "いくつでも選ぶ"
    GRID = "grid", "表から行ごとに一つ選ぶ"
    TEXT = "text", "文"
    DATE = "date", "日付"
    FILE = "file", "ファイル"
    TABLE = "table", "表"


@dataclass(frozen=True)
class Body:
    """A body that is asked. code: 全国地方公共団体コード, 6 digits; population: None where no file says it."""

    code: str
    name: str
    prefecture: str
    kind: BodyClass
    population: int | None = None
    band: str = ""


@dataclass(frozen=True)
class Share:
    """A rate with its denominator. of 0: there is none."""

    count: int
    of: int

    @property
    def tenths(self) -> int | None:
        """Tenths of a per cent, rounded half up on the exact fraction: `(2·1000·n + N) // (2·N)`."""
        return (2 * 1000 * self.count + self.of) // (2 * self.of) if self.of else None

    @property
    def shown(self) -> str:
        """`23.2%`, or ― without a denominator."""
        tenths = self.tenths
        return "―" if tenths is None else f"{tenths // 10}.{tenths % 10}%"
