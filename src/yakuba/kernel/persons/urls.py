"""Addresses of the register's pages."""

from django.urls import path

from yakuba.kernel.persons import pages

app_name = "persons"
urlpatterns = [path("", pages.index, name="index"), path("load/", pages.load, name="load")]
