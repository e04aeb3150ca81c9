"""All addresses: the kernel's pages, then every room's under its own name, then the API."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from yakuba.kernel.api.routes import build_api
from yakuba.kernel.registry import room_modules
from yakuba.kernel.signin.pages.directory import back as directory_back
from yakuba.kernel.signin.pages.directory import leave_for
from yakuba.kernel.signin.pages.invitation import invitation
from yakuba.kernel.signin.pages.login import StaffLoginView, second
from yakuba.kernel.signin.pages.passkey_login import by_passkey

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", StaffLoginView.as_view(), name="login"),
    path("login/second/", second, name="login-second"),
    path("login/passkey/", by_passkey, name="login-passkey"),
    path("login/directory/back/", directory_back, name="login-directory-back"),
    path("login/directory/<str:town_code>/", leave_for, name="login-directory"),
    path("login/invitation/<str:invitation_code>/", invitation, name="invitation"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("", include("yakuba.kernel.ui.urls")),
    path("", include("yakuba.kernel.monitoring.urls")),
    path("signin/", include("yakuba.kernel.signin.urls")),
    path("support/", include("yakuba.kernel.support.urls")),
    path("administration/", include("yakuba.kernel.administration.urls")),
    path("meter/", include("yakuba.kernel.meter.urls")),
    path("digest/", include("yakuba.kernel.digest.urls")),
    path("cases/", include("yakuba.kernel.ledger.urls")),
    path("persons/", include("yakuba.kernel.persons.urls")),
    path("protection/", include("yakuba.kernel.protection.urls")),
    path("retention/", include("yakuba.kernel.retention.urls")),
    path("approvals/", include("yakuba.kernel.approvals.urls")),
    path("transfers/", include("yakuba.kernel.transfers.urls")),
    path("town-settings/", include("yakuba.kernel.townsettings.urls")),
    path("local-words/", include("yakuba.kernel.localwords.urls")),
    path("exchange/", include("yakuba.kernel.exchange.urls")),
    path("letters/", include("yakuba.kernel.letters.urls")),
    path("definitions/", include("yakuba.kernel.bundles.urls")),
    path("schedules/", include("yakuba.kernel.schedules.urls")),
    *[path(f"{room}/", include(urls)) for room, urls in room_modules("urls")],
    path("ask/", include("yakuba.services.answers.urls.public")),  # residents, without a login
    path("guest/", include("yakuba.services.translation.urls.public")),  # guests, by the key of a talk
    path("apply/", include("yakuba.services.intake.urls.navigator")),  # before any form of that name
    path("apply/", include("yakuba.services.intake.urls.tablet")),
    path("apply/", include("yakuba.services.intake.urls.apply")),  # residents, without a login
    path("tickets/", include("yakuba.services.queue.urls.public")),  # whoever waits, without a login
    path("records/", include("yakuba.services.minutes.urls.public")),  # published minutes, without a login
    path("effects/", include("yakuba.services.reform.urls.public")),  # published effects, without a login
    path(
        "survey-results/", include("yakuba.services.surveys.urls.public")
    ),  # published results of surveys, without a login
    path("opendata/", include("yakuba.services.cityhub.urls.public")),  # open data, without a login
    path("levels/", include("yakuba.services.cityhub.urls.levels")),  # evacuation notices, without a login
    path("field-advice/", include("yakuba.services.fieldwork.urls.farmers")),  # by the key of a farmer's link
    path("shared-survey/", include("yakuba.services.cityhub.urls.shared_survey")),  # by the key of a link
    path(
        "report/", include("yakuba.services.fieldwork.urls.public")
    ),  # reports of residents, without a login
    path(
        "open311/", include("yakuba.services.fieldwork.urls.open311")
    ),  # GeoReport v2, by a key or for everybody
    path("api/v1/", build_api().urls),
]
