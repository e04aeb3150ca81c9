"""Addresses of the room."""

from django.urls import path

from yakuba.services.corefiles.pages import files, layouts

app_name = "corefiles"
urlpatterns = [
    path("", files.index, name="index"),
    path("refused/", files.refused, name="refused"),
    path("<int:core_file_id>/", files.file, name="file"),
    path("<int:core_file_id>/content/", files.content, name="content"),
    path("<int:core_file_id>/settle/", files.settle, name="settle"),
    path("<int:core_file_id>/results/", files.load_results, name="results"),
    path("<int:core_file_id>/undo/", files.undo, name="undo"),
    path("layouts/", layouts.layouts, name="layouts"),
    path("layouts/new/", layouts.new_layout, name="new_layout"),
    path("layouts/load/", layouts.load_layout, name="load_layout"),
    path("layouts/<slug:layout_code>/", layouts.layout, name="layout"),
    path("layouts/<slug:layout_code>/make/", layouts.make, name="make"),
    path("layouts/<slug:layout_code>/edit/", layouts.edit_layout, name="edit_layout"),
    path("layouts/<slug:layout_code>/retire/", layouts.retire, name="retire"),
]
