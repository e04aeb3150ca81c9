"""Addresses of the kernel's own pages."""

from django.conf import settings
from django.urls import path

from yakuba.kernel.ui import components, pages

urlpatterns = [
    path("", pages.home, name="home"),
]

if settings.DEBUG:
    urlpatterns.append(path("ui/components/", components.show, name="ui-components"))
