"""Addresses of the digest."""

from django.urls import path

from yakuba.kernel.digest import pages

app_name = "digest"
urlpatterns = [path("", pages.day, name="day")]
