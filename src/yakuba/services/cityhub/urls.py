"""Addresses of the cityhub room's pages. Those of NGSIv2 are `engine.routes`."""

from django.urls import path

from yakuba.services.cityhub.pages import listing, loading

app_name = "cityhub"
urlpatterns = [
    path("", listing.index, name="index"),
    path("series/<int:series_id>/", listing.series, name="series"),
    path("alarms/", listing.alarms, name="alarms"),
    path("alarms/<int:alarm_id>/", listing.alarm, name="alarm"),
    path("subscriptions/", listing.subscriptions, name="subscriptions"),
    path("rules/", listing.rules, name="rules"),
    path("load/", loading.load, name="load"),
]
