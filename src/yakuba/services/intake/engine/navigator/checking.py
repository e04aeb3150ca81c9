"""Every combination of answers that residents can give, tried against the table.

A set of combinations is one whole number, a bit a combination, so that a row costs a few operations however many there
are. Each finding names answers that show it (the witness)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from yakuba.services.intake.engine.navigator.event import Event, Row, Task, When

MOST_COMBINATIONS = 10_000
OLD = timedelta(days=366)


@dataclass(frozen=True)
class Finding:
    """What is wrong in a table. line: of the file; witness: answers with which it shows, question and answer in order;
    grave: it may not be published so."""

    line: int
    place: str
    reason: str
    witness: tuple[tuple[str, str], ...] = ()
    grave: bool = True

    @property
    def answers(self) -> str:
        """The witness in words."""
        return "、".join(f"{question}＝{answer}" for question, answer in self.witness)

    @property
    def message(self) -> str:
        """All of it in one sentence, as a person reads it."""
        shown = f"（答え：{self.answers}）" if self.witness else ""
        return f"{self.place}：{self.reason}{shown}"


@dataclass(frozen=True)
class Checked:
    """findings in the order of the file; combinations: how many were tried."""

    findings: tuple[Finding, ...]
    combinations: int

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What keeps it from being published."""
        return tuple(one for one in self.findings if one.grave)


def check(event: Event, today: date) -> Checked:
    """Try all of it. Stops with one finding where there are more than `MOST_COMBINATIONS`."""
    combinations = list(_combinations(event))
    dated = list(_sources(event, today))
    if len(combinations) > MOST_COMBINATIONS:
        line = event.questions[0].line
        reason = (
            f"答えの組み合わせが{MOST_COMBINATIONS:,}通りを超えるため、確かめられません。"
            "質問を減らすか、「聞くとき」で聞く人を絞るか、出来事を二つに分けてください。"
        )
        return Checked((Finding(line, "質問", reason), *dated), 0)
    tried = _Table(event, combinations)
    found = [*tried.questions(), *tried.tasks(), *tried.rows(), *tried.nowhere(), *dated]
    return Checked(tuple(sorted(found, key=lambda one: one.line)), len(combinations))


def _combinations(event: Event) -> Iterator[dict[str, str]]:
    """Every set of answers that somebody can come to, at most one more than may be tried."""
    count, waiting = 0, [dict[str, str]()]
    while waiting and count <= MOST_COMBINATIONS:
        answers = waiting.pop()
        question = event.next_question(answers)
        if question is None:
            count += 1
            yield answers
        else:
            waiting.extend({**answers, question.name: one} for one in reversed(question.answers))


class _Table:
    """The table over all combinations."""

    def __init__(self, event: Event, combinations: list[dict[str, str]]) -> None:
        self.event, self.combinations = event, combinations
        self.everything = (1 << len(combinations)) - 1
        bits: dict[tuple[str, str], bytearray] = defaultdict(lambda: bytearray(len(combinations) // 8 + 1))
        for number, answers in enumerate(combinations):
            for pair in answers.items():
                bits[pair][number >> 3] |= 1 << (number & 7)
        self.having = {pair: int.from_bytes(found, "little") for pair, found in bits.items()}
        self.holding = [self._where(row.when) for row in event.rows]
        self.asked = {one.name: self._asked(one.name) for one in event.questions}
        self.done = {one.name: self._listed(one.name) for one in event.tasks}

    def questions(self) -> Iterator[Finding]:
        """Questions that are never asked, and those whose answer changes nothing."""
        used = self._used()
        for one in self.event.questions:
            place = f"質問「{one.name}」"
            if not self.asked[one.name]:
                reason = (
                    f"だれにも聞かれません。「聞くとき」（{one.when.shown()}）に当てはまる答えがありません。"
                )
                yield Finding(one.line, place, reason)
            elif one.name not in used:
                yield Finding(
                    one.line, place, "答えがどこにも使われていません。表か「とき」で使うか、消してください。"
                )

    def tasks(self) -> Iterator[Finding]:
        """Tasks that nobody is told to do, and what of them nobody sees or nobody knows."""
        for task in self.event.tasks:
            place, where = f"届出「{task.name}」", self.done[task.name]
            if not where:
                yield Finding(
                    task.line, place, "どの答えでも案内されません。表の行に書き足すか、消してください。"
                )
                continue
            for thing in task.things:
                if not where & self._where(thing.when):
                    reason = (
                        f"持ち物「{thing.name}」は、どの答えでも示されません（とき：{thing.when.shown()}）。"
                    )
                    yield Finding(thing.line, place, reason)
            yield from self._deadlines(task, where)

    def _deadlines(self, task: Task, where: int) -> Iterator[Finding]:
        left, place = where, f"届出「{task.name}」の期限"
        for rule in task.deadlines:
            holding = self._where(rule.when)
            if not left & holding:
                reason = "前の期限が先に当てはまるか、当てはまる答えがないため、使われません。"
                yield Finding(rule.line, place, reason, self._witness(where & holding))
            # The first that fits holds: a later one only sees what is left.
            left &= ~holding
        if task.deadlines and left:
            yield Finding(
                task.line,
                place,
                "期限の決まらない答えがあります。期限を書き足してください。",
                self._witness(left),
            )

    def rows(self) -> Iterator[Finding]:
        """Rows that never hold, say the same as another, add nothing, or contradict another."""
        seen: dict[tuple[object, ...], Row] = {}
        for at, row in enumerate(self.event.rows):
            place = f"表の{at + 1}行目"
            where = self.holding[at]
            when = frozenset((name, frozenset(words)) for name, words in row.when.wanted)
            key = (when, frozenset(row.tasks), frozenset(row.without), row.advice)
            if not where:
                yield Finding(row.line, place, f"当てはまる答えがありません（とき：{row.when.shown()}）。")
            elif key in seen:
                reason = f"{seen[key].line}行目の行と同じです。どちらかを消してください。"
                yield Finding(row.line, place, reason, self._witness(where))
            elif not row.advice and self._adds_nothing(at):
                reason = "ほかの行がいつも同じ届出を案内するため、なくても変わりません。消すか、「とき」を見直してください。"
                yield Finding(row.line, place, reason, self._witness(where))
            seen.setdefault(key, row)
            yield from self._contradictions(at, place)

    def _adds_nothing(self, at: int) -> bool:
        """Whether other rows always say what this one says. Of two that cover each other, the later one adds nothing: rows
        behind it that do so themselves are not counted."""
        row, where = self.event.rows[at], self.holding[at]
        for name, of in [*((one, "tasks") for one in row.tasks), *((one, "without") for one in row.without)]:
            others = 0
            for number, other in enumerate(self.event.rows):
                wider = self.holding[number] & where == where and self.holding[number] != where
                if number != at and name in getattr(other, of) and (number < at or wider):
                    others |= self.holding[number]
            if where & ~others:
                return False
        return True

    def _contradictions(self, at: int, place: str) -> Iterator[Finding]:
        row = self.event.rows[at]
        for name in row.without:
            for number, other in enumerate(self.event.rows):
                both = self.holding[at] & self.holding[number]
                if name in other.tasks and both:
                    reason = f"「{name}」を要らないとしていますが、{other.line}行目の行は同じ答えで案内しています。"
                    yield Finding(row.line, place, reason, self._witness(both))
                    break  # one row shows it

    def nowhere(self) -> Iterator[Finding]:
        """Answers that lead to nothing at all."""
        led = 0
        for row, where in zip(self.event.rows, self.holding, strict=True):
            led |= where if row.tasks or row.advice else 0
        if left := self.everything & ~led:
            reason = f"何も案内されない答えが{left.bit_count():,}通りあります。行を書き足すか、「案内」の文を書いてください。"
            yield Finding(
                self.event.rows[0].line if self.event.rows else 1, "表", reason, self._witness(left)
            )

    def _used(self) -> set[str]:
        event = self.event
        whens = [row.when for row in event.rows] + [one.when for one in event.questions]
        whens += [one.when for task in event.tasks for one in task.things]
        whens += [rule.when for task in event.tasks for rule in task.deadlines]
        named = {name for when in whens for name, _ in when.wanted}
        return named | {one.question for task in event.tasks for one in task.handed}

    def _where(self, when: When) -> int:
        found = self.everything
        for question, words in when.wanted:
            having = 0
            for word in words:
                having |= self.having.get((question, word), 0)
            found &= having
        return found

    def _asked(self, question: str) -> int:
        found = 0
        for (name, _), where in self.having.items():
            found |= where if name == question else 0
        return found

    def _listed(self, task: str) -> int:
        found = 0
        for row, where in zip(self.event.rows, self.holding, strict=True):
            found |= where if task in row.tasks else 0
        return found

    def _witness(self, where: int) -> tuple[tuple[str, str], ...]:
        if not where:
            return ()
        # The lowest bit: of all that show it, the one that comes first when the questions are answered in order.
        return tuple(self.combinations[(where & -where).bit_length() - 1].items())


def _sources(event: Event, today: date) -> Iterator[Finding]:
    """What nobody has compared with its source, or not for a year."""
    for task in event.tasks:
        place = f"届出「{task.name}」"
        if not task.source:
            yield Finding(
                task.line, place, "「根拠」がありません。法令の名と条、または通知を書いてください。"
            )
        if task.checked_on is None:
            yield Finding(
                task.line, place, "「確認日」がありません。根拠と照らし合わせた日を書いてください。"
            )
        elif task.checked_on > today:
            yield Finding(task.line, place, f"「確認日」{task.checked_on} が先の日付です。確かめてください。")
        elif today - task.checked_on >= OLD:
            reason = f"「確認日」{task.checked_on} から1年を過ぎています。根拠と照らし合わせ、日付を直してください。"
            yield Finding(task.line, place, reason, grave=False)
