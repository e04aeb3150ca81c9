"""Fees of a case, the day and its closing, files of payments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.definitions import Problem
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.ui.refusals import form_page
from yakuba.kernel.values import calendar
from yakuba.services.intake.actions import closing as closing_actions
from yakuba.services.intake.actions import fees as actions
from yakuba.services.intake.actions import payments as payment_actions
from yakuba.services.intake.engine.fees.cash import LABELS, Way
from yakuba.services.intake.forms.fees import (
    ChargeForm,
    CountForm,
    MatchForm,
    ReceiveForm,
    RefundForm,
    ReverseForm,
)
from yakuba.services.intake.models import FeeEntry, PaymentLine
from yakuba.services.intake.operations import fee_days as day_operations
from yakuba.services.intake.operations import fees as operations
from yakuba.services.intake.queries import fees as queries

ABOVE = ("手数料の日計", "intake:fees")


@permission_required("intake.fees")
def case_fees(request: HttpRequest, case_id: int) -> HttpResponse:
    """What a case owes and has paid; one next thing to do."""
    case = _case(case_id)
    account = queries.account(case)
    today = timezone.localdate()
    dues = queries.choices(case.procedure.code, today)
    choices = [(one.name, f"{one.name}　{one.yen:,}円（1{one.unit}）") for one in dues]
    context = {
        "case": case,
        "account": account,
        "choices": dues,
        "charge": ChargeForm(choices, queries.exemptions(case.procedure.code)),
        "receive": ReceiveForm(initial={"yen": account.open if account.open > 0 else None}),
        "refund": RefundForm(initial={"yen": account.back or None}),
        "reverse": ReverseForm(),
        "day": actions.open_day(today),
    }
    return render(request, "intake/fees/case.html", context)


@permission_required("intake.fees")
def charge(request: HttpRequest, case_id: int) -> HttpResponse:
    """One fee more."""
    case = _case(case_id)
    names = [one.name for one in queries.choices(case.procedure.code, timezone.localdate())]
    form = ChargeForm(
        [(one, one) for one in names], queries.exemptions(case.procedure.code), request.POST or None
    )
    return _write(request, case, form, operations.charge_fee, "手数料を記録しました。")


@permission_required("intake.fees")
def receive(request: HttpRequest, case_id: int) -> HttpResponse:
    """Money came."""
    form = ReceiveForm(request.POST or None)
    return _write(request, _case(case_id), form, operations.receive_fee, "受け取りを記録しました。")


@permission_required("intake.fees")
def refund(request: HttpRequest, case_id: int) -> HttpResponse:
    """Money goes back."""
    form = RefundForm(request.POST or None)
    return _write(request, _case(case_id), form, operations.refund_fee, "返金を記録しました。")


def _write(request: HttpRequest, case: Case, form: Any, operation: Any, told: str) -> HttpResponse:
    def take() -> HttpResponse:
        operation(person_of(request), case_id=case.pk, **form.cleaned_data)
        messages.success(request, told)
        return redirect("intake:case-fees", case.pk)

    return form_page(request, form, take, "intake/fees/write.html", {"case": case})


reverse_entry = button(
    operations.reverse_fee,
    lambda row: reverse("intake:case-fees", args=[row.case_id]),
    "行を取り消しました。取り消しも1行として残ります。",
    of=FeeEntry,
    form=ReverseForm,
    otherwise="取り消す理由を書いてください。",
)


@permission_required("intake.fees")
def index(request: HttpRequest) -> HttpResponse:
    """Today, and the days before."""
    today = timezone.localdate()
    context = {
        "today": today,
        "book": queries.day_of(today),
        "days": queries.days(),
        "unmatched": len(queries.unmatched_lines()),
    }
    return render(request, "intake/fees/index.html", context)


@permission_required("intake.fees")
def day(request: HttpRequest) -> HttpResponse:
    """A day's lines; count it and ask a second person to close it."""
    said = request.GET.get("day", "")
    found = if_valid(calendar.read_date, said) if said else timezone.localdate()
    if found is None:
        raise Http404
    book = queries.day_of(found)
    form = CountForm(book.recorded, request.POST or None)

    def take() -> HttpResponse:
        counted = {way.value: form.yen(way) for way in Way if way is not Way.CASH}
        closing_actions.propose(
            found, form.pieces, form.cleaned_data["fund"], counted, form.reasons, actor=person_of(request)
        )
        messages.success(request, "締めを起案しました。別の職員が数え直して承認すると、締まります。")
        return redirect(f"{reverse('intake:fee-day')}?day={found.isoformat()}")

    context = {
        "book": book,
        "label": queries.day_label(found),
        "rows": [
            {"label": LABELS[way], "recorded": book.recorded[way], "yen": _field(form, f"yen_{way.value}"), "reason": form[f"reason_{way.value}"]}
            for way in Way
        ],
        "pieces": [form[name] for name in form.fields if name.startswith("pieces_")],
        "may_close": book.closing is None and not book.waiting and found <= timezone.localdate(),
        "earlier": queries.first_open_day(found),
    }  # fmt: skip
    return form_page(request, form, take, "intake/fees/day.html", context)


def _field(form: CountForm, name: str) -> Any:
    return form[name] if name in form.fields else None


@permission_required("intake.fees")
def closing(request: HttpRequest, day_closing_id: int) -> HttpResponse:
    """A closed day. Nothing of it can be changed."""
    row = get_object_or_404(queries.closings(), pk=day_closing_id)
    forms = (("xlsx", "Excel"), ("utf-8", "CSV（UTF-8）"), ("cp932", "CSV（Shift_JIS）"))
    context = day_operations.told(row) | {"label": queries.day_label(row.day), "forms": forms}
    return render(request, "intake/fees/closing.html", context)


@permission_required("intake.fees")
@step_up
def closing_pdf(request: HttpRequest, day_closing_id: int) -> HttpResponseBase:
    """On paper."""
    return day_operations.closing_pdf(person_of(request), day_closing_id=day_closing_id).answer()


@permission_required("intake.fees")
@step_up
def closing_table(request: HttpRequest, day_closing_id: int) -> HttpResponseBase:
    """As a table."""
    form = request.GET.get("form", "xlsx")
    return day_operations.closing_table(person_of(request), day_closing_id=day_closing_id, form=form).answer()


@permission_required("intake.fees")
def payments(request: HttpRequest) -> HttpResponse:
    """What is left on both sides of the files."""
    context = {
        "lines": queries.unmatched_lines(),
        "records": queries.unmatched_records(),
        "form": MatchForm(),
    }
    return render(request, "intake/fees/payments.html", context)


@permission_required("intake.fees")
def load_account(request: HttpRequest) -> HttpResponse:
    """A file of the bank."""
    return _load(request, PaymentLine.Source.ACCOUNT)


@permission_required("intake.fees")
def load_cashless(request: HttpRequest) -> HttpResponse:
    """A file of the terminals' company."""
    return _load(request, PaymentLine.Source.CASHLESS)


def _load(request: HttpRequest, payment_source: PaymentLine.Source) -> HttpResponse:
    """With its columns chosen and remembered."""

    def check(rows: Iterable[Row]) -> list[Problem]:
        problems: list[Problem] = []
        payment_actions.lines_of(rows, problems)
        return problems

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        loaded = payment_actions.load(file, payment_source, actor=person_of(request), renamed=renamed)
        messages.success(
            request,
            f"明細{loaded.lines:,}行を取り込みました（取り込み済み{loaded.known:,}行、結び付いた行{loaded.matched:,}行）。",
        )
        return redirect("intake:payments")

    above = (("手数料の日計", reverse("intake:fees")), ("入金の明細", reverse("intake:payments")))
    page = importing.ImportPage(above, "カードの番号の入っていない明細を使います。")
    kind = payment_actions.TABLES[payment_source]
    return importing.respond(request, kind, check, take, page)


match_payment = button(
    day_operations.match_payment,
    lambda row: reverse("intake:payments"),
    "結び付けました。",
    of=PaymentLine,
    form=MatchForm,
    otherwise="手数料の記録を選んでください。",
)


def _case(case_id: int) -> Case:
    found: Case = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    return found
