"""Answers → what has to be done: by window, with the last day, what to bring, and which answers brought it there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.kernel.localwords.slots import filled
from yakuba.services.intake.engine.navigator.deadlines import IsOpen, last_day
from yakuba.services.intake.engine.navigator.event import (
    UNKNOWN,
    Answers,
    Deadline,
    Event,
    Online,
    Question,
    Task,
    When,
)

ONLINE = {
    Online.YES: "オンラインでできます",
    Online.PARTLY: "一部はオンラインでできます",
    Online.NO: "窓口で行います",
    Online.BY_TOWN: "オンラインでできるかは窓口で確かめてください",
}
BY_ANYONE = "この出来事のどなたにも要ります"


@dataclass(frozen=True)
class Todo:
    """One line of the checklist, as residents read it. until: the last day, None where no day was given or none is counted;
    rule, late: how it is counted and what being late costs; why: the answers that brought it here; sure: False where one of
    them is わからない; handed: field → value for the web form `form`."""

    name: str
    window: str
    note: str
    things: tuple[str, ...]
    until: date | None
    rule: str
    late: str
    start: str
    online: str
    why: str
    sure: bool
    source: str
    checked_on: date | None
    form: str
    handed: Mapping[str, str]


@dataclass(frozen=True)
class Guidance:
    """windows: window → its tasks, the most urgent first; things: what to bring anywhere → for which tasks; advice: sentences
    besides; needless: tasks that are not to be done, with why; days: the days that would give more dates."""

    windows: Mapping[str, tuple[Todo, ...]]
    things: Mapping[str, tuple[str, ...]]
    advice: tuple[str, ...]
    needless: Mapping[str, str]
    days: tuple[str, ...]

    @property
    def todos(self) -> tuple[Todo, ...]:
        """All tasks, window by window."""
        return tuple(one for tasks in self.windows.values() for one in tasks)


def answered(event: Event, numbers: Sequence[int]) -> dict[str, str]:
    """Question → answer from the numbers of the answers (from 1) to the questions that are asked, in order. Stops at the
    first number that is none."""
    answers: dict[str, str] = {}
    for number in numbers:
        question = event.next_question(answers)
        if question is None or not 1 <= number <= len(question.answers):
            break
        answers[question.name] = question.answers[number - 1]
    return answers


def numbered(event: Event, answers: Answers) -> tuple[int, ...]:
    """What `answered` takes."""
    return tuple(event.by_question[name].answers.index(answer) + 1 for name, answer in answers.items())


def most_left(event: Event, answers: Answers) -> int:
    """How many questions may still come, at most."""
    return sum(1 for one in event.questions if one.name not in answers and _possible(one, answers, event))


def guide(
    event: Event,
    answers: Answers,
    days: Mapping[str, date],
    is_open: IsOpen,
    values: Mapping[str, str] | None = None,
) -> Guidance:
    """The checklist. days: the days that the resident gave, by name; values: what the town puts into slots."""
    own = values or {}
    reasons: dict[str, When] = {}
    advice: list[str] = []
    needless: dict[str, str] = {}
    for row in event.rows:
        if not row.when.holds(answers):
            continue
        for name in row.tasks:
            # The row that names the fewest answers says it most plainly.
            if name not in reasons or len(row.when.wanted) < len(reasons[name].wanted):
                reasons[name] = row.when
        needless |= {filled(name, own): _why(row.when, answers) for name in row.without}
        advice += [filled(row.advice, own)] if row.advice else []
    tasks = [one for one in event.tasks if one.name in reasons]
    todos = [_todo(one, reasons[one.name], answers, days, is_open, own) for one in tasks]
    starts = {rule.start for one in tasks if (rule := one.deadline(answers)) and rule.start}
    starts |= {one.day for task in tasks for one in task.handed if one.day}
    return Guidance(
        _by_window(todos),
        _merged(todos),
        tuple(dict.fromkeys(advice)),
        needless,
        tuple(one for one in event.days if one in starts),
    )


def handed(task: Task, answers: Answers, days: Mapping[str, date]) -> dict[str, str]:
    """Field of the web form → value that need not be asked again."""
    found = {}
    for one in task.handed:
        if one.day:
            value = days[one.day].isoformat() if one.day in days else ""
        else:
            value = one.values.get(answers.get(one.question, ""), "")
        if value:
            found[one.field] = value
    return found


def _todo(
    task: Task,
    when: When,
    answers: Answers,
    days: Mapping[str, date],
    is_open: IsOpen,
    own: Mapping[str, str],
) -> Todo:
    rule = task.deadline(answers)
    return Todo(
        filled(task.name, own),
        filled(task.window, own),
        filled(task.note, own),
        tuple(filled(one.name, own) for one in task.things if one.when.holds(answers)),
        _until(rule, days, is_open),
        filled(rule.shown(), own) if rule else "",
        filled(rule.late, own) if rule else "",
        rule.start if rule else "",
        ONLINE[task.online],
        _why(when, answers) or BY_ANYONE,
        all(answers[name] != UNKNOWN for name, _ in when.wanted),
        task.source,
        task.checked_on,
        task.form,
        handed(task, answers, days),
    )


def _until(rule: Deadline | None, days: Mapping[str, date], is_open: IsOpen) -> date | None:
    if rule is None or rule.start not in days:
        return None
    return last_day(rule, days[rule.start], is_open)


def _why(when: When, answers: Answers) -> str:
    return "、".join(f"{name}：{answers[name]}" for name, _ in when.wanted)


def _by_window(todos: Sequence[Todo]) -> dict[str, tuple[Todo, ...]]:
    order = sorted(todos, key=lambda one: (one.until or date.max, not one.rule))
    windows: dict[str, tuple[Todo, ...]] = {}
    for one in order:
        windows[one.window] = (*windows.get(one.window, ()), one)
    return windows


def _merged(todos: Sequence[Todo]) -> dict[str, tuple[str, ...]]:
    things: dict[str, tuple[str, ...]] = {}
    for one in todos:
        for thing in one.things:
            things[thing] = (*things.get(thing, ()), one.name)
    return things


def _possible(question: Question, answers: Answers, event: Event) -> bool:
    """Whether it may still be asked: no answer given so far forbids it, nor a question that is not asked any more."""
    for name, words in question.when.wanted:
        if name in answers:
            if answers[name] not in words:
                return False
        elif not _possible(event.by_question[name], answers, event):
            return False
    return True
