"""Addresses of the reform room."""

from django.urls import path

from yakuba.services.reform import pages

app_name = "reform"
urlpatterns = [
    path("", pages.effects, name="effects"),
    path("report.pdf", pages.effects_pdf, name="effects-pdf"),
    path("promises/", pages.promises, name="promises"),
    path("promises/paper.pdf", pages.promises_pdf, name="promises-pdf"),
    path("bodies/", pages.bodies, name="bodies"),
    path("procedures/<slug:code>/", pages.procedure, name="procedure"),
]
