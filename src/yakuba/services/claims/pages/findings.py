"""Findings: the queue by keyboard, one with its claim, the list, letters to institutions."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.protection import policy
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.claims import queries
from yakuba.services.claims.actions.protecting import KIND
from yakuba.services.claims.forms import InquiryForm, JudgeForm
from yakuba.services.claims.models import Finding
from yakuba.services.claims.operations import findings as operations
from yakuba.services.claims.queries.records import records

ABOVE = ("レセプト点検", reverse_lazy("claims:index"))
KINDS = {
    Finding.Outcome.OPEN: "waiting",
    Finding.Outcome.RIGHT: "success",
    Finding.Outcome.WRONG: "stopped",
    Finding.Outcome.ASKED: "running",
}
LETTERS = Listing(
    "claims.letters",
    "医療機関への照会",
    "照会",
    columns=(
        Column("addressee", "宛先", lambda row: row.addressee, ("addressee", "pk")),
        Column("day", "日付", lambda row: row.day, ("day", "pk")),
        Column("number", "文書番号", lambda row: row.number, ("number", "pk")),
        Column("findings", "指摘", lambda row: row.number_of, number=True),
        Column("pdf", "PDF", lambda row: Cell("取り出す", url=reverse("claims:letter_pdf", args=[row.pk]), button=True), filed=False),
    ),
    rows=queries.letters,
    nothing=Nothing("照会はまだありません", "指摘の画面の「照会を作る」で作ると、ここに並びます。", ("指摘の一覧", reverse_lazy("claims:findings"))),
    trail=(ABOVE,),
)  # fmt: skip


def _listing() -> Listing:
    """All findings. The name of a file may say who sent it: under protection it is hidden."""
    closed = policy.under(KIND)  # also in the file that is taken of the list

    def place(row: Finding) -> list[Cell]:
        name = policy.HIDDEN if str(row.pk) in closed else row.file.name
        return [Cell(row.line), Cell(name, small=True)]

    return Listing(
        "claims.findings",
        "指摘の一覧",
        "指摘",
        columns=(
            Column("label", "規則", lambda row: Cell(row.label, url=reverse("claims:finding", args=[row.pk])), ("label", "pk")),
            Column("message", "指摘", lambda row: row.message),
            Column("severity", "重さ", lambda row: row.get_severity_display(), ("severity", "pk")),
            Column("month", "診療年月", lambda row: Cell(row.month, shown=f"{row.month // 100}年{row.month % 100}月"), ("month", "pk")),
            Column("place", "ファイルの行", place, ("file", "line")),
            Column("points", "点数", lambda row: row.points, ("points", "pk"), number=True),
            Column("outcome", "結果", lambda row: status(KINDS[Finding.Outcome(row.outcome)], row.get_outcome_display()), ("outcome", "pk")),
        ),
        rows=queries.findings,
        nothing=Nothing("指摘はまだありません", "点検すると、規則が見つけたところがここに並びます。", ("レセプト点検", reverse_lazy("claims:index"))),
        search=Search(lambda rows, text: rows.filter(label__icontains=text), label="規則の名前"),
        filters=(Filter("outcome", "結果", lambda: Finding.Outcome.choices), Filter("severity", "重さ", lambda: Finding.Severity.choices)),
        actions=(("次の指摘を見る", reverse_lazy("claims:queue")),),
        taken="claims.export",
        trail=(ABOVE,),
    )  # fmt: skip


@permission_required("claims.judge")
def findings(request: HttpRequest) -> HttpResponseBase:
    """All findings. Who looked is recorded."""
    record("claims.findings_listed", subject="claimfindings", actor=person_of(request))
    return respond(request, _listing())


@permission_required("claims.judge")
def queue(request: HttpRequest) -> HttpResponse:
    """The next finding that nobody has looked at."""
    after = request.GET.get("after", "")
    row = queries.next_finding(int(after) if after.isdecimal() and len(after) < 16 else 0)
    if row is None:
        return render(request, "claims/queue_done.html", {})
    return redirect("claims:finding", row.pk)


@permission_required("claims.judge")
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding with its claim. Who looked at whose is recorded."""
    return _finding(request, _row(finding_id), JudgeForm())


def _row(finding_id: int) -> Finding:
    return get_object_or_404(
        Finding.objects.select_related(
            "file__file", "file__claims_part", "other__file", "other__claims_part", "letter"
        ),
        pk=finding_id,
    )


def _finding(request: HttpRequest, row: Finding, form: JudgeForm) -> HttpResponse:
    operations.seen(row, person_of(request))
    hidden = policy.is_hidden(request.user, KIND, row.pk)
    context = {
        "finding": row, "state": KINDS[Finding.Outcome(row.outcome)], "form": form, "hidden": hidden,
        "records": [] if hidden else records(row.file, row.claim, row.line),
        "others": [] if hidden or row.other is None or (row.other_id, row.other_claim) == (row.file_id, row.claim) else records(row.other, row.other_claim, row.other_line),
        "month": f"{row.month // 100}年{row.month % 100}月", "waiting": queries.waiting_findings().count(),
        "may_ask": allowed(request.user, "claims.ask") and row.letter is None,
    }  # fmt: skip
    return render(request, "claims/finding.html", context, status=422 if form.errors else 200)


@permission_required("claims.judge")
@require_POST
def judge(request: HttpRequest, finding_id: int) -> HttpResponse:
    """What it turned out to be; on to the next."""
    row, form = _row(finding_id), JudgeForm(request.POST)
    if form.is_valid():
        with told_in(form):
            outcome = request.POST.get("outcome", "")
            operations.judge(
                person_of(request),
                finding_id=row.pk,
                outcome=outcome,
                note=form.cleaned_data["note"],
                seen=request.POST.get("seen", ""),
            )
            return redirect(f"{reverse('claims:queue')}?after={row.pk}")
    return _finding(request, row, form)


@permission_required("claims.ask")
def ask(request: HttpRequest, finding_id: int) -> HttpResponse:
    """A letter about this and the other open findings of its institution and month."""
    row = _row(finding_id)
    if policy.is_hidden(request.user, KIND, row.pk):
        policy.require_open(request.user, KIND, row.pk)
    operations.seen(row, person_of(request))
    beside = Finding.objects.filter(
        institution=row.institution, letter=None, outcome__in=["open", "asked", "right"]
    ).exclude(pk=row.pk)
    others = list(beside.order_by("pk")[: operations.actions.MOST_IN_A_LETTER - 1])
    closed = policy.withheld(request.user, KIND, [one.pk for one in others])
    others = [one for one in others if str(one.pk) not in closed]
    form = InquiryForm(
        request.POST or None, initial={"name": row.institution_name, "day": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        chosen = [row.pk, *(one.pk for one in others if str(one.pk) in request.POST.getlist("with"))]
        with told_in(form):
            operations.ask(person_of(request), finding_ids=chosen, **form.cleaned_data)
            messages.success(request, "照会を作りました。PDFを取り出して送ってください。")
            return redirect("claims:letters")
    return render(
        request,
        "claims/ask.html",
        {"finding": row, "others": others, "form": form},
        status=422 if form.errors else 200,
    )


@permission_required("claims.ask")
def letters(request: HttpRequest) -> HttpResponseBase:
    """Letters that were made."""
    return respond(request, LETTERS)


@permission_required("claims.ask")
@step_up
def letter_pdf(request: HttpRequest, inquiry_letter_id: int) -> HttpResponseBase:
    """The letter."""
    return operations.letter_pdf(person_of(request), inquiry_letter_id=inquiry_letter_id).answer()


@permission_required("claims.export")
@step_up
def export(request: HttpRequest) -> HttpResponseBase:
    """The result file."""
    form, outcome = request.GET.get("form", "xlsx"), request.GET.get("outcome", "")
    return operations.export(person_of(request), form=form, outcome=outcome).answer()
