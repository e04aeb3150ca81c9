"""Addresses of the ledger's pages."""

from django.urls import path

from yakuba.kernel.ledger import pages

app_name = "ledger"
urlpatterns = [
    path("", pages.cases, name="cases"),
    path("<int:case_id>/", pages.case, name="case"),
]
