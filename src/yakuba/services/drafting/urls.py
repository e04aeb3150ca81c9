"""Addresses of the drafting room."""

from django.urls import path

from yakuba.services.drafting.pages import proofreading, terms

app_name = "drafting"
urlpatterns = [
    path("", proofreading.index, name="index"),
    path("file/", proofreading.file, name="file"),
    path("keep/", proofreading.keep, name="keep"),
    path("kept/<int:kept_id>/", proofreading.one_kept, name="kept"),
    path("kept/<int:kept_id>/forget/", proofreading.forget, name="forget"),
    path("terms/", terms.index, name="terms"),
    path("terms/new/", terms.new, name="new-term"),
    path("terms/load/", terms.load, name="load-terms"),
    path("terms/<int:term_id>/", terms.term, name="term"),
    path("terms/<int:term_id>/remove/", terms.remove, name="remove-term"),
]
