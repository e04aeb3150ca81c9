"""What a notice (通知書) says: one for each child, put in the order of the envelopes.

A notice takes named fields of an application alone, so that nothing else of it can get onto the paper. Nobody but
the child and the guardian who applied is named; the reasons are the sentences for the family.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from yakuba.kernel.letters.wording import appeal
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.values.postal_codes import read_postal_code
from yakuba.services.nursery.contracts import Child, Explanation, Outcome, Problem, Selection, WishOutcome

# Fields of the application, by code or by heading.
POSTAL_CODE, ADDRESS = ("postal_code", "郵便番号"), ("address", "住所")
# The envelope's window, as in the template (mm): its size, a line of the address and one of the name with the size of
# their letters, and what stands between them. Half-width letters are counted as the widest, W.
WINDOW_WIDTH, WINDOW_HEIGHT = 90.0, 48.0
ADDRESS_LINE, ADDRESS_LETTER, NAME_LINE, NAME_LETTER, NAME_GAP = 5.75, 3.71, 7.11, 4.59, 3.0
HALF_WIDTH = 0.9  # of a full-width letter
GUARDIAN = ("applicant_name", "申込者氏名", "保護者氏名")


class Kind(StrEnum):
    """What is told: a new seat, no seat, or that a transfer came not true and the seat of now is kept."""

    GRANTED = "granted"
    HELD = "held"
    KEPT = "kept"


@dataclass(frozen=True)
class Frame:
    """The texts around the reasons, the same for all notices of a round. Lines are broken at newlines.

    date: the day on the notice. document_number: 文書番号, may be empty. mayor: who decides, as below the date.
    desk: whom to ask. appeal: how to appeal (教示). after_…: what is to be done next.
    """

    date: date
    mayor: str
    desk: str
    appeal: str
    document_number: str = ""
    title_granted: str = "保育所等利用承諾通知書"
    title_held: str = "保育所等利用保留通知書"
    title_kept: str = "保育所等転園保留通知書"
    intro_granted: str = (
        "お申込みのありました保育所等の利用について、次のとおり決まりましたので、お知らせします。"
    )
    intro_held: str = "お申込みのありました保育所等の利用について、選考の結果、次のとおり保留となりましたので、お知らせします。"
    intro_kept: str = (
        "お申込みのありました転園について、選考の結果、次のとおりとなりましたので、お知らせします。"
    )
    after_granted: str = (
        "入所の手続きは、決まった園からご案内します。辞退される場合は、できるだけ早くお知らせください。"
    )
    after_held: str = (
        "お申込みは、有効な期間のあいだ次回からの選考の対象になります。あらためてのお申込みは要りません。"
    )
    after_kept: str = "今の園には、これまでどおり通えます。転園のお申込みは、有効な期間のあいだ次回からの選考の対象になります。"

    def of(self, part: str, kind: Kind) -> str:
        """The text `title`, `intro` or `after` of that kind of notice."""
        return str(getattr(self, f"{part}_{kind}"))


FRAME_TEXTS = tuple(one.name for one in fields(Frame) if one.name != "date")


def default_frame(municipality: str, day: date) -> Frame:
    """The texts for a town that has not written its own."""
    return Frame(
        date=day,
        mayor=f"{municipality}長",
        desk=f"{municipality}　保育所等の入所担当",
        appeal=appeal(municipality),
    )


def frame(texts: Mapping[str, str], usual: Frame) -> Frame:
    """The frame with a round's own texts in place of the usual ones. Unknown names and empty texts do not count."""
    own = {name: texts[name] for name in FRAME_TEXTS if texts.get(name)}
    chosen = date.fromisoformat(texts["date"]) if texts.get("date") else usual.date
    return replace(usual, **own, date=chosen)


@dataclass(frozen=True)
class Reason:
    """A line of the table: the wish or wishes (第1希望, 第3～5希望), the nurseries, what came of it, and why."""

    wishes: str
    facilities: str
    result: str
    text: str


@dataclass(frozen=True)
class Notice:
    """One child's notice.

    postal_code: 001-0001, or as written where it is no postal code; facility: empty for HELD; age: age class, None when the child is in none.
    """

    kind: Kind
    child: str
    child_name: str
    birth: date
    guardian: str
    postal_code: str
    address: str
    facility: str
    age: int | None
    start: date
    summary: str
    reasons: tuple[Reason, ...]


RESULTS = {
    Outcome.PLACED: "決定",
    Outcome.KEPT: "今の園",
    Outcome.BEHIND: "かなわず",
    Outcome.SIBLINGS: "かなわず",
    Outcome.NOT_ELIGIBLE: "対象外",
    Outcome.NOT_NEEDED: "選考せず",
    Outcome.CLAIMED: "かなわず",
}


def write(
    selection: Selection, explanations: Mapping[str, Explanation], only: Iterable[str] | None = None
) -> tuple[list[Notice], list[Problem]]:
    """The notices in the order of the envelopes, and what is missing for some of them.

    only: the children who get one (None: all). An address that is incomplete is told, and the notice is made all
    the same. Order: postal code, address, guardian, receipt number, so that a household's are together.
    """
    wanted = None if only is None else set(only)
    names = {facility.id: facility.name for facility in selection.applications.facilities}
    notices: list[Notice] = []
    problems: list[Problem] = []
    for _, child in selection.applications.children():
        if child.id in selection.applications.seated or (wanted is not None and child.id not in wanted):
            continue
        notices.append(_notice(selection, child, explanations[child.id], names))
        problems += _wanting(child)
    notices.sort(key=lambda one: (one.postal_code or "9", one.address, one.guardian, one.child))
    return notices, problems


FIELDS = ("児童氏名", "申込者氏名", "受付番号", "園")  # that a town's own texts may have as {児童氏名}


def field_values(notice: Notice) -> dict[str, str]:
    """What stands for each of FIELDS."""
    values = (notice.child_name, notice.guardian, notice.child, notice.facility)
    return dict(zip(FIELDS, values, strict=True))


def texts(notice: Notice) -> dict[str, str]:
    """What is printed of it: where it stands, as staff call it → the text."""
    said = [notice.summary, *(f"{one.facilities}{one.text}{one.wishes}" for one in notice.reasons)]
    return {
        "宛名": notice.guardian,
        "住所": f"{notice.postal_code}{notice.address}",
        "児童の氏名": notice.child_name,
        "受付番号": notice.child,
        "園": notice.facility,
        "理由": "".join(said),
    }


def fits_the_window(notice: Notice) -> bool:
    """Whether postal code, address and addressee surely stand in the window of the envelope, 様 included."""
    address = _lines(notice.address, ADDRESS_LETTER)
    name = _lines(f"{notice.guardian}　様", NAME_LETTER)
    return (1 + address) * ADDRESS_LINE + NAME_GAP + name * NAME_LINE <= WINDOW_HEIGHT


def _lines(text: str, letter: float) -> int:
    width = sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else HALF_WIDTH for one in text)
    return math.ceil(width / (WINDOW_WIDTH // letter - 1))  # a line may end a letter earlier, before a sign


def _notice(selection: Selection, child: Child, result: Explanation, names: Mapping[str, str]) -> Notice:
    slot = selection.slots.get(result.held or "")
    kept = slot is not None and selection.market.current.get(child.id) == result.held
    index = selection.indices.get(child.id)
    age = slot.age if slot else index.age if index else None
    return Notice(
        kind=Kind.KEPT if kept else Kind.GRANTED if slot else Kind.HELD,
        child=child.id,
        child_name=child.name,
        birth=child.birth,
        guardian=_fact(child, GUARDIAN),
        postal_code=_postal_code(_fact(child, POSTAL_CODE)),
        address=_fact(child, ADDRESS),
        facility=names.get(slot.facility, slot.facility) if slot else "",
        age=age,
        start=selection.applications.start,
        summary=result.summary,
        reasons=reasons(result.wishes, names),
    )


def _fact(child: Child, names: Iterable[str]) -> str:
    return next((child.facts[name] for name in names if child.facts.get(name)), "")


def _postal_code(value: str) -> str:
    code = if_valid(read_postal_code, value)
    if code is None:
        return value
    return f"{code[:3]}-{code[3:]}" if code else ""


def _wanting(child: Child) -> Iterator[Problem]:
    """What the address lacks, and a postal code that is none: the notice would be sent back."""
    place = f"受付番号 {child.id}"
    labels = {GUARDIAN: "申込者氏名", POSTAL_CODE: "郵便番号", ADDRESS: "住所"}
    empty = [label for names, label in labels.items() if not _fact(child, names)]
    if empty:
        reason = f"{'・'.join(empty)}が空です。申込を直してから通知を作り直すか、手で書き足してください。"
        yield Problem(0, place, reason)
    code = _fact(child, POSTAL_CODE)
    if code and not re.fullmatch(r"\d{3}-\d{4}", _postal_code(code), re.ASCII):
        reason = f"郵便番号「{code}」は7けたの数字ではありません。申込を直してから通知を作り直してください。"
        yield Problem(0, place, reason)


def reasons(wishes: Iterable[WishOutcome], names: Mapping[str, str]) -> tuple[Reason, ...]:
    """The table of a notice: wishes that follow each other with the same result and text share a line."""
    lines = []
    for (result, text), group in groupby(wishes, key=lambda wish: (RESULTS[wish.outcome], wish.for_family)):
        rows = list(group)
        first, last = rows[0].number, rows[-1].number
        wish = f"第{first}希望" if first == last else f"第{first}～{last}希望"
        facilities = "、".join(dict.fromkeys(names.get(row.facility, row.facility) for row in rows))
        lines.append(Reason(wish, facilities, result, text))
    return tuple(lines)
