"""The sound of a meeting: taken in, and given to the browser in the pieces it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Missing
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.minutes import operations
from yakuba.services.minutes.actions import sounding
from yakuba.services.minutes.forms import SoundForm
from yakuba.services.minutes.models import Sound
from yakuba.services.minutes.queries import meetings as queries

_RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?")
drop = button(operations.drop_sound, "minutes:sound", "音声を消しました。")


@permission_required("minutes.edit")
def sound(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Add the sound, or another one in its place."""
    row = queries.meeting(person_of(request), meeting_id)
    form = SoundForm(request.POST or None, request.FILES or None)

    def take() -> HttpResponse:
        file = form.cleaned_data["file"]
        sounding.take_sound(row, file.file, file.name, actor=person_of(request))
        messages.success(request, "音声を加えました。発言を直す画面で聞けます。")
        return redirect("minutes:meeting", row.pk)

    context = {"row": row, "sound": Sound.objects.filter(meeting=row).select_related("file").first()}
    return form_page(request, form, take, "minutes/sound.html", context)


@permission_required("minutes.view")
@require_safe
def sound_file(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The sound, or the bytes that the browser asks for, so that it can go to any place in it."""
    row = queries.meeting(person_of(request), meeting_id)
    queries.require_whole(row, person_of(request))
    found = Sound.objects.filter(meeting=row).select_related("file").first()
    if found is None:
        raise Missing("この会議に音声はありません。保存の期間が過ぎたのかもしれません。")
    size = found.file.size
    first, last = _asked(request.headers.get("Range", ""), size)
    if first > last:
        answer: HttpResponseBase = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return answer
    part = (first, last) != (0, size - 1)
    answer = StreamingHttpResponse(
        _cut(pieces_of(found.file), first, last),
        status=206 if part else 200,
        content_type=found.file.media_type,
    )
    if part:
        answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _asked(header: str, size: int) -> tuple[int, int]:
    """First and last byte; all of it where nothing, or nothing that can be read, is asked for."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[1] is found[2] is None:
        return 0, size - 1
    if found[1] is None:
        return max(0, size - int(found[2])), size - 1
    last = int(found[2]) if found[2] is not None else size - 1
    return int(found[1]), min(last, size - 1)


def _cut(pieces: Iterator[bytes], first: int, last: int) -> Iterator[bytes]:
    at = 0
    for piece in pieces:
        start, end = max(first - at, 0), min(last + 1 - at, len(piece))
        if start < end:
            yield piece[start:end]
        at += len(piece)
        if at > last:
            return


@permission_required("minutes.view")
def read(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """All speeches to be read, with the sound."""
    person = person_of(request)
    row = queries.meeting(person, meeting_id)
    page = queries.page_of(row, request.GET.get("page", ""), person)
    left_out = row.number - page.paginator.count
    sound = None if left_out else Sound.objects.filter(meeting=row).first()
    context = {"row": row, "page": page, "sound": sound, "left_out": left_out}
    return render(request, "minutes/read.html", context)
