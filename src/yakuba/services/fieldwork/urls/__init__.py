"""Addresses of the fieldwork room."""

from django.urls import path

from yakuba.services.fieldwork.pages import reports
from yakuba.services.fieldwork.urls.rounds import urlpatterns as of_rounds

app_name = "fieldwork"
urlpatterns = [path("", reports.index, name="index"), *of_rounds]
