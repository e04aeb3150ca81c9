"""外と内の授受, for staff inside: how far it is, files on a medium, and what came and could not be taken up."""

from __future__ import annotations

from typing import BinaryIO, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import arriving, carrying, keys, operations
from yakuba.kernel.exchange.models import Arrival, Counterpart
from yakuba.kernel.exchange.pulling import MEDIA_TYPE
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.outbound import part
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.refusals import form_page, told_in

MOST = 200  # on the page
NOBODY_READS_IT = (
    "届いたものを開けないため、申請した人には伝わりません。ここには、どう扱ったかを書いて残してください。"
)
NOBODY_SENT_IT = "だれにも伝わりません。ここには、どう扱ったかを書いて残してください。"


class CarryInForm(forms.Form):
    """A file of the other installation."""

    file = forms.FileField(
        label="外の設備が書き出したファイル",
        help_text="二度取り込んでも、順が違っても、増えも減りもしません。",
    )


class SentenceForm(forms.Form):
    """What the applicant is told."""

    sentence = forms.CharField(
        label="申請した人に伝えること",
        max_length=arriving.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def saying(self, aside: str) -> SentenceForm:
        """With what becomes of the sentence."""
        self.fields["sentence"].help_text = aside
        return self


@permission_required("exchange.view")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """How far it is, and what waits for a person."""
    known = arriving.deliveries()
    rows = Arrival.objects.filter(state=Arrival.State.STUCK).order_by("number")
    other = Counterpart.objects.first()
    context = {
        "part": part.LABELS[part.part()],
        "is_half": part.part() in keys.OTHER,
        "other": other,
        "fingerprint": keys.fingerprint_of_counterpart(other) if other and part.part() in keys.OTHER else "",
        "waiting": Arrival.objects.filter(state=Arrival.State.WAITING).count(),
        "stuck": [(row, known[row.kind].label if row.kind in known else row.kind) for row in rows[:MOST]],
        "number": rows.count(),
    }
    return render(request, "exchange/index.html", context)


@permission_required("exchange.carry")
@step_up
@require_POST
def carry_out(request: HttpRequest) -> HttpResponseBase:
    """A file for the outside: what residents read, and where their applications stand, sealed to each."""
    name = carrying.name()
    return Download(name, MEDIA_TYPE, carrying.out(actor=person_of(request))).answer()


@permission_required("exchange.carry")
@require_http_methods(["GET", "HEAD", "POST"])
def carry_in(request: HttpRequest) -> HttpResponse:
    """A file of the outside."""
    form = CarryInForm(request.POST or None, request.FILES or None)

    def take() -> HttpResponse:
        given = form.cleaned_data["file"]
        with nameless_file() as file:
            file.writelines(given.chunks())
            file.seek(0)
            done = carrying.take_in(cast(BinaryIO, file), actor=person_of(request))
        messages.success(request, f"{done.told}新しく受け取ったもの：{done.parcels}件")
        return redirect("exchange:index")

    return form_page(request, form, take, "exchange/carry_in.html", {})


@permission_required("exchange.settle")
@require_safe
def arrival(request: HttpRequest, delivered_id: int) -> HttpResponse:
    """One thing that could not be taken up, with what is in it."""
    return _arrival(request, delivered_id, SentenceForm())


@permission_required("exchange.settle")
@require_POST
def again(request: HttpRequest, delivered_id: int) -> HttpResponse:
    """Try once more."""
    operations.try_again(person_of(request), delivered_id=delivered_id, leave_out="leave_out" in request.POST)
    messages.success(request, "もう一度受け付けます。受け付けられないときは、少しあとでまた一覧に出ます。")
    return redirect("exchange:index")


@permission_required("exchange.settle")
@require_POST
def put_aside(request: HttpRequest, delivered_id: int) -> HttpResponse:
    """Dealt with in another way."""
    form = SentenceForm(request.POST)
    if not form.is_valid():
        return _arrival(request, delivered_id, form, 422)
    with told_in(form, "sentence"):
        operations.put_aside_arrival(person_of(request), delivered_id=delivered_id, **form.cleaned_data)
        messages.success(request, "片付けました。")
        return redirect("exchange:index")
    return _arrival(request, delivered_id, form, 422)


def _arrival(request: HttpRequest, delivered_id: int, form: SentenceForm, status: int = 200) -> HttpResponse:
    row = arriving.stuck(delivered_id)
    known = arriving.deliveries().get(row.kind)
    lines, fault = attempt(arriving.shown, row)
    reaches = bool(known and known.put_aside and not fault)
    record("exchange.opened", subject=f"arrival:{row.pk}", actor=person_of(request))
    context = {
        "row": row,
        "label": known.label if known else row.kind,
        "partly": bool(known and known.partly),
        "lines": lines or [],
        "fault": fault,
        "form": form.saying(
            known.aside if known and reaches else NOBODY_READS_IT if fault else NOBODY_SENT_IT
        ),
    }
    return render(request, "exchange/arrival.html", context, status=status)
