"""Addresses of the meter."""

from django.urls import path

from yakuba.kernel.meter import pages

app_name = "meter"
urlpatterns = [path("", pages.months, name="months"), path("csv", pages.table, name="table")]
