"""What is withheld from the published copy, and what was decided, is to be done and sums up: found by rules, said by a person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.refusals import Invalid
from yakuba.services.minutes.actions import deciding
from yakuba.services.minutes.models import Mark, Point, Speech
from yakuba.services.minutes.pages.editor import number_in
from yakuba.services.minutes.queries import meetings as queries


@permission_required("minutes.edit")
def marks(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Places that may have to be withheld, and those that are."""
    row = queries.meeting(person_of(request), meeting_id)
    found = (
        Mark.objects.filter(speech__meeting=row)
        .select_related("speech__speaker__meeting", "by")
        .order_by("speech__position", "pk")
    )
    context = {
        "row": row,
        "open": found.filter(state=Mark.State.FOUND),
        "hidden": found.filter(state=Mark.State.CONFIRMED),
        "shown": found.filter(state=Mark.State.DISMISSED).count(),
        "kinds": Mark.Kind.choices,
        "secret": queries.speeches(row, person_of(request)).filter(secret=True),
    }
    return render(request, "minutes/marks.html", context)


@permission_required("minutes.edit")
@require_POST
def find_marks(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Look for personal data."""
    number = deciding.find_marks(queries.meeting(person_of(request), meeting_id), actor=person_of(request))
    said = (
        f"{number}か所が見つかりました。1つずつ決めてください。"
        if number
        else "新しく見つかった所はありません。"
    )
    messages.success(request, said)
    return redirect("minutes:marks", meeting_id)


@permission_required("minutes.edit")
@require_POST
def decide_mark(request: HttpRequest, meeting_id: int, mark_id: int) -> HttpResponse:
    """Withhold it, or not."""
    row = queries.meeting(person_of(request), meeting_id)
    deciding.decide_mark(row, mark_id, "hide" in request.POST, actor=person_of(request))
    return redirect("minutes:marks", meeting_id)


@permission_required("minutes.edit")
@require_POST
def hide(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Withhold words that a person names."""
    row = queries.meeting(person_of(request), meeting_id)
    speech: Speech | None = (
        queries.speeches(row, person_of(request))
        .filter(position=number_in(request.POST.get("place", "")))
        .first()
    )
    if speech is None:
        raise Invalid("その番号の発言はありません。発言の番号を確かめてください。")
    words, whole = request.POST.get("words", ""), "whole" in request.POST
    if not words.strip() and not whole:
        raise Invalid("公開しない言葉を書くか、「発言の全部」に印を付けてください。")
    deciding.hide(
        speech,
        request.POST.get("kind", ""),
        "" if whole else words,
        request.POST.get("reason", ""),
        actor=person_of(request),
    )
    messages.success(request, "公開しないことにしました。もとの発言は変わりません。")
    return redirect("minutes:marks", meeting_id)


@permission_required("minutes.edit")
@require_POST
def secret(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """From where to where the doors were closed."""
    first, last = (number_in(request.POST.get(name, "")) for name in ("first", "last"))
    row = queries.meeting(person_of(request), meeting_id)
    number = deciding.set_secret(row, first, last, "open" not in request.POST, actor=person_of(request))
    messages.success(request, f"{number}件の発言の印を変えました。")
    return redirect("minutes:marks", meeting_id)


@permission_required("minutes.view")
def points(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Decisions, tasks, the next meeting, and what sums up, each a sentence that was said."""
    row = queries.meeting(person_of(request), meeting_id)
    found = queries.points(row, person_of(request))
    groups = [(label, [one for one in found if one.kind == kind]) for kind, label in Point.Kind.choices]
    context = {
        "row": row,
        "groups": groups,
        "any": bool(found),
        "may_edit": allowed(request.user, "minutes.edit"),
    }
    return render(request, "minutes/points.html", context)


@permission_required("minutes.edit")
@require_POST
def find_points(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Look for them."""
    number = deciding.find_points(queries.meeting(person_of(request), meeting_id), actor=person_of(request))
    said = (
        f"{number}件の文が見つかりました。確かめてください。"
        if number
        else "新しく見つかった文はありません。"
    )
    messages.success(request, said)
    return redirect("minutes:points", meeting_id)


@permission_required("minutes.edit")
@require_POST
def decide_point(request: HttpRequest, meeting_id: int, point_id: int) -> HttpResponse:
    """It is what it was taken for, or it is not."""
    row = queries.meeting(person_of(request), meeting_id)
    who, until = request.POST.get("who", ""), request.POST.get("until", "")
    deciding.decide_point(row, point_id, "keep" in request.POST, who, until, actor=person_of(request))
    return redirect("minutes:points", meeting_id)
