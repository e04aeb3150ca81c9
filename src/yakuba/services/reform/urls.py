"""Addresses of the reform room."""

from django.urls import path

from yakuba.services.reform.pages import analysis, effects, initiatives, processes, rounds, sections

app_name = "reform"
urlpatterns = [
    path("", effects.effects, name="effects"),
    path("report.pdf", effects.effects_pdf, name="effects-pdf"),
    path("promises/", effects.promises, name="promises"),
    path("promises/paper.pdf", effects.promises_pdf, name="promises-pdf"),
    path("bodies/", effects.bodies, name="bodies"),
    path("procedures/<slug:code>/", effects.procedure, name="procedure"),
    path("inventory/", rounds.rounds, name="rounds"),
    path("inventory/new/", rounds.new_round, name="new_round"),
    path("inventory/mine/", sections.mine, name="mine"),
    path("inventory/classes/", rounds.classes, name="classes"),
    path("inventory/prices/", rounds.prices, name="prices"),
    path("inventory/<int:inventory_id>/", rounds.inventory_round, name="round"),
    path("inventory/<int:inventory_id>/close/", rounds.close, name="close_round"),
    path("inventory/<int:inventory_id>/reopen/", rounds.reopen, name="reopen_round"),
    path("inventory/<int:inventory_id>/tasks/", analysis.listing, name="listing"),
    path("sections/<int:section_id>/", sections.section, name="section"),
    path("sections/<int:section_id>/tasks/", sections.tasks, name="tasks"),
    path("sections/<int:section_id>/new/", sections.new_process, name="new_process"),
    path("sections/<int:section_id>/paste/", sections.paste, name="paste"),
    path("sections/<int:section_id>/load/", sections.load, name="load"),
    path("sections/<int:section_id>/copy/", sections.copy_last, name="copy_last"),
    path("sections/<int:section_id>/answer/", sections.answer, name="answer"),
    path("sections/<int:section_id>/send-back/", rounds.send_back, name="send_back"),
    path("processes/<int:process_id>/", processes.process, name="process"),
    path("processes/<int:process_id>/edit/", processes.edit_process, name="edit_process"),
    path("processes/<int:process_id>/remove/", sections.remove_process, name="remove_process"),
    path("processes/<int:process_id>/sheet/", processes.process_sheet, name="process_sheet"),
    path("processes/<int:process_id>/sheet.pdf", processes.process_sheet_pdf, name="process_sheet-pdf"),
    path("tasks/<int:task_id>/", analysis.task, name="task"),
    path("analysis/", analysis.analysis, name="analysis"),
    path("analysis/outlook/", analysis.outlook, name="outlook"),
    path("initiatives/", initiatives.initiatives, name="initiatives"),
    path("initiatives/new/", initiatives.new_initiative, name="new_initiative"),
    path("initiatives/<int:initiative_id>/", initiatives.initiative, name="initiative"),
    path("initiatives/<int:initiative_id>/edit/", initiatives.edit_initiative, name="edit_initiative"),
    path("initiatives/published/", initiatives.published, name="published"),
    path("assembly.pdf", initiatives.assembly_pdf, name="assembly-pdf"),
]
