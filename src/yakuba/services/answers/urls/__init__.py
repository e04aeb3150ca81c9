"""Addresses of the answers room: of staff here, of residents in `public`."""

from django.urls import path

from yakuba.services.answers.pages import entries, publications, questions, staff

app_name = "answers"
urlpatterns = [
    path("", entries.index, name="index"),
    path("new/", entries.new, name="new"),
    path("load/", entries.load, name="load"),
    path("<int:entry_id>/", entries.entry, name="entry"),
    path("<int:entry_id>/edit/", entries.edit, name="edit"),
    path("<int:entry_id>/withdraw/", entries.withdraw, name="withdraw"),
    path("sections/", entries.sections, name="sections"),
    path("propose/", publications.propose, name="propose"),
    path("publications/<int:publication_id>/", publications.publication, name="publication"),
    path("publications/<int:publication_id>/answer/", publications.answer, name="answer"),
    path("ask/", staff.ask, name="ask"),
    path("unanswered/", questions.unanswered, name="unanswered"),
    path("unanswered/settle/", questions.settle, name="settle"),
    path("figures/", questions.figures, name="figures"),
    path("figures/file/", questions.figures_file, name="figures-file"),
    path("learn/", questions.learn, name="learn"),
]
