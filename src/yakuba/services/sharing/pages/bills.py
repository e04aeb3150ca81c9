"""Closings and bills, of both sides."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.forms.costs import CloseForm, ProposeForm
from yakuba.services.sharing.models import Bill, Closing, CostGroup, ReceivedBill
from yakuba.services.sharing.operations import bills as operations
from yakuba.services.sharing.pages.costs import ABOVE, above
from yakuba.services.sharing.queries import costs as queries

KINDS = {Bill.Kind.BILL: "success", Bill.Kind.REVERSAL: "stopped"}
BILLS = Listing(
    "sharing.bills",
    "出した請求書",
    "請求書",
    columns=(
        Column("number", "番号", lambda row: Cell(row.number, url=reverse("sharing:bill", args=[row.pk])), ("number",)),
        Column("group", "取り決め", lambda row: str(row.closing.group), ("closing__group__title", "pk")),
        Column("month", "月", lambda row: cells.shown_month(row.closing.month), ("closing__month", "pk")),
        Column("name", "団体", lambda row: row.name, ("code", "pk")),
        Column("kind", "種類", lambda row: status(KINDS[Bill.Kind(row.kind)], row.get_kind_display()), ("kind", "pk")),
        Column("net", "税抜き", lambda row: row.net, ("net", "pk"), number=True),
        Column("total", "合計", lambda row: row.total, ("total", "pk"), number=True),
        Column("delivered", "届け方", lambda row: row.get_delivered_display() or "―", ("delivered", "pk")),
        Column("issued", "出した日", lambda row: timezone.localdate(row.issued_at), ("issued_at",)),
    ),
    rows=queries.bills,
    nothing=Nothing("出した請求書はまだありません", "月を締めると、団体ごとの請求書がここに並びます。", ("費用の分担", reverse_lazy("sharing:index"))),
    filters=(
        Filter("kind", "種類", lambda: Bill.Kind.choices),
        Filter("delivered", "届け方", lambda: [("1", "画面に届けた"), ("0", "紙かPDFで送る")], lambda rows, value: rows.filter(delivered=value == "1")),
    ),
    trail=(ABOVE,),
)  # fmt: skip
RECEIVED = Listing(
    "sharing.received",
    "届いた請求書",
    "請求書",
    columns=(
        Column("number", "番号", lambda row: Cell(row.number, url=reverse("sharing:received_bill", args=[row.pk])), ("number",)),
        Column("organiser", "請求した団体", lambda row: row.organiser, ("organiser", "pk")),
        Column("title", "取り決め", lambda row: row.title, ("title", "pk")),
        Column("month", "月", lambda row: cells.shown_month(row.month), ("month", "pk")),
        Column("kind", "種類", lambda row: status(KINDS[Bill.Kind(row.kind)], row.get_kind_display()), ("kind", "pk")),
        Column("total", "合計", lambda row: row.total, ("total", "pk"), number=True),
        Column("received", "届いた日", lambda row: timezone.localdate(row.received_at), ("received_at",)),
    ),
    rows=queries.received,
    nothing=Nothing("届いた請求書はまだありません", "幹事の団体が月を締めると、この自治体の請求書がここに届きます。町の設定「利用量を数えてよい幹事団体」で幹事を選びます。"),
    filters=(Filter("kind", "種類", lambda: Bill.Kind.choices),),
)  # fmt: skip
propose = button(
    operations.propose_closing,
    "sharing:group",
    "起案しました。別の職員が承認すると、月が締まり、請求書が出ます。",
    of=CostGroup,
    form=ProposeForm,
    otherwise="月と理由を書いてください。",
)
again = button(
    operations.propose_again,
    "sharing:closing",
    "起案しました。別の職員が承認すると、前の請求を取り消し、新しい請求書を出します。",
    of=Closing,
    form=CloseForm,
    otherwise="出し直す理由を書いてください。",
)


@permission_required("sharing.view")
def closing(request: HttpRequest, closing_id: int) -> HttpResponse:
    """A closed month: what it was made of, and its bills. Nothing of it can be changed."""
    row = get_object_or_404(Closing.objects.select_related("group", "closed_by", "proposed_by", "replaces"), pk=closing_id)  # fmt: skip
    bills = list(row.bills.order_by("serial"))
    newest = row.group.closings.filter(replaced_by=None).order_by("-month").first()
    names = {code: name for code, name, _ in row.content["bodies"]}
    lines = [
        {"title": one["title"], "month": cells.shown_month(line["month"]), "correction": line["correction"],
         "rows": [(names.get(code, code), yen, _rounded(line["exact"].get(code, ""))) for code, yen in sorted(line["yen"].items())], "total": sum(line["yen"].values())}
        for one in row.content["items"] for line in one["lines"]
    ]  # fmt: skip
    context = {
        "closing": row, "group": row.group, "bills": [(one, KINDS[Bill.Kind(one.kind)]) for one in bills], "lines": lines, "above": above(row.group),
        "is_newest": newest is not None and newest.pk == row.pk, "may_edit": allowed(request.user, "sharing.edit"), "form": CloseForm(),
        "by_hand": list(dict.fromkeys(one.name for one in bills if one.delivered is False)),
        "anew": Closing.objects.filter(replaces=row).first(), "total": sum(one.total for one in bills if one.kind == Bill.Kind.BILL),
        "forms": (("xlsx", "Excel"), ("utf-8", "CSV（UTF-8）"), ("cp932", "CSV（Shift_JIS）"), ("json", "JSON")),
    }  # fmt: skip
    return render(request, "sharing/closing.html", context)


def _rounded(exact: str) -> str:
    """An exact share with two decimals, for the eye; kept is the fraction."""
    if not exact:
        return ""
    over, under = (int(part) for part in exact.split("/"))
    return f"{over / under:,.2f}"


@permission_required("sharing.view")
def bills(request: HttpRequest) -> HttpResponseBase:
    """All bills."""
    return respond(request, BILLS)


@permission_required("sharing.view")
def bill(request: HttpRequest, bill_id: int) -> HttpResponse:
    """One bill."""
    row = get_object_or_404(Bill.objects.select_related("closing__group"), pk=bill_id)
    context = operations.told(row) | {"above": [*above(row.closing.group), (str(row.closing), reverse("sharing:closing", args=[row.closing_id]))]}  # fmt: skip
    links = (("PDF", "sharing:bill_pdf"), ("CSV", "sharing:bill_csv"))
    return render(
        request, "sharing/bill.html", context | {"links": links, "kind": KINDS[Bill.Kind(row.kind)]}
    )


@permission_required("sharing.view")
@step_up
def bill_pdf(request: HttpRequest, bill_id: int) -> HttpResponseBase:
    """On paper."""
    return operations.bill_pdf(person_of(request), bill_id=bill_id).answer()


@permission_required("sharing.view")
@step_up
def bill_csv(request: HttpRequest, bill_id: int) -> HttpResponseBase:
    """Its lines."""
    return operations.bill_csv(person_of(request), bill_id=bill_id).answer()


@permission_required("sharing.view")
@step_up
def closing_table(request: HttpRequest, closing_id: int) -> HttpResponseBase:
    """Every line of every bill."""
    form = request.GET.get("form", "utf-8")
    return operations.closing_table(person_of(request), closing_id=closing_id, form=form).answer()


@permission_required("sharing.bills")
def received(request: HttpRequest) -> HttpResponseBase:
    """Bills that came."""
    return respond(request, RECEIVED)


@permission_required("sharing.bills")
def received_bill(request: HttpRequest, received_bill_id: int) -> HttpResponse:
    """One that came."""
    row = get_object_or_404(ReceivedBill.objects, pk=received_bill_id)
    links = (("PDF", "sharing:received_pdf"), ("CSV", "sharing:received_csv"))
    context = operations.told(row) | {
        "above": [("届いた請求書", reverse("sharing:received"))],
        "links": links,
    }
    return render(request, "sharing/bill.html", context | {"kind": KINDS[Bill.Kind(row.kind)]})


@permission_required("sharing.bills")
@step_up
def received_pdf(request: HttpRequest, received_bill_id: int) -> HttpResponseBase:
    """On paper."""
    return operations.received_pdf(person_of(request), received_bill_id=received_bill_id).answer()


@permission_required("sharing.bills")
@step_up
def received_csv(request: HttpRequest, received_bill_id: int) -> HttpResponseBase:
    """Its lines."""
    return operations.received_csv(person_of(request), received_bill_id=received_bill_id).answer()
