"""Addresses under /protection/."""

from django.urls import path

from yakuba.kernel.protection import pages

app_name = "protection"
urlpatterns = [
    path("", pages.protections, name="protections"),
    path("new/", pages.new, name="new"),
    path("openings/", pages.openings, name="openings"),
    path("openings/<int:opening_id>/", pages.opening, name="opening"),
    path("<int:protection_id>/", pages.protection, name="protection"),
    path("<int:protection_id>/renew/", pages.renew, name="renew"),
    path("<int:protection_id>/end/", pages.end, name="end"),
    path("covered/<int:covered_id>/decide/", pages.decide, name="decide"),
    path("open/<str:kind>/<str:key>/", pages.open_place, name="open"),
    path("release/<str:kind>/<str:key>/", pages.ask_release, name="release"),
]
