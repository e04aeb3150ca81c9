"""What the town lets its group see: shared by a person, one process or all, and taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.refusals import Missing
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.models import SharedProcess
from yakuba.services.reform.operations import comparison as operations
from yakuba.services.reform.queries import comparison as queries
from yakuba.services.robots import facade as robots


@permission_required("reform.share")
def sharing(request: HttpRequest) -> HttpResponse:
    """Every process that sections have answered, with what the group sees of it."""
    row = queries.answered_round()
    clean = queries.cleaner()
    shared = {one.key: one for one in SharedProcess.objects.defer("rows").select_related("shared_by")}
    listed, group = [], robots.group()
    answered = queries.own_sums(row) if row else {}
    alike = queries.alike(answered, clean)
    for key, (name, found) in answered.items():
        one = None if key in alike else shared.pop(comparable(clean(name)), None)
        changed = one is not None and (one.minutes, one.tasks, one.year) != (
            found.minutes,
            found.tasks,
            row.year if row else 0,
        )
        others = [answered[other][0] for other in alike.get(key, ())]
        listed.append((name, found, one, changed, others))
    context = {
        "round": row,
        "group": group,
        "towns": queries.others(),
        "listed": sorted(listed, key=lambda one: one[0]),
        "gone": sorted(shared.values(), key=lambda one: one.name),
        "number": SharedProcess.objects.count(),
    }
    return render(request, "reform/sharing.html", context)


@permission_required("reform.share")
def shown(request: HttpRequest) -> HttpResponse:
    """What others would see of one process, before it is shared."""
    name = request.GET.get("name", "")[:80]
    if not name:
        return redirect("reform:sharing")
    row = queries.answered_round()
    parts = queries.own_rows(row, [comparable(name)]).get(comparable(name)) if row else None
    if not parts:
        raise Missing(
            "この業務は、課が答えた業務にありません。「集まりに出す業務」の一覧から選んでください。"
        )
    title, rows, counted = queries.shown_to_others(parts, queries.cleaner())
    context = {"name": name, "title": title, "rows": rows, "sums": counted, "group": robots.group()}
    return render(request, "reform/shown.html", context)


@require_POST
@permission_required("reform.share")
def share(request: HttpRequest) -> HttpResponse:
    """Those that are ticked, or all."""
    names = [] if "all" in request.POST else request.POST.getlist("name")
    if not names and "all" not in request.POST:
        messages.error(request, "業務を選んでください。")
        return redirect("reform:sharing")
    made = operations.share(person_of(request), names=names)
    messages.success(request, f"{len(made):,}の業務を集まりに出しました。いつでも戻せます。")
    return redirect("reform:sharing")


@require_POST
@permission_required("reform.share")
def take_back(request: HttpRequest) -> HttpResponse:
    """Those that are ticked, or all."""
    names = [] if "all" in request.POST else request.POST.getlist("name")
    if not names and "all" not in request.POST:
        messages.error(request, "業務を選んでください。")
        return redirect("reform:sharing")
    number = operations.unshare(person_of(request), names=names)
    messages.success(request, f"{number:,}の業務を戻しました。ほかの団体からはもう見えません。")
    return redirect("reform:sharing")
