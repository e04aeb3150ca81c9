"""Before a Shift_JIS file with 〓 may be taken: which characters it lacks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.tables.files import Lacking
from yakuba.services.nursery.models import Round
from yakuba.services.nursery.pages.rights import rights

ENCODINGS = {"csv": "utf-8", "sjis.csv": "cp932"}  # ending in an address → encoding
SHOWN = 100


def lacking_page(request: HttpRequest, round: Round, lacking: Lacking, query: str) -> HttpResponse:
    """The characters with their places, and a button that takes the file all the same by `query`."""
    context = rights(request.user) | {
        "round": round,
        "title": lacking.title,
        "problems": lacking.problems[:SHOWN],
        "count": len(lacking.problems),
        "query": query,
    }
    return render(request, "nursery/lacking.html", context)
