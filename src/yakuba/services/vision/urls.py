"""Addresses of the vision room."""

from django.urls import path

from yakuba.services.vision import pages

app_name = "vision"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", pages.new, name="new"),
    path("load/", pages.load, name="load"),
    path("tidy/", pages.tidy, name="tidy"),
    path("<int:vision_id>/", pages.item, name="item"),
    path("<int:vision_id>/finish/", pages.finish, name="finish"),
]
