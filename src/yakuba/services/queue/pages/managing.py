"""Categories and self-service machines."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.queue import actions, operations
from yakuba.services.queue.forms import CategoryForm, MachineForm
from yakuba.services.queue.models import Category, Machine


@permission_required("queue.manage")
def categories(request: HttpRequest) -> HttpResponse:
    """What one takes a ticket for, and the machines that give them."""
    town = current_municipality().code
    context = {
        "rows": Category.objects.all(),
        "machines": Machine.objects.select_related("made_by").order_by("pk"),
        "display": request.build_absolute_uri(reverse("tickets:display", args=[town])),
        "public": value("queue.public"),
    }
    return render(request, "queue/categories.html", context)


@permission_required("queue.manage")
def category(request: HttpRequest) -> HttpResponse:
    """One category, new or changed."""
    row = Category.objects.filter(letter=request.GET.get("letter", "")[:2]).first()
    initial = (
        {"letter": row.letter, "title": row.title, "note": row.note, "is_open": row.open} if row else None
    )
    form = CategoryForm(request.POST or None, initial=initial)

    def take() -> HttpResponse:
        made = operations.set_category(person_of(request), **form.cleaned_data)
        messages.success(request, f"区分「{made}」を決めました。")
        return redirect("queue:categories")

    return form_page(request, form, take, "queue/category.html", {"row": row})


@permission_required("queue.manage")
def machine(request: HttpRequest) -> HttpResponse:
    """A new machine; its address is shown here and never again."""
    form = MachineForm(request.POST or None)

    def take() -> HttpResponse:
        row, key = actions.add_machine(form.cleaned_data["place"], actor=person_of(request))
        where = request.build_absolute_uri(
            reverse("tickets:machine", args=[current_municipality().code, key])
        )
        return render(
            request, "queue/machine_added.html", {"row": row, "where": where, "public": value("queue.public")}
        )

    return form_page(request, form, take, "queue/machine.html", {})


@permission_required("queue.manage")
@require_POST
def remove_machine(request: HttpRequest, machine_id: int) -> HttpResponse:
    """Its address gives no ticket any more."""
    actions.remove_machine(machine_id, actor=person_of(request))
    messages.success(request, "発券機をやめました。")
    return redirect("queue:categories")
