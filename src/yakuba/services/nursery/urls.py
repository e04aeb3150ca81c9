"""Addresses of the nursery room's pages."""

from django.urls import path

from yakuba.services.nursery.pages import rounds

app_name = "nursery"
urlpatterns = [
    path("", rounds.index, name="index"),
]
