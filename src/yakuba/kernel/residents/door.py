"""The town of the address is the active one, whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings import value

View = Callable[..., HttpResponse]


def for_residents(room: str, setting: str) -> Callable[[View], View]:
    """A page that needs no sign-in, at `/…/<str:town_code>/…`: the view runs with that town active. Where the town does not use
    `room` or has not switched its `setting` on, there is no such page."""

    def door(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, town_code: str, **arguments: Any) -> HttpResponse:
            town = Municipality.objects.filter(code=town_code).first()
            if town is None:
                raise Http404
            with active_municipality(town):
                if UnusedRoom.objects.filter(room=room).exists() or not value(setting):
                    raise Http404
                return view(request, **arguments)

        return opened

    return door
