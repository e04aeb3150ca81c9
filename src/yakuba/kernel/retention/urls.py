"""Addresses under /retention/."""

from django.urls import path

from yakuba.kernel.retention import pages

app_name = "retention"
urlpatterns = [
    path("", pages.overview, name="overview"),
    path("state/", pages.state, name="state"),
    path("propose/", pages.propose, name="propose"),
    path("erased/<int:shredding_id>/", pages.shredding, name="shredding"),
    path("erased/<int:shredding_id>/answer/", pages.answer, name="answer"),
    path("erased/<int:shredding_id>/export/", pages.export, name="export"),
    path("viewers/", pages.looked_at, name="looked_at"),
    path("register/", pages.register, name="register"),
    path("register/file/", pages.register_file, name="register_file"),
]
