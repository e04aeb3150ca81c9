"""Roles, the municipality and its departments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import actions, permission_required, person_of
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.administration.forms import NameForm, RoleForm
from yakuba.kernel.administration.pages.lists import ROLES
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.registry import proposed_roles
from yakuba.kernel.signin.directory.configured import directories
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.ui.refusals import told_in

MANAGE = "accounts.manage"


@permission_required(MANAGE)
def roles(request: HttpRequest) -> HttpResponseBase:
    """The town's roles, and those that the manifests propose and the town has not."""
    known = set(Role.objects.values_list("name", flat=True))
    proposed = sorted(name for name in proposed_roles() if name not in known)
    beside = {"proposed": proposed, "directory": current_municipality().code in directories()}
    return respond(request, ROLES, "administration/roles.html", lambda wanted: beside)


@permission_required(MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """A new role; `?like=` begins with a proposed one."""
    like = request.GET.get("like", "")
    given = {"name": like, "permissions": sorted(proposed_roles().get(like, ()))} if like else {}
    form = RoleForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"].strip()
        if Role.objects.filter(name=name).exists():
            form.add_error("name", f"役割「{name}」はもうあります。")
        elif _saved(request, name, form):
            return redirect("administration:roles")
    context = {"form": form, "role": None}
    return render(request, "administration/role.html", context, status=422 if form.errors else 200)


@permission_required(MANAGE)
def role(request: HttpRequest, role_id: int) -> HttpResponse:
    """One role's permissions."""
    row = get_object_or_404(Role.objects, pk=role_id)
    form = RoleForm(request.POST or None, role=row)
    if request.method == "POST" and form.is_valid() and _saved(request, row.name, form):
        return redirect("administration:roles")
    people = User.objects.filter(roles=row, is_active=True).order_by("username")
    context = {"form": form, "role": row, "people": people}
    return render(request, "administration/role.html", context, status=422 if form.errors else 200)


@permission_required(MANAGE)
@require_POST
def remove(request: HttpRequest, role_id: int) -> HttpResponse:
    """Take the role away, if nobody holds it."""
    row = get_object_or_404(Role.objects, pk=role_id)
    actions.remove_role(row, actor=person_of(request))
    messages.success(request, f"役割「{row.name}」をなくしました。")
    return redirect("administration:roles")


@permission_required(MANAGE)
def town(request: HttpRequest) -> HttpResponse:
    """The municipality's name and its departments."""
    municipality = current_municipality()
    adding = request.POST.get("what") == "department"
    name_form = NameForm(
        request.POST if request.method == "POST" and not adding else None,
        initial={"name": municipality.name},
        label="自治体の名称",
        prefix="town",
    )
    new_form = NameForm(request.POST if adding else None, label="新しい課の名称", prefix="new")
    with told_in(new_form if adding else name_form):
        if adding and new_form.is_valid():
            actions.save_department(new_form.cleaned_data["name"], actor=person_of(request))
            return redirect("administration:town")
        if name_form.is_valid():
            actions.save_municipality(
                municipality.code, name_form.cleaned_data["name"], actor=person_of(request)
            )
            messages.success(request, "自治体の名称を直しました。")
            return redirect("administration:town")
    context = {
        "town": municipality,
        "name_form": name_form,
        "new_form": new_form,
        "departments": Department.objects.order_by("name"),
    }
    wrong = bool(name_form.errors or new_form.errors)
    return render(request, "administration/town.html", context, status=422 if wrong else 200)


@permission_required(MANAGE)
def department(request: HttpRequest, department_id: int) -> HttpResponse:
    """Rename a department, or take it away."""
    row = get_object_or_404(Department.objects, pk=department_id)
    form = NameForm(
        request.POST if request.method == "POST" and "remove" not in request.POST else None,
        initial={"name": row.name},
        label="課の名称",
    )
    if "remove" in request.POST:
        actions.remove_department(row, actor=person_of(request))
        messages.success(request, f"課「{row}」をなくしました。")
        return redirect("administration:town")
    with told_in(form):
        if form.is_valid():
            actions.save_department(form.cleaned_data["name"], department=row, actor=person_of(request))
            return redirect("administration:town")
    people = User.objects.filter(department=row).order_by("username")
    context = {"department": row, "form": form, "people": people}
    return render(request, "administration/department.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, name: str, form: RoleForm) -> bool:
    with told_in(form):
        given = form.cleaned_data
        actions.save_role(
            name,
            given["permissions"],
            second_factor=given["second_factor"],
            passkey=given["passkey"],
            actor=person_of(request),
        )
        messages.success(request, f"役割「{name}」を登録しました。")
        return True
    return False
