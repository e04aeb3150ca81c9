"""Addresses of the kernel's own pages."""

from django.urls import path

from yakuba.kernel.ui import pages

urlpatterns = [
    path("", pages.home, name="home"),
]
