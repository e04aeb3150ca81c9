"""Addresses of the room."""

from django.urls import path

from yakuba.services.worklogs.pages import candidates, imports, overview

app_name = "worklogs"
urlpatterns = [
    path("", overview.index, name="index"),
    path("collected/", overview.collected, name="collected"),
    path("prepare/", overview.prepare, name="prepare"),
    path("rules/", overview.rules, name="rules"),
    path("people/", overview.people, name="people"),
    path("people/<int:subject_id>/open/", overview.open_name, name="open_name"),
    path("robots/", overview.robots, name="robots"),
    path("candidates/", candidates.index, name="candidates"),
    path("candidates/<int:candidate_id>/", candidates.candidate, name="candidate"),
    path("candidates/<int:candidate_id>/rows/<int:variant>/<int:at>/", candidates.evidence, name="evidence"),
    path("candidates/<int:candidate_id>/draft/", candidates.draft, name="draft"),
    path("candidates/<int:candidate_id>/dismiss/", candidates.dismiss, name="dismiss"),
    path("candidates/<int:candidate_id>/take-back/", candidates.take_back, name="take_back"),
    path("imports/", imports.index, name="imports"),
    path("imports/load/", imports.load, name="load"),
    path("imports/<int:import_id>/", imports.log, name="import"),
]
