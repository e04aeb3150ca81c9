"""The house itself: which rooms are used, what is stored, whether all is well, and how it is set up."""

from __future__ import annotations

import os
import shutil
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Min, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import permission_required, person_of, unused_rooms
from yakuba.kernel.administration import checks as self_checks
from yakuba.kernel.administration.forms import manual_of_settings
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.registry import Manifest, manifests
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import current_municipality

SECRET_WORDS = ("key", "secret", "password", "token")
MASKED = "（設定済み。表示しません）"


@permission_required("administration.rooms")
def rooms(request: HttpRequest) -> HttpResponse:
    """Which rooms the town uses. What is switched off disappears; what it holds stays."""
    if request.method == "POST":
        manifest = next((one for one in _rooms() if one.name == request.POST.get("room")), None)
        if manifest is None:
            raise Http404("この業務はありません。")
        _switch(request, manifest, on="use" in request.POST)
        return redirect("administration:rooms")
    unused = dict(UnusedRoom.objects.values_list("room", "since"))
    shown = [(one, unused.get(one.name)) for one in _rooms()]
    return render(request, "administration/rooms.html", {"rooms": shown})


@transaction.atomic
def _switch(request: HttpRequest, manifest: Manifest, *, on: bool) -> None:
    if on:
        UnusedRoom.objects.filter(room=manifest.name).delete()
    else:
        UnusedRoom.objects.get_or_create(municipality=current_municipality(), room=manifest.name)
    name = "administration.room_switched_on" if on else "administration.room_switched_off"
    record(name, subject=f"room:{manifest.name}", actor=person_of(request))
    told = "使うことにしました" if on else "使わないことにしました。持っている記録は消えません"
    messages.success(request, f"「{manifest.label}」を{told}。")


def _rooms() -> list[Manifest]:
    return [one for one in manifests() if one.name in settings.YAKUBA_ROOMS]


@permission_required("administration.view")
def storage(request: HttpRequest) -> HttpResponse:
    """What is stored: bytes by kind, and each table with personal data, its purpose and how long it is kept."""
    kinds = StoredFile.objects.values("kind").annotate(
        number=Count("pk"), bytes=Sum("size"), oldest=Min("created_at")
    )
    files = [row | {"label": StoredFile.Kind(row["kind"]).label} for row in kinds.order_by("kind")]
    tables = [
        {
            "label": apps.get_model(one.model)._meta.verbose_name,
            "room": manifest.label,
            "rows": _rows(one.model),
        }
        | {"purpose": one.purpose, "days": one.retention_days}
        for manifest in manifests()
        for one in manifest.personal_data
    ]
    disk = shutil.disk_usage(settings.YAKUBA.data_dir)
    context = {"files": files, "total": sum(row["bytes"] for row in files), "tables": tables, "disk": disk}
    return render(request, "administration/storage.html", context)


def _rows(label: str) -> int:
    rows: Any = apps.get_model(label)._default_manager.filter(municipality=current_municipality())
    return int(rows.count())


@permission_required("administration.view")
def checks(request: HttpRequest) -> HttpResponse:
    """The self-checks of the house and of every room that the town uses, made now."""
    results = self_checks.run(unused_rooms(request.user))
    wrong = sum(not one.ok for _, found in results for one in found)
    record("administration.checked", actor=person_of(request), wrong=wrong)
    return render(request, "administration/checks.html", {"results": results, "wrong": wrong})


@permission_required("administration.view")
def settings_shown(request: HttpRequest) -> HttpResponse:
    """Every setting of the installation, what it is, and whether it is the usual value. Secrets are not shown."""
    chosen = settings.YAKUBA
    rows = [
        {
            "name": f"YAKUBA_{name.upper()}",
            "description": field.description,
            "value": shown_value(name, getattr(chosen, name)),
            "usual": f"YAKUBA_{name.upper()}" not in os.environ,
        }
        for name, field in type(chosen).model_fields.items()
    ]
    return render(request, "administration/settings.html", {"rows": rows, "manual": manual_of_settings()})


def shown_value(name: str, value: Any) -> str:
    """How a setting is shown: nothing that is a secret by its name, and no password inside an address."""
    if value is None or value == "":
        return ""
    if any(word in name for word in SECRET_WORDS):
        return MASKED
    parts = urlsplit(str(value))
    if parts.scheme and parts.netloc:
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    return str(int(value) if isinstance(value, bool) else value)  # as it is set: 0 or 1
