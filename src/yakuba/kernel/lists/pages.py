"""The page of a list: narrowed, sorted, in parts, taken along as a file, and with work over several rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import person_of, proof, require
from yakuba.kernel.accounts.proof import ProofNeeded
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.lists import remembering
from yakuba.kernel.lists.declared import Bulk, Listing, Wanted
from yakuba.kernel.lists.files import file_page, write
from yakuba.kernel.lists.shown import Shown, name_of, table
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables.files import FORMATS

MOST_REFUSALS = 5  # told one by one


def respond(
    request: HttpRequest,
    listing: Listing,
    template: str = "lists/page.html",
    beside: Callable[[Wanted], Mapping[str, Any]] = lambda wanted: {},
) -> HttpResponseBase:
    """What was asked of a list: its page (`list` in the template's context), a file of it, or work over its rows.

    The address says all that narrows and sorts, so that going back shows what was there; the bare one leads to what
    the person saw last. beside: what else the template is given."""
    if request.method == "POST":
        return _bulk(request, listing)
    wanted = remembering.wanted(request, listing)
    if listing.remembered and not request.GET:
        return redirect(f"{request.path}?{urlencode(wanted.parameters())}")
    if form := request.GET.get("form"):
        return _file(request, listing, wanted, form)
    shown = Shown(request, listing, wanted)
    if wanted.text and listing.search and listing.search.event:
        record(listing.search.event, actor=person_of(request), found=shown.page.paginator.count)
    return render(request, template, {"list": shown, **beside(wanted)})


def _file(request: HttpRequest, listing: Listing, wanted: Wanted, form: str) -> HttpResponseBase:
    if form not in FORMATS or form not in listing.forms(listing.listed(wanted))[0]:
        raise Http404("この形では書き出せません。")
    if listing.taken:
        require(request.user, listing.taken)
    proof.require(request.user)

    def made() -> Download:
        file = write(
            [table(listing, wanted, request.user)],
            listing.name.replace(".", "-"),
            form,
            accept="accept" in request.GET,
        )
        record(
            "lists.exported",
            actor=person_of(request),
            list=listing.name,
            form=form,
            rows=Paginator(listing.listed(wanted), 1).count,
        )
        return file

    return file_page(request, made, listing.title)


def _bulk(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    chosen = request.POST.get("bulk", "")
    if not chosen.isdecimal() or int(chosen) >= len(listing.bulk):
        raise Http404("この操作はありません。")
    work = listing.bulk[int(chosen)]
    require(request.user, work.needs)
    numbers = [int(one) for one in request.POST.getlist("row") if one.isascii() and one.isdecimal()]
    rows = [row for row in listing.rows().filter(pk__in=numbers[: listing.page_size])]  # type: ignore[union-attr]
    asked = {name: request.POST.get(name, "").strip() for name in work.asks}
    if not rows:
        messages.warning(request, f"「{work.label}」は、表の左で行を選んでから押してください。")
    else:
        _tell(request, work, *_each(request, listing, work, rows, asked))
    here = {name: value for name, value in request.GET.items() if name != "checked"}
    return redirect(f"{request.path}?{urlencode(here)}")


def _each(
    request: HttpRequest, listing: Listing, work: Bulk, rows: Sequence[Any], asked: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Do it to each row by itself: what is refused to one stops no other. → how many, and the refusals."""
    done, refused = 0, []
    for row, one in zip(rows, listing.each(rows), strict=True):
        try:
            work.operation(request.user, **{work.argument: row.pk}, **asked)
            done += 1
        except ProofNeeded:
            raise
        except Refused as error:
            refused.append(f"{name_of(listing, one, request.user)}：{error}")
    return done, refused


def _tell(request: HttpRequest, work: Bulk, done: int, refused: Sequence[str]) -> None:
    if done:
        messages.success(request, f"「{work.label}」を{done}件に行いました。")
    for sentence in refused[:MOST_REFUSALS]:
        messages.error(request, sentence)
    if len(refused) > MOST_REFUSALS:
        messages.error(request, f"ほか{len(refused) - MOST_REFUSALS}件もできませんでした。")
