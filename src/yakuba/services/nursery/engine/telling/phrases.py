"""The sentences of an explanation, for the family and for staff. Japanese; plain and kind for the family.

What a family is told of others: the index of the last child placed (最低指数) and, when a tie was decided, by which
key; both only where at least `FEWEST_TO_TELL` children were newly placed in the slot. With fewer, one of the
families placed could tell whose index it is. Names, receipt numbers and other keys' values of others never.
"""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.services.nursery.contracts import Outcome, Slot, Standing

FEWEST_TO_TELL = 3
INDEX, GROUP = "指数", "選考の順番の区分"
FULL, KEPT_FULL, NO_SEATS, SHARED = "full", "kept_full", "no_seats", "shared"


@dataclass(frozen=True)
class Decision:
    """What put a child behind the last one placed: the key's label, and it as staff read it for both."""

    label: str
    own: str
    theirs: str


@dataclass
class Finding:
    """One wish of one child before it is put into words.

    why: for a child who does not fit in, which of FULL, KEPT_FULL (only those who stay where they are), NO_SEATS,
    SHARED (seats shared with other ages). last: who was placed last, as far as it matters here. told: the family
    may know of it. wish: the best joint wish with the slot that the family would rather have; stuck: those of its
    children who do not fit in there (empty: each alone would). several: the family has more than one child.
    settled: another wish of the child came true; its family is not told a place on a waiting list then.
    """

    child: str
    number: int
    facility: str
    slot: Slot | None
    outcome: Outcome
    own: Standing | None = None
    own_index: int | None = None
    last: Standing | None = None
    decision: Decision | None = None
    why: str = FULL
    told: bool = False
    waits: bool = False
    place: int | None = None
    queue: int = 0
    reason: str = ""
    several: bool = False
    settled: bool = False
    wish: tuple[str | None, ...] = ()
    stuck: tuple[str, ...] = ()


def decide(own: Standing | None, last: Standing | None) -> Decision | None:
    """The first of group, index and tie keys in which two standings differ."""
    if own is None or last is None:
        return None
    if own.group != last.group:
        return Decision(GROUP, f"区分{own.group}", f"区分{last.group}")
    if own.index != last.index:
        return Decision(INDEX, f"{own.index}点", f"{last.index}点")
    for mine, theirs in zip(own.keys, last.keys, strict=False):
        if mine.order != theirs.order:
            return Decision(mine.rule, mine.shown, theirs.shown)
    return None


def for_family(finding: Finding) -> str:
    """One or two sentences for the family, naming nobody."""
    outcome = finding.outcome
    if outcome is Outcome.PLACED:
        return "入所が決まりました。"
    if outcome is Outcome.KEPT:
        return "今の園に引き続き通えます。"
    if outcome is Outcome.NOT_ELIGIBLE:
        return finding.reason
    if outcome is Outcome.NOT_NEEDED:
        return _not_needed(finding)
    if outcome is Outcome.CLAIMED:
        return _claimed(finding)
    if outcome is Outcome.SIBLINGS:
        return _siblings(finding) + _waiting(finding)
    return _behind(finding) + _waiting(finding)


def _not_needed(finding: Finding) -> str:
    if finding.several:
        return "ごきょうだいと合わせて、より希望順位の高い組合せに決まったため、選考していません。"
    return "より希望順位の高い園に決まったため、選考していません。"


def _claimed(finding: Finding) -> str:
    return (
        "選考の順位ではこの園に入れる位置でしたが、きょうだいの申込みの組合せがからみ合ったため、または個別の事情による"
        "決定があったため、入所になりませんでした。窓口で詳しくご説明します。" + _waiting(finding)
    )


def _siblings(finding: Finding) -> str:
    if not finding.wish:
        return "ごきょうだいの申込みのしかたにより、この園は希望の組合せに入りませんでした。"
    return (
        "お子さんだけであれば入れる順位でしたが、ごきょうだいと合わせた希望の組合せがかなわなかったため、"
        "入所になりませんでした。"
    )


def _behind(finding: Finding) -> str:
    if finding.why == NO_SEATS:
        return "今回は、この年齢のクラスに空きがありませんでした。"
    if finding.why == KEPT_FULL:
        return "今いる児童が引き続き通うため、空きがありませんでした。"
    if finding.why == SHARED:
        start = "ほかの年齢と合わせた受け入れの数（定員・保育士）に達しました。"
    else:
        start = "定員に達しました。"
    return start + _compared(finding)


def _compared(finding: Finding) -> str:
    """How the child stands against the last one placed, as far as the family may know it."""
    own, last, decision = finding.own, finding.last, finding.decision
    if own is None or last is None or decision is None:
        return ""
    if decision.label == GROUP:
        return f"お子さんの指数は{own.index}点で、規則により先に選考する申込みの方で席がうまりました。"
    if not finding.told:
        return (
            f"お子さんの指数は{own.index}点で、選考の順位が先の方で席がうまりました。"
            "（入所が決まった方が少ないため、その方の指数はお知らせできません。）"
        )
    if decision.label == INDEX:
        return (
            f"最後に入所が決まった方の指数は{last.index}点、お子さんの指数は{own.index}点で、"
            f"{last.index - own.index}点の差がありました。"
        )
    return (
        f"お子さんの指数は最後に入所が決まった方と同じ{own.index}点でした。"
        f"同じ点数のときに比べる「{decision.label}」の順で後になりました。"
    )


def _waiting(finding: Finding) -> str:
    return f"待機の順番は{finding.place}番目です。" if finding.place and not finding.settled else ""


def for_staff(finding: Finding) -> str:
    """Everything, with receipt numbers."""
    parts = [f"指数{finding.own_index}点。"] if finding.own_index is not None else []
    outcome = finding.outcome
    if outcome is Outcome.NOT_ELIGIBLE:
        parts.append(f"対象外: {finding.reason}")
    elif outcome is Outcome.NOT_NEEDED:
        parts.append("より上位の希望がかなった。")
    elif outcome in (Outcome.PLACED, Outcome.KEPT):
        parts.append("今の席を保持。" if outcome is Outcome.KEPT else "入所。")
        parts.append(_last_of(finding))
    elif outcome is Outcome.CLAIMED:
        parts.append(f"規則の上では入れる（不安定な世帯）。組合せ［{_shown(finding.wish)}］。")
    elif outcome is Outcome.SIBLINGS:
        parts.append(_siblings_for_staff(finding))
    else:
        parts.append(_behind_for_staff(finding))
    if finding.place:
        parts.append(f"待機{finding.place}番目（{finding.queue}人中）。")
    return "".join(parts)


def _last_of(finding: Finding) -> str:
    last = finding.last
    return f"最後の入所者は{last.child}（指数{last.index}点）。" if last else ""


def _siblings_for_staff(finding: Finding) -> str:
    if not finding.wish:
        return "単独なら入れる順位だが、きょうだいの希望の組合せにこの枠がない。"
    because = f"{'、'.join(finding.stuck)}が入れない" if finding.stuck else "きょうだいが同時には入りきらない"
    return f"単独なら入れる順位だが、組合せ［{_shown(finding.wish)}］は{because}。"


def _behind_for_staff(finding: Finding) -> str:
    start = {
        NO_SEATS: "募集のない枠。",
        KEPT_FULL: "在園児・既決の児童だけで定員。",
        SHARED: "共用枠（年齢をまたぐ定員・保育士）に空きなし。",
    }.get(finding.why, "定員に達した。")
    decision = finding.decision
    if decision is None or finding.last is None:
        return start
    gap = f"{finding.last.index - finding.own.index}点差。" if finding.own and decision.label == INDEX else ""
    return (
        f"{start}{_last_of(finding)}決めた項目「{decision.label}」: 本人 {decision.own} ／ 最後の入所者 "
        f"{decision.theirs}。{gap}"
    )


def _shown(wish: tuple[str | None, ...]) -> str:
    return " × ".join(slot or "なし" for slot in wish)
