"""What leaves a round: fairness, comparison of two runs, notices, tables for files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.charts import Chart, bar_chart
from yakuba.kernel.letters import queries as letter_templates
from yakuba.kernel.letters.written import WordTemplate
from yakuba.kernel.townsettings import value
from yakuba.services.nursery.adapters.word_letters import CODES
from yakuba.services.nursery.contracts import (
    Applications,
    Household,
    Matching,
    Selection,
    Slot,
    Status,
)
from yakuba.services.nursery.engine.telling import comparing, fairness
from yakuba.services.nursery.engine.telling.comparing import Comparison, Move
from yakuba.services.nursery.engine.telling.fairness import Share
from yakuba.services.nursery.engine.telling.notices import Frame, Kind, default_frame, frame
from yakuba.services.nursery.models import Application, NoticePrint, Round, Run
from yakuba.services.nursery.queries import covering, names, results, runs
from yakuba.services.nursery.queries.refusal import NotPossible, Unknown

TEMPLATES = "templates"  # in the texts of a print: kind of letter -> number of the town's Word file
Assignment = dict[str, str | None]


@dataclass(frozen=True)
class Group:
    """One fairness table."""

    title: str
    rows: Sequence[Share]
    chart: Chart | None


@dataclass(frozen=True)
class Moved:
    """A move with the child's row and both places in words."""

    move: Move
    application: Application
    before: str
    after: str

    @property
    def keeps_before(self) -> bool:
        """Before, the child stays at the seat that it has now."""
        return self._keeps(self.move.before)

    @property
    def keeps_after(self) -> bool:
        """After, the child stays at the seat that it has now."""
        return self._keeps(self.move.after)

    def _keeps(self, slot: str | None) -> bool:
        return slot is not None and Slot.read(slot).facility == self.application.current


def has_final(run: Run) -> bool:
    """Whether the run is the one that counts in its round, so that decisions by hand change its result."""
    return run.round.adopted_id == run.pk


def shares(run: Run, *, final: bool = False) -> list[tuple[str, list[Share]]]:
    """The fairness tables of a run as it was calculated; with `final` of what counts after decisions by hand, a
    seat that was declined afterwards taken as given.

    Both are tables of the same children in the same groups, and what is withheld depends on the numbers of children
    alone, so a group that one table withholds the other one withholds too. Side by side they tell by how many a
    group shown, or all groups withheld together (two at least, of five children at least), changed by hand: no more
    than who may see them reads child by child in the list of decisions. Tables that leave the town hall should
    be one kind alone; the manual says so.

    Raises NotPossible for the final result of a run that was not adopted and for a run without a result,
    MarketRefused or RulesRefused.
    """
    runs.finished(run)
    if final and not has_final(run):
        raise NotPossible(
            f"最終の結果があるのは、採用した計算だけです。「{run}」は採用されていません。計算の結果のほうを見てください。"
        )
    applied = runs.applied_of(run)
    if final:
        held = {one.application.receipt_number: one.decided or None for one in results.finals(run.round)}
        return fairness.tables(applied, held)
    return fairness.tables(applied, runs.assignment_of(run))


def groups(run: Run, *, final: bool = False) -> list[Group]:
    """The tables of `shares`, each with its rates and chart; raises what that raises."""
    return [Group(title, rows, _chart(title, rows)) for title, rows in shares(run, final=final)]


def _chart(title: str, shares: Sequence[Share]) -> Chart | None:
    bars = [
        (share.label, {"希望がかなった": 100 * placed, "第1希望": 100 * first})
        for share in shares
        if (placed := share.placed_rate) is not None and (first := share.first_rate) is not None
    ]
    return bar_chart(bars, title=f"{title}ごとの割合", unit="%") if bars else None


def others(run: Run) -> QuerySet[Run]:
    """Finished runs of the same round to compare with, the newest first."""
    done = runs.runs(run.round).filter(state=Run.State.DONE)
    return done.exclude(pk=run.pk)


def other(run: Run, number: int | None) -> Run:
    """The run to compare with: that of this number among `others`, or of a what-if its base. Raises Unknown."""
    wanted = number or run.base_id
    found = others(run).filter(pk=wanted).first() if wanted else None
    if found is None:
        raise Unknown(
            f"比べるもとの計算{wanted or ''}がありません。同じ選考回の、終わった計算の番号を指定してください。"
        )
    return found


def compared(before: Run, after: Run) -> Comparison:
    """Who moves from one run to the other of the same round. Raises NotPossible (another round, no result),
    MarketRefused or RulesRefused."""
    if before.round_id != after.round_id or before.pk == after.pk:
        raise NotPossible("比べられるのは、同じ選考回の二つの計算です。計算の番号を確かめてください。")
    runs.finished(before)
    runs.finished(after)
    applied = runs.applied_of(before)
    return comparing.compare(applied, runs.assignment_of(before), runs.assignment_of(after))


def in_words(round: Round, moves: Sequence[Move], user: Any) -> list[Moved]:
    """Moves as `user` may read them."""
    facilities, closed = names.facility_names(round), covering.unnamed(user, round.pk)
    children = Application.objects.filter(round=round, receipt_number__in=[move.child for move in moves])
    rows = {row.receipt_number: row for row in children}
    return [
        Moved(
            move,
            rows[move.child],
            *_places(move, covering.Nowhere() if rows[move.child].pk in closed else facilities),
        )
        for move in moves
        if move.child in rows
    ]


def _places(move: Move, facilities: dict[str, str]) -> tuple[str, str]:
    return names.slot_name(move.before or "", facilities), names.slot_name(move.after or "", facilities)


# Notices


def final_selection(round: Round) -> tuple[Selection, Matching, list[str]]:
    """The adopted run's round with what counts in the end, and the children who get a notice.

    Decisions by hand count. A seat that was declined after the decision is taken as held, so that the reasons of
    the others tell how it was decided; who declined or withdrew gets no notice. Addresses are those of today.
    Raises MarketRefused or RulesRefused.
    """
    assert round.adopted is not None
    selection = runs.selection_of(round.adopted)
    held: Assignment = {}
    wanted: list[str] = []
    facts: dict[str, Mapping[str, str]] = {}
    for final in results.finals(round):
        child = final.application.receipt_number
        facts[child] = final.application.facts
        held[child] = final.decided or None
        if not final.withdrew:
            wanted.append(child)
    matching = Matching(held, Status.NOT_PROVEN, (), 0)
    known = replace(selection, applications=_with_facts(selection.applications, facts))
    return known, matching, wanted


def _with_facts(applications: Applications, facts: Mapping[str, Mapping[str, str]]) -> Applications:
    def known(household: Household) -> Household:
        mine = (replace(child, facts=facts.get(child.id, child.facts)) for child in household.children)
        return replace(household, children=tuple(mine))

    return replace(applications, households=tuple(map(known, applications.households)))


def usual_frame(round: Round) -> Frame:
    """The texts where the round has none of its own: what the town has set for its letters, or the house's."""
    usual = default_frame(str(round.municipality.name), timezone.localdate())
    mayor, desk, appeal = (str(value(f"letters.{name}")) for name in ("mayor", "desk", "appeal"))
    return replace(usual, mayor=mayor or usual.mayor, desk=desk or usual.desk, appeal=appeal or usual.appeal)


def frame_of(round: Round) -> Frame:
    """The texts around the reasons, the round's own where it has some."""
    return frame(round.notice, usual_frame(round))


def texts_of(round: Round) -> dict[str, str]:
    """The texts as they are stated: name → text; `date` is empty for the day on which notices are made."""
    return as_texts(frame_of(round)) | {"date": round.notice.get("date", "")}


def texts_of_print(round: Round) -> dict[str, Any]:
    """What a print keeps of how it looks: its texts, and the numbers of the town's Word files that count on its day."""
    frame = frame_of(round)
    return as_texts(frame) | {TEMPLATES: letter_templates.pinned(CODES.values(), frame.date)}


def words_in_use(round: Round) -> list[tuple[str, int]]:
    """Label and version of each kind of notice that the town's own Word file decides, as a print begun now has them."""
    numbers = letter_templates.pinned(CODES.values(), frame_of(round).date)
    return [(letter_templates.kind_of(code).label, number) for code, number in numbers.items()]


def words_of(row: NoticePrint) -> dict[Kind, WordTemplate]:
    """Kind -> the Word file by which the print's notices look. Raises Missing and NotWord."""
    numbers = row.texts.get(TEMPLATES, {})
    return {
        kind: letter_templates.written(code, numbers[code]) for kind, code in CODES.items() if code in numbers
    }


def prints(round: Round) -> QuerySet[NoticePrint]:
    """The round's notices as they were made, the newest first."""
    return NoticePrint.objects.filter(round=round).select_related("made_by", "pdf").order_by("-pk")


def latest_print(round: Round) -> NoticePrint | None:
    """The newest notices that are ready: once the round is frozen, only final ones count."""
    ready = prints(round).filter(state=NoticePrint.State.DONE)
    return (ready.filter(draft=False) if round.is_frozen else ready).first()


def restart_sentence(row: NoticePrint) -> str:
    """What to say of notices whose making was interrupted and begun again; empty for the first time."""
    if row.attempts <= 1:
        return ""
    if not row.kept:
        return f"途中で止まったため、はじめから作り直しています（{row.attempts}回目）。"
    return f"途中で止まったため、続きから作っています（{row.attempts}回目）。できていた{row.kept}枚はそのまま使います。"


def document_name(round: Round, what: str) -> str:
    """A file name that says what it is, without the round's title."""
    return f"{what}-{round.start:%Y%m%d}-{round.number}"


def as_texts(value: Frame) -> dict[str, Any]:
    """The frame as it is kept with a print."""
    return {**vars(value), "date": value.date.isoformat()}
