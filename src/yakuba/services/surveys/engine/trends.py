"""One question over the editions of a survey: a line only as far as code, base and definition stayed, else a visible break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from yakuba.services.surveys.contracts import Share
from yakuba.services.surveys.engine.definition import Definition, Question
from yakuba.services.surveys.engine.tally import FieldTally


@dataclass(frozen=True)
class Year:
    """An edition in a trend. shares: option → rate; printed: option → per cent as the source prints it, where no answers are.
    broken: why it cannot be compared with the edition before; empty where it can."""

    label: str
    definition: Definition
    shares: Mapping[str, Share]
    printed: Mapping[str, str]
    broken: str = ""

    def value(self, option: str) -> float | None:
        """Per cent to one decimal."""
        if option in self.printed:
            return float(self.printed[option])
        share = self.shares.get(option)
        return None if share is None or share.tenths is None else share.tenths / 10

    def shown(self, option: str) -> str:
        """With its denominator; what was only published says so."""
        if option in self.printed:
            return f"{self.printed[option]}%（公表値）"
        share = self.shares.get(option)
        return "―" if share is None else f"{share.shown}（{share.count:,}/{share.of:,}）"


def trend(
    code: str, key: str, editions: Sequence[tuple[Definition, FieldTally | None]], group: str = "all"
) -> list[Year]:
    """Its years from the oldest edition on; editions without the question are left out. group: of the tally."""
    found: list[Year] = []
    before: tuple[Definition, Question] | None = None
    for definition, counted in editions:
        question = definition.by_code.get(code)
        if question is None:
            continue
        cell = counted.groups.get(group) if counted else None
        shares = (
            {}
            if cell is None or question.published
            else {option: cell.share(option, question.base) for option in question.options}
        )
        label = f"{definition.edition}{'' if definition.is_final else '（速報）'}"
        found.append(
            Year(label, definition, shares, question.published, broken(before, (definition, question)))
        )
        before = (definition, question)
    return found


def broken(before: tuple[Definition, Question] | None, now: tuple[Definition, Question]) -> str:
    """Why the two cannot be joined by a line; empty where they can."""
    if before is None:
        return ""
    (old, then), (new, question) = before, now
    if question.breaks:
        return question.breaks
    if then.kind != question.kind:
        return "設問の種類が変わりました。"
    if set(then.options) != set(question.options):
        return "選択肢が変わりました。"
    if then.base != question.base or bool(then.published) != bool(question.published):
        return "割合の母数が変わりました。"
    if then.when != question.when:
        return "答える団体の条件が変わりました。"
    return "対象の団体区分が変わりました。" if set(old.asked) != set(new.asked) else ""


def lines(years: Sequence[Year], option: str) -> list[list[float | None]]:
    """Stretches without a break, each as long as the years, None outside: one line each."""
    starts = [0, *(at for at, year in enumerate(years) if year.broken), len(years)]
    found = []
    for start, end in pairwise(starts):
        if start < end:
            found.append([year.value(option) if start <= at < end else None for at, year in enumerate(years)])
    return found
