"""Addresses of the ledger's pages."""

from django.urls import path

from yakuba.kernel.ledger.pages import case, cases, letters, reduction

app_name = "ledger"
urlpatterns = [
    path("", cases.cases, name="cases"),
    path("export/", cases.export_cases, name="export"),
    path("reduction/", reduction.reduction, name="reduction"),
    path("<int:case_id>/", case.case, name="case"),
    path("<int:case_id>/by-hand/", case.by_hand, name="by_hand"),
    path("<int:case_id>/letter/", letters.make, name="letter"),
    path("letters/<int:letter_id>/", letters.pdf, name="letter_pdf"),
    path("<int:case_id>/step/", case.step, name="step"),
]
