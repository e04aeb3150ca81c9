"""Addresses under /letters/."""

from django.urls import path

from yakuba.kernel.letters import pages

app_name = "letters"
urlpatterns = [
    path("", pages.all_kinds, name="kinds"),
    path("kinds/<str:letter_kind>/", pages.one_kind, name="kind"),
    path("kinds/<str:letter_kind>/word/", pages.beginning, name="beginning"),
    path("versions/<int:template_id>/", pages.version, name="version"),
    path("versions/<int:template_id>/word/", pages.word_file, name="word_file"),
    path("versions/<int:template_id>/preview.pdf", pages.preview, name="preview"),
    path("versions/<int:template_id>/preview.png", pages.picture, name="picture"),
    path("versions/<int:template_id>/withdraw/", pages.withdraw, name="withdraw"),
]
