"""Addresses under /support/."""

from django.urls import path

from yakuba.kernel.support import pages

app_name = "support"
urlpatterns = [
    path("", pages.grants, name="grants"),
    path("new/", pages.new, name="new"),
    path("visits/", pages.visits, name="visits"),
    path("visits/<int:grant_id>/enter/", pages.enter, name="enter"),
    path("leave/", pages.leave, name="leave"),
    path("<int:grant_id>/", pages.grant, name="grant"),
    path("<int:grant_id>/end/", pages.end, name="end"),
]
