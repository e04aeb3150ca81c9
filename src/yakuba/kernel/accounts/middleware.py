"""Makes the logged-in person's municipality the active one for the request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from yakuba.kernel.accounts import proof
from yakuba.kernel.tenancy import active_municipality, no_municipality


class ActiveMunicipalityMiddleware:
    """Without a login, or for a person of no municipality, nothing is active and every query is refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @no_municipality()
    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        municipality = getattr(request.user, "municipality", None)
        if request.user.is_authenticated:
            proof.from_session(request.user, request.session)
        if municipality is None:
            return self.get_response(request)
        with active_municipality(municipality):
            return self.get_response(request)
