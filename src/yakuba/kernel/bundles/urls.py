"""Addresses under /definitions/."""

from django.urls import path

from yakuba.kernel.bundles import pages

app_name = "definitions"
urlpatterns = [
    path("", pages.versions, name="versions"),
    path("receive/", pages.receive, name="receive"),
    path("look/", pages.look, name="look"),
    path("publish/", pages.publish, name="publish"),
    path("export/", pages.export, name="export"),
    path("<int:version_id>/", pages.version, name="version"),
    path("<int:version_id>/file/", pages.file, name="file"),
    path("<int:version_id>/withdraw/", pages.withdraw, name="withdraw"),
]
