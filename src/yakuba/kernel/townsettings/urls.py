"""Addresses under /town-settings/."""

from django.urls import path

from yakuba.kernel.townsettings import pages

app_name = "townsettings"
urlpatterns = [path("", pages.settings_of_town, name="settings")]
