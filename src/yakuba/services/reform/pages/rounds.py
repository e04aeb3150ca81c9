"""Rounds of the inventory, their sections, and what a town decides once: classes and prices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.refusals import form_page, told_in
from yakuba.services.reform.actions.classes import first_classes
from yakuba.services.reform.forms.inventory import (
    AskForm,
    DeadlineForm,
    PeopleForm,
    PriceForm,
    ReasonForm,
    RoundForm,
    class_forms,
    class_rows,
)
from yakuba.services.reform.models import HourPrice, InventoryRound, SectionInventory
from yakuba.services.reform.operations import rounds as operations
from yakuba.services.reform.operations import terms
from yakuba.services.reform.queries import inventory as queries
from yakuba.services.reform.queries.initiatives import fiscal_year

KINDS = {
    SectionInventory.State.ASKED: "waiting",
    SectionInventory.State.DRAFT: "person",
    SectionInventory.State.ANSWERED: "success",
}
ABOVE = ("業務棚卸し", reverse_lazy("reform:rounds"))


def _round_state(row: Any) -> Cell:
    if row.closed:
        return status("stopped", "締め切った")
    if row.asked == row.answered:
        return status("success", "すべて答えた")
    late = row.deadline < timezone.localdate()
    return status("warning", "期限を過ぎた") if late else status("waiting", "答えを待つ")


ROUNDS = Listing(
    "reform.rounds",
    "業務棚卸し",
    "回",
    columns=(
        Column(
            "year", "年度", lambda row: Cell(row.title, url=reverse("reform:round", args=[row.pk])), ("year",)
        ),
        Column("deadline", "期限", lambda row: row.deadline, ("deadline", "pk")),
        Column("asked", "頼んだ課", lambda row: row.asked, ("asked", "pk"), number=True),
        Column("answered", "答えた課", lambda row: row.answered, ("answered", "pk"), number=True),
        Column("state", "状態", _round_state),
    ),
    rows=queries.rounds,
    nothing=Nothing(
        "業務棚卸しはまだありません",
        "年度と課を選んで頼むと、課の画面に業務と作業の表が出ます。",
        ("棚卸しを頼む", reverse_lazy("reform:new_round")),
    ),
    actions=(
        ("棚卸しを頼む", reverse_lazy("reform:new_round")),
        ("事務分類", reverse_lazy("reform:classes")),
        ("時間単価", reverse_lazy("reform:prices")),
    ),
    remembered=False,
)


@permission_required("reform.inventory")
def rounds(request: HttpRequest) -> HttpResponseBase:
    """Every year's."""
    return respond(request, ROUNDS)


@permission_required("reform.rounds")
def new_round(request: HttpRequest) -> HttpResponse:
    """Ask sections for a year's inventory."""
    form = RoundForm(request.POST or None, initial={"year": fiscal_year()})

    def open_it() -> HttpResponse:
        given = form.cleaned_data
        row = operations.open_inventory(
            person_of(request),
            year=given["year"],
            deadline=given["deadline"],
            departments=[one.name for one in given["departments"]],
            note=given["note"],
            copy_last=given["copy_last"],
        )
        messages.success(request, f"{row}を頼みました。担当者を決めると、その人の「今日の仕事」に出ます。")
        if not allowed(request.user, "reform.inventory"):  # asks, and does not look
            return redirect("reform:new_round")
        return redirect("reform:round", row.pk)

    any_department = form.fields["departments"].queryset.exists()  # type: ignore[attr-defined]
    return form_page(request, form, open_it, "reform/new_round.html", {"any_department": any_department})


def _section_name(row: SectionInventory) -> Cell:
    return Cell(row.asked, url=reverse("reform:section", args=[row.pk]))


def _section_unlinked(row: SectionInventory) -> Cell:
    return Cell(row.asked)


def _hours(row: Any) -> Cell:
    hours = float(row.minutes or 0) / 60
    return Cell(round(hours, 1), shown=f"{wording.grouped(hours, 1)}時間")


def section_state(row: SectionInventory) -> Cell:
    """Whether the section has answered."""
    return status(KINDS[SectionInventory.State(row.state)], row.get_state_display())


def _sections(row: InventoryRound, opens: bool) -> Listing:
    return Listing(
        "reform.sections",
        row.title,
        "課",
        columns=(
            Column("department", "課", _section_name if opens else _section_unlinked, ("known_as", "pk")),
            Column("person", "担当者", lambda one: str(one.assigned_to or "―")),
            Column("count", "作業", lambda one: one.count, ("count", "pk"), number=True),
            Column("hours", "時間（1年）", _hours, ("minutes", "pk"), number=True),
            Column("state", "状態", section_state, ("state", "pk")),
            Column("answered", "答えた日", lambda one: timezone.localdate(one.answered_at) if one.answered_at else None, ("answered_at",)),
        ),
        rows=lambda: queries.sections(row),
        nothing=Nothing("課がありません"),
        trail=(ABOVE,),
        remembered=False,
    )  # fmt: skip


@permission_required("reform.inventory")
def inventory_round(request: HttpRequest, inventory_id: int) -> HttpResponseBase:
    """One round: who has answered, and what is to be decided about it."""
    row = get_object_or_404(InventoryRound.objects, pk=inventory_id)
    manages = allowed(request.user, "reform.rounds")
    sections = list(queries.sections(row))
    deadline = DeadlineForm(initial={"deadline": row.deadline, "note": row.note})
    forms = {"deadline": deadline, "ask": AskForm(row=row), "people": PeopleForm(sections=sections)}
    if request.method == "POST" and "what" in request.POST:
        require(request.user, "reform.rounds")
        answered = _decide(request, row, sections, forms)
        if answered is not None:
            return answered
    beside = {
        "round": row,
        "manages": manages,
        "forms": forms,
        "late": not row.closed and row.deadline < timezone.localdate(),
        "waiting": [one for one in sections if one.state != SectionInventory.State.ANSWERED],
        "of": len(sections),
    }
    if request.method == "POST":
        request.method = "GET"  # the list below is shown as it is, with what is wrong in the form
    return respond(
        request,
        _sections(row, allowed(request.user, "reform.answer")),
        "reform/round.html",
        lambda wanted: beside,
    )


def _decide(
    request: HttpRequest, row: InventoryRound, sections: list[SectionInventory], forms: dict[str, Any]
) -> HttpResponse | None:
    """Do what a form of the page asks; None where something is wrong with it."""
    what, person = request.POST["what"], person_of(request)
    form: Any
    if what == "people":
        form = forms["people"] = PeopleForm(request.POST, sections=sections)
    elif what == "ask":
        form = forms["ask"] = AskForm(request.POST, row=row)
    else:
        form = forms["deadline"] = DeadlineForm(request.POST)
    if not form.is_valid():
        return None
    with told_in(form):
        given = form.cleaned_data
        if what == "people":
            _assign(row, form, person)
            messages.success(request, "担当者を決めました。")
        elif what == "ask":
            operations.ask(
                person, inventory_id=row.pk, departments=[one.name for one in given["departments"]]
            )
            messages.success(request, "課を足しました。")
        else:
            operations.change_deadline(
                person, inventory_id=row.pk, deadline=given["deadline"], note=given["note"]
            )
            messages.success(request, "期限を変えました。")
        return redirect("reform:round", row.pk)
    return None


def _assign(row: InventoryRound, form: PeopleForm, person: Any) -> None:
    before = dict(SectionInventory.objects.filter(round=row).values_list("pk", "assigned_to"))
    for section, someone in form.people().items():
        if before.get(section) != (someone.pk if someone else None):
            operations.assign(person, section_id=section, username=someone.username if someone else "")


close = button(operations.close_inventory, "reform:round", "締め切りました。")
reopen = button(operations.reopen_inventory, "reform:round", "もう一度受け付けています。")
send_back = button(
    operations.send_back,
    "reform:section",
    "戻しました。課の人の「今日の仕事」に出ます。",
    of=SectionInventory,
    form=ReasonForm,
    otherwise="戻す理由を書いてください。",
)


@permission_required("reform.rounds")
def classes(request: HttpRequest) -> HttpResponse:
    """The town's classes."""
    first_classes()
    rows = class_forms(request.POST or None)
    told: list[str] = []
    if request.method == "POST" and rows.is_valid():
        given = [one.cleaned_data for one in rows if one.cleaned_data.get("name")]
        seen = {one.cleaned_data.get("number") for one in rows}
        given += [one for one in class_rows() if one["number"] not in seen]  # that somebody added meanwhile
        with told_in(rows.forms[0]):
            terms.set_classes(
                person_of(request),
                classes=[
                    {key: one[key] for key in ("number", "name", "group", "work", "retired")} for one in given
                ],
            )
            messages.success(request, "事務分類を決めました。")
            return redirect("reform:classes")
        told = [str(error) for error in rows.forms[0].non_field_errors()]
    status_code = 422 if request.method == "POST" else 200
    return render(request, "reform/classes.html", {"rows": rows, "told": told}, status=status_code)


@permission_required("reform.rounds")
def prices(request: HttpRequest) -> HttpResponse:
    """What an hour costs."""
    form = PriceForm(request.POST or None, initial={"year": fiscal_year()})

    def state() -> HttpResponse:
        terms.set_price(person_of(request), **form.cleaned_data)
        messages.success(request, "時間単価を登録しました。")
        return redirect("reform:prices")

    rows = HourPrice.objects.select_related("entered_by").order_by("-year", "staff", "-entered_at")
    return form_page(request, form, state, "reform/prices.html", {"rows": rows[:100]})
