"""Outside: the one address that the inside calls. It knows nobody but the counterpart of the town, by its signature; whatever
else comes is answered as if there were no such page."""

from __future__ import annotations

import time
from typing import IO

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from yakuba.kernel.addresses import place_of
from yakuba.kernel.exchange import carrying, dealing
from yakuba.kernel.exchange.dealing import LINE, NOTHING
from yakuba.kernel.exchange.pulling import LARGEST, MEDIA_TYPE, PIECE
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.outbound import part
from yakuba.kernel.refusals import attempt
from yakuba.kernel.residents import Limit
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

KNOCKS = Limit(at_once=20, in_a_minute=20)  # of one address that nobody signed for; a right one is given back
clock = time.monotonic


@csrf_exempt
def line(request: HttpRequest, town_code: str) -> HttpResponseBase:
    """Take the inside's message and answer with ours."""
    town = Municipality.objects.filter(code=town_code).first() if part.is_outside() else None
    sender = place_of(request.META.get("REMOTE_ADDR", ""))
    if town is None or request.method != "POST" or not KNOCKS.take(sender, clock()):
        raise Http404
    with active_municipality(town), nameless_file() as file:
        _copy(request, file)
        found, _ = attempt(dealing.opened, file)
        if found is None:
            raise Http404
        KNOCKS.give_back(sender)
        carrying.gather()
        done = dealing.taken(found)
        answer = nameless_file()
        answer.writelines(dealing.composed(NOTHING if done.stale else LINE, answers=done.answers))
    size = answer.tell()
    answer.seek(0)
    said = StreamingHttpResponse(iter(lambda: answer.read(PIECE), b""), content_type=MEDIA_TYPE)
    said["Content-Length"] = str(size)
    return said


def _copy(request: HttpRequest, file: IO[bytes]) -> None:
    size = 0
    while block := request.read(PIECE):
        size += len(block)
        if size > LARGEST:
            raise Http404
        file.write(block)
    file.seek(0)
