"""Addresses of the fieldwork room."""

from django.urls import path

from yakuba.services.fieldwork.pages import reports

app_name = "fieldwork"
urlpatterns = [path("", reports.index, name="index")]
