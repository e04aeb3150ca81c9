"""The navigator as residents use it: an event, a question a page, the checklist. Everything stands in the address, so that
Back works, nothing is kept, and no JavaScript is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.files.downloads import Download
from yakuba.kernel.localwords import slots
from yakuba.kernel.refusals import attempt
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.values.calendar import read_date
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.engine.navigator import calendar_file
from yakuba.services.intake.engine.navigator.event import Question
from yakuba.services.intake.engine.navigator.guiding import Guidance, answered, guide, most_left, numbered
from yakuba.services.intake.pages.residents import may_begin, may_press, resident_page, shown, too_often
from yakuba.services.intake.pages.writing import first_page
from yakuba.services.intake.queries import forms as web_forms
from yakuba.services.intake.queries import navigator as queries

MOST_NUMBERS = 40
EARLIEST, LATEST = (
    timedelta(days=3_660),
    timedelta(days=731),
)  # days before and after today that somebody may mean
NUMBER = re.compile(r"[0-9]{1,2}")
CHOOSE = "答えを1つ選んでから、「次へ」を押してください。"
CHANGED = "案内の内容が新しくなりました。お手数ですが、はじめから答えてください。"
CALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """What an address says. numbers, answers: given so far; days: name → day; typed, faults: of the days, by name; fault: of
    the question; stale: the file has changed since."""

    answers: Mapping[str, str]
    numbers: tuple[int, ...]
    days: Mapping[str, date] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    stale: bool = False

    @property
    def status(self) -> int:
        """Of the page."""
        return 422 if self.fault or self.faults else 200


@resident_page
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The events that the town has published."""
    return shown(request, "guide_index", {"events": queries.told()})


@resident_page
@require_safe
def event(request: HttpRequest, life_code: str) -> HttpResponse:
    """The next question, or the checklist."""
    if not may_press(request):
        return too_often(request)
    told = queries.told_one(life_code)
    if told is None:
        return shown(request, "guide_index", {"events": queries.told(), "gone": True}, 404)
    asked = asked_of(request, told)
    here = reverse("guide:event", args=[current_municipality().code, life_code])
    context = guide_context(told, asked, here)
    if context["guidance"] is not None and asked.days:
        context["calendar"] = _address(
            reverse("guide:calendar", args=[current_municipality().code, life_code]), context["state"]
        )
    if context["guidance"] is not None:
        context["begin"] = _beginnings(life_code, context["guidance"], context["state"])
    return shown(request, "guide_event", context, asked.status)


@resident_page
@require_safe
def calendar(request: HttpRequest, life_code: str) -> HttpResponse:
    """The deadlines of the checklist for the calendar of a telephone."""
    if not may_press(request):
        return too_often(request)
    told = queries.told_one(life_code)
    asked = asked_of(request, told) if told else None
    if told is None or asked is None or told.event.next_question(asked.answers) is not None:
        raise Http404
    todos = _guidance(told, asked).todos
    content = calendar_file.written(told.event.title, todos, timezone.now())
    answer: HttpResponse = Download(f"{life_code}.ics", CALENDAR, content).answer()  # type: ignore[assignment]
    return answer


@resident_page
@require_POST
def begin(request: HttpRequest, life_code: str, apply_code: str) -> HttpResponse:
    """Begin the web form of a procedure with what the answers say already, so that nothing is asked twice."""
    if not may_begin(request):
        return too_often(request)
    town, form = current_municipality().code, web_forms.form_of(apply_code)
    told = queries.told_one(life_code)
    if form is None or told is None or not web_forms.is_open(form):
        return redirect("apply:start", town, apply_code)
    asked = asked_of(request, told)
    known = {
        name: value
        for one in _guidance(told, asked).todos
        if one.form == apply_code
        for name, value in one.handed.items()
    }
    questions = web_forms.parsed(form).questions
    opened = drafts.begin(form)
    drafts.keep(opened.draft, {name: value for name, value in known.items() if name in questions})
    return first_page(opened, apply_code)


def asked_of(request: HttpRequest, told: queries.Told) -> Asked:
    """The answers and days of an address. `a`: numbers of the answers; `n`: the one just chosen; `v`: of which file; `d1`…:
    days as they were typed."""
    given = request.GET
    numbers = [int(one) for one in NUMBER.findall(given.get("a", "")[: 3 * MOST_NUMBERS])]
    if numbers and given.get("v", "") != told.stamp:
        return Asked({}, (), stale=True)
    chosen, fault = given.get("n", ""), ""
    if NUMBER.fullmatch(chosen):
        numbers.append(int(chosen))
    elif "next" in given:
        fault = CHOOSE
    answers = answered(told.event, numbers)
    if NUMBER.fullmatch(chosen) and len(answers) < len(numbers):
        fault = CHOOSE
    days, typed, faults = _days(request, told)
    return Asked(answers, numbered(told.event, answers), days, typed, faults, fault)


def guide_context(told: queries.Told, asked: Asked, here: str) -> dict[str, Any]:
    """What the page says: the next question, or the checklist."""
    words = queries.local_words()
    question = told.event.next_question(asked.answers)
    state = {"a": "-".join(map(str, asked.numbers)), "v": told.stamp}
    days = {name: asked.typed[day] for name, day in _day_fields(told).items() if asked.typed.get(day)}
    before = {**state, "a": "-".join(map(str, asked.numbers[:-1]))}
    return {
        "title": slots.filled(told.event.title, words),
        "intro": slots.filled(told.event.intro, words),
        "question": _shown(question, words) if question else None,
        "position": len(asked.answers) + 1,
        "most": len(asked.answers) + most_left(told.event, asked.answers),
        "state": {**state, **days},
        "here": here,
        "again": here,
        "before": _address(here, before) if asked.numbers else "",
        "given": [(name, slots.filled(answer, words)) for name, answer in asked.answers.items()],
        "fault": asked.fault,
        "stale": CHANGED if asked.stale else "",
        "guidance": None if question else _guidance(told, asked),
        "day_fields": _day_rows(told, asked) if question is None else [],
        "begin": {},
        "calendar": "",
    }


def _guidance(told: queries.Told, asked: Asked) -> Guidance:
    return guide(told.event, asked.answers, asked.days, queries.days_open(), queries.local_words())


def _shown(question: Question, words: Mapping[str, str]) -> dict[str, Any]:
    answers = [(number, slots.filled(one, words)) for number, one in enumerate(question.answers, start=1)]
    return {
        "text": slots.filled(question.text, words),
        "help": slots.filled(question.help, words),
        "answers": answers,
    }


def _day_fields(told: queries.Told) -> dict[str, str]:
    return {f"d{number}": day for number, day in enumerate(told.event.days, start=1)}


def _day_rows(told: queries.Told, asked: Asked) -> list[dict[str, str]]:
    """The days that are worth asking for after these answers."""
    wanted = _guidance(told, asked).days
    return [
        {"name": name, "label": day, "typed": asked.typed.get(day, ""), "fault": asked.faults.get(day, "")}
        for name, day in _day_fields(told).items()
        if day in wanted
    ]


def _days(request: HttpRequest, told: queries.Told) -> tuple[dict[str, date], dict[str, str], dict[str, str]]:
    days, typed, faults = {}, {}, {}
    today = timezone.localdate()
    for name, label in _day_fields(told).items():
        text = request.GET.get(name, "").strip()[:40]
        if not text:
            continue
        typed[label] = text
        day, unread = attempt(read_date, text)
        if day is None:
            faults[label] = str(unread)
        elif not today - EARLIEST <= day <= today + LATEST:
            faults[label] = "10年前から2年後までの日を書いてください。"
        else:
            days[label] = day
    return days, typed, faults


def _beginnings(life_code: str, guidance: Guidance, state: Mapping[str, str]) -> dict[str, str]:
    """Procedure code → where its web form is begun with these answers, for those that are open today."""
    town, wanted = current_municipality().code, {one.form for one in guidance.todos if one.form}
    if not wanted:
        return {}
    open_now = {form.procedure.code for form in web_forms.open_forms()}
    return {
        code: _address(reverse("guide:begin", args=[town, life_code, code]), state)
        for code in sorted(wanted & open_now)
    }


def _address(url: str, state: Mapping[str, str]) -> str:
    return f"{url}?{urlencode({name: value for name, value in state.items() if value})}"
