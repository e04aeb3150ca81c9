"""Addresses for the programs that watch over the installation."""

from django.urls import path

from yakuba.kernel.monitoring import pages

urlpatterns = [
    path("health/", pages.ready, name="health"),
    path("health/live", pages.live, name="health-live"),
    path("health/ready", pages.ready, name="health-ready"),
    path("metrics", pages.figures, name="metrics"),
]
