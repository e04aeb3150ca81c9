"""Addresses of the intake room: of staff here, of residents in `apply`."""

from django.urls import path

from yakuba.services.intake.pages import forms

app_name = "intake"
urlpatterns = [
    path("", forms.index, name="index"),
]
