"""The clerk's page: call, call again, not there, done, pass on; and giving tickets by hand."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.charts import bar_chart
from yakuba.kernel.operations.pages import button
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.queue import actions, operations, queries
from yakuba.services.queue.forms import DeskForm
from yakuba.services.queue.models import Category, Ticket

SHOWN = 30


@permission_required("queue.call")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Whom the clerk has called, who waits, and who was not there."""
    person = person_of(request)
    own = queries.desk_of(person)
    current = queries.current(person)
    waiting = queries.waiting()
    context = {
        "desk": own,
        "letters": "・".join(queries.letters_of(own)) if own else "",
        "current": current,
        "any_category": Category.objects.exists(),
        "lines": queries.lines(),
        "waiting": waiting[:SHOWN],
        "count": waiting.count(),
        "absent": queries.today().filter(state=Ticket.State.ABSENT).order_by("-called_at")[:SHOWN],
        "others": Category.objects.exclude(pk=current.category_id if current else None),
        "once": secrets.token_urlsafe(18),
        "public": value("queue.public"),
    }
    return render(request, "queue/desk.html", context)


@permission_required("queue.call")
def seat(request: HttpRequest) -> HttpResponse:
    """Where the clerk sits."""
    own = queries.desk_of(person_of(request))
    initial = {"window": own.window, "letters": queries.letters_of(own)} if own else {}
    form = DeskForm(request.POST or None, initial=initial)

    def take() -> HttpResponse:
        given = form.cleaned_data
        actions.sit(given["window"], given.get("letters", []), actor=person_of(request))
        return redirect("queue:desk")

    return form_page(request, form, take, "queue/seat.html", {"own": own})


@permission_required("queue.call")
@require_POST
def call_next(request: HttpRequest) -> HttpResponse:
    """The next one; pressed twice, one."""
    seen = request.POST.get("seen", "0")
    row = actions.call_next(int(seen) if seen.isdecimal() and len(seen) < 19 else 0, actor=person_of(request))
    if row is None:
        messages.info(request, "待っている番号札はありません。")
    return redirect("queue:desk")


@permission_required("queue.call")
@require_POST
def pass_on(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """To another category."""
    row = operations.pass_on(
        person_of(request), ticket_id=ticket_id, letter=request.POST.get("letter", "")[:2]
    )
    messages.success(request, f"番号 {row.label} を「{row.category.title}」に回しました。")
    return redirect("queue:desk")


@permission_required("queue.call")
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """A ticket by hand, to be printed; pressed twice, one."""
    key = request.POST.get("once", "")
    row = actions.issue(request.POST.get("letter", "")[:2], key, actor=person_of(request))
    messages.success(request, f"番号札 {row.label}（{row.category.title}）を出しました。")
    return redirect("queue:ticket", row.pk, key)


@permission_required("queue.call")
@require_safe
def times(request: HttpRequest) -> HttpResponse:
    """Minutes from ticket to call and from call to end, by category."""
    rows = queries.times()
    measured = [(str(one.category), {"中央値": one.took}) for one in rows if one.took is not None]
    chart = bar_chart(measured, title="呼んでから済むまでの時間（中央値）", unit="分") if measured else None
    return render(
        request, "queue/times.html", {"rows": rows, "chart": chart, "days": queries.STATISTICS_DAYS}
    )


call_one = button(operations.call_one, lambda row: _desk(), "")
call_again = button(
    operations.call_again, lambda row: _desk(), lambda row: f"番号 {row.label} をもう一度呼びました。"
)
done = button(operations.done, lambda row: _desk(), lambda row: f"番号 {row.label} を済みにしました。")
absent = button(
    operations.absent, lambda row: _desk(), lambda row: f"番号 {row.label} は、いなかったことにしました。"
)


def _desk() -> str:
    return reverse("queue:desk")
