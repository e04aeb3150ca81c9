"""A notice in a town's own Word file: what its merge fields say, and the file that a town begins with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yakuba.kernel.letters.word.html import Values
from yakuba.kernel.letters.word.starting import SPACE, Block, Grid, Words, asking, opening
from yakuba.kernel.letters.wording import filled
from yakuba.kernel.letters.written import SCALES, WordTemplate, Written
from yakuba.kernel.values import calendar
from yakuba.services.nursery.engine.telling.notices import Frame, Kind, Notice, Reason, field_values

CODES = {kind: f"nursery.{kind}" for kind in Kind}  # of kinds of letters, as the manifest declares them
RESULTS = {Kind.GRANTED: "承諾", Kind.HELD: "保留", Kind.KEPT: "転園は保留（今の園を続けて利用）"}
HEAD = ("希望", "希望の園", "希望の結果", "理由")


def variants(notice: Notice, frame: Frame, template: WordTemplate, elsewhere: str) -> Iterator[Written]:
    """In ever smaller letters, then with fewer and fewer reasons; `elsewhere` says so in their place."""
    for scale in SCALES:
        yield template.at(values(notice, frame), scale)
    last = Reason("", "", "", elsewhere)
    for count in range(len(notice.reasons) - 1, -1, -1):
        yield template.at(values(notice, frame, (*notice.reasons[:count], last)))


def values(notice: Notice, frame: Frame, reasons: Sequence[Reason] | None = None) -> Values:
    """What stands for each of the fields."""
    own = field_values(notice)
    texts = {part: filled(frame.of(part, notice.kind), own) for part in ("title", "intro", "after")}
    single = own | {
        "宛名": notice.guardian,
        "郵便番号": notice.postal_code,
        "住所": notice.address,
        "生年月日": calendar.written(notice.birth),
        "クラス": "" if notice.age is None else f"{notice.age}歳児クラス",
        "結果": RESULTS[notice.kind],
        "開始日": calendar.written(notice.start),
        "結果の説明": notice.summary,
        "文書番号": filled(frame.document_number, own),
        "日付": calendar.written(frame.date),
        "名義": frame.mayor,
        "件名": texts["title"],
        "前文": texts["intro"],
        "後文": texts["after"],
        "問い合わせ先": frame.desk,
        "教示": frame.appeal,
    }
    rows = notice.reasons if reasons is None else reasons
    lines = [(one.wishes, one.facilities, one.result, one.text) for one in rows]
    return Values(single, [dict(zip(HEAD, line, strict=True)) for line in lines])


def granted() -> list[Block]:
    """What a Word file for a new seat begins with."""
    return _beginning("決まった園", "利用の開始日")


def held() -> list[Block]:
    """The same where there is no seat."""
    return _beginning("", "希望の開始日")


def kept() -> list[Block]:
    """The same where a transfer came not true."""
    return _beginning("今の園", "希望の開始日")


def _beginning(seat: str, start: str) -> list[Block]:
    """The notice as `print/notices.html` lays it out: the address in the window of the envelope, then number and text."""
    facts = [
        ("お子さん", "{児童氏名}　{生年月日}生まれ"),
        ("受付番号", "{受付番号}"),
        ("結果", "{結果}"),
        *([(seat, "{園}（{クラス}）")] if seat else []),
        (start, "{開始日}"),
    ]
    reasons = (
        tuple((Words(name, "center", 9.5, after=0),) for name in ("希望", "園", "結果", "理由")),
        tuple((Words(f"{{{name}}}", size=9.5, after=0),) for name in HEAD),
    )
    return [
        *opening(facts),
        Words("{結果の説明}", after=6),
        Grid(reasons, (20, 38, 20, 90)),
        SPACE,
        Words("{後文}", after=6),
        *asking(),
        Words("{教示}", size=8, after=0),
    ]
