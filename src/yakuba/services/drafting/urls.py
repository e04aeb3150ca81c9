"""Addresses of the drafting room."""

from django.urls import path

from yakuba.services.drafting.pages import assisting, governing, proofreading, terms, writing

app_name = "drafting"
urlpatterns = [
    path("", proofreading.index, name="index"),
    path("file/", proofreading.file, name="file"),
    path("keep/", proofreading.keep, name="keep"),
    path("kept/<int:kept_id>/", proofreading.one_kept, name="kept"),
    path("kept/<int:kept_id>/forget/", proofreading.forget, name="forget"),
    path("extract/", writing.extract, name="extract"),
    path("compare/", writing.compare, name="compare"),
    path("compare/file/", writing.compare_file, name="compare-file"),
    path("letter/", writing.letter, name="letter"),
    path("assist/", assisting.assist, name="assist"),
    path("rule/", governing.rule, name="rule"),
    path("rule/accept/", governing.accept, name="accept"),
    path("rule/decide/", governing.decide, name="decide-rule"),
    path("uses/", governing.uses, name="uses"),
    path("uses/new/", governing.new_use, name="new-use"),
    path("uses/<int:use_id>/", governing.use, name="use"),
    path("uses/<int:use_id>/evidence/", governing.evidence, name="evidence"),
    path("templates/", governing.templates, name="templates"),
    path("templates/new/", governing.new_template, name="new-template"),
    path("templates/load/", governing.load_templates, name="load-templates"),
    path("templates/<int:draft_template_id>/", governing.template, name="template"),
    path("records/", governing.records, name="records"),
    path("terms/", terms.index, name="terms"),
    path("terms/new/", terms.new, name="new-term"),
    path("terms/load/", terms.load, name="load-terms"),
    path("terms/<int:term_id>/", terms.term, name="term"),
    path("terms/<int:term_id>/remove/", terms.remove, name="remove-term"),
]
