"""Meetings: the list, a transcript taken in, one meeting with what is to be done next, who spoke, what was changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.minutes import operations
from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.engine import reading
from yakuba.services.minutes.engine.decoding import LARGEST
from yakuba.services.minutes.forms import SpeakerForm, TranscriptForm
from yakuba.services.minutes.models import Speaker
from yakuba.services.minutes.queries import editor
from yakuba.services.minutes.queries import meetings as queries

ON_A_PAGE = 50  # changes


def _state(row: Any) -> Cell:
    state = queries.state_of(row)
    return status(queries.KINDS[state], queries.STATES[state])


def _listing(request: HttpRequest) -> Listing:
    return Listing(
        "minutes.meetings",
        "会議録",
        "会議",
        columns=(
            Column(
                "title",
                "会議",
                lambda row: Cell(row.title, url=reverse("minutes:meeting", args=[row.pk])),
                ("title",),
            ),
            Column("kind", "種類", lambda row: row.get_kind_display(), ("kind",)),
            Column("held", "開催日", lambda row: row.held_on, ("held_on", "pk")),
            Column("number", "発言", lambda row: row.number, ("number",), number=True),
            Column("left", "確かめていない", lambda row: row.left, ("left",), number=True),
            Column("state", "状態", _state),
        ),
        rows=lambda: queries.meetings(request.user),
        nothing=Nothing(
            "会議録はまだありません",
            "文字起こしのファイルを取り込むと、ここに並びます。",
            ("文字起こしを取り込む", reverse_lazy("minutes:new")),
        ),
        search=Search(queries.searched, label="会議の名前"),
        filters=(
            Filter(
                "state",
                "状態",
                lambda: [("editing", "公開していない"), ("waiting", "承認待ち"), ("published", "公開した")],
                queries.in_state,
            ),
        ),
        actions=(("文字起こしを取り込む", reverse_lazy("minutes:new")),),
    )


@permission_required("minutes.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, _listing(request))


@permission_required("minutes.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A transcript is taken in."""
    kinds = queries.kinds_for(request.user)
    form = TranscriptForm(request.POST or None, request.FILES or None, kinds=kinds)

    def take() -> HttpResponse:
        file = form.cleaned_data["file"]
        if file.size > LARGEST:
            raise Invalid(f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。会議を分けてください。")
        transcript = reading.read(file.read())
        row = editing.take_in(form.new, transcript, file.name, actor=person_of(request))
        for note in transcript.notes:
            messages.warning(request, note)
        messages.success(
            request,
            f"{len(transcript.utterances)}件の発言を取り込みました。まず、話した人の名前を確かめてください。",
        )
        return redirect("minutes:meeting", row.pk)

    return form_page(request, form, take, "minutes/new.html", {})


@permission_required("minutes.view")
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting: where it stands, and the next thing to do."""
    row = queries.meeting(person_of(request), meeting_id)
    state = queries.state_of(row)
    context = {
        "row": row,
        "state": queries.STATES[state],
        "kind": queries.KINDS[state],
        "may_edit": allowed(request.user, "minutes.edit"),
        "speakers": Speaker.objects.filter(meeting=row).select_related("meeting").order_by("pk"),
        "done": row.number - row.left,
        "work": row.work_seconds,
        "per_hour": row.work_seconds / queries.length(row) * 60 if queries.length(row) else 0.0,
        "stage": state,
        **queries.to_do(row),
        "length": queries.length(row),
    }
    return render(request, "minutes/meeting.html", context)


@permission_required("minutes.edit")
def speakers(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Who spoke, each named once for all of the meeting."""
    row = queries.meeting(person_of(request), meeting_id)
    found = list(Speaker.objects.filter(meeting=row).select_related("meeting").order_by("pk"))
    forms = [
        (one, SpeakerForm(request.POST or None, prefix=f"s{one.pk}", initial=vars(one)), queries.said_by(one))
        for one in found
    ]
    if request.method == "POST" and all(form.is_valid() for _, form, _ in forms):
        changed = 0
        for one, form, _ in forms:
            if form.has_changed():
                editing.name_speaker(one.pk, form.cleaned_data, actor=person_of(request))
                changed += 1
        messages.success(
            request, f"{changed}人の名前を残しました。" if changed else "変わったところはありません。"
        )
        return redirect("minutes:speakers", row.pk)
    return render(
        request, "minutes/speakers.html", {"row": row, "forms": forms, "speakers": found}, status=200
    )


@permission_required("minutes.edit")
@require_POST
def join(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Two labels that are one person."""
    row = queries.meeting(person_of(request), meeting_id)
    pair = [request.POST.get(name, "") for name in ("one", "into")]
    known = {str(one) for one in Speaker.objects.filter(meeting=row).values_list("pk", flat=True)}
    if not all(one in known for one in pair):
        raise Invalid("まとめる2人を選んでください。")
    into = editing.join_speakers(int(pair[0]), int(pair[1]), actor=person_of(request))
    messages.success(request, f"「{into}」にまとめました。")
    return redirect("minutes:speakers", row.pk)


@permission_required("minutes.view")
def changes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Everything that was changed, by whom and when."""
    row = queries.meeting(person_of(request), meeting_id)
    page = Paginator(queries.changes(row, person_of(request)), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "row": row,
        "page": page,
        "may_edit": allowed(request.user, "minutes.edit"),
        "undoable": editor.UNDOABLE,
    }
    return render(request, "minutes/changes.html", context)


@permission_required("minutes.edit")
@require_POST
def undo(request: HttpRequest, meeting_id: int, change_id: int) -> HttpResponse:
    """Put a speech back to what it was before a change."""
    row = queries.meeting(person_of(request), meeting_id)
    queries.change(row, change_id)
    speech = editing.undo(change_id, actor=person_of(request))
    messages.success(request, f"{speech.position}番目の発言を元に戻しました。")
    return redirect("minutes:changes", row.pk)


@permission_required("minutes.edit")
@require_POST
def fillers(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Take the fillers out of every speech."""
    number = operations.take_fillers(person_of(request), meeting_id=meeting_id)
    messages.success(
        request, f"{number}件の発言から言いよどみを取りました。変更の一覧で、1件ずつ元に戻せます。"
    )
    return redirect("minutes:changes", meeting_id)
