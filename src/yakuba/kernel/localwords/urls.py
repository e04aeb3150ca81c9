"""Addresses under /local-words/."""

from django.urls import path

from yakuba.kernel.localwords import pages

app_name = "localwords"
urlpatterns = [
    path("", pages.index, name="index"),
    path("set/", pages.set_words, name="set"),
    path("load/", pages.load, name="load"),
    path("file/", pages.export, name="export"),
]
