"""Addresses under /schedules/."""

from django.urls import path

from yakuba.kernel.schedules import pages

app_name = "schedules"
urlpatterns = [
    path("", pages.schedules, name="schedules"),
    path("new/", pages.new, name="new"),
    path("<int:schedule_id>/", pages.schedule, name="schedule"),
    path("<int:schedule_id>/switch/", pages.switch, name="switch"),
    path("<int:schedule_id>/begin/", pages.begin, name="begin"),
    path("<int:schedule_id>/remove/", pages.remove, name="remove"),
    path("days/<int:day_id>/remove/", pages.remove_day, name="remove_day"),
]
