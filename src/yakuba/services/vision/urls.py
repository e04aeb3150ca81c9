"""Addresses of the vision room."""

from django.urls import path

from yakuba.services.vision.pages import analyses, cameras, judging, roads

app_name = "vision"
urlpatterns = [
    path("", analyses.index, name="index"),
    path("new/", analyses.new, name="new"),
    path("models/", analyses.models, name="models"),
    path("<int:analysis_id>/", analyses.analysis, name="analysis"),
    path("<int:analysis_id>/pictures/", analyses.all_pictures, name="pictures"),
    path("<int:analysis_id>/pictures.geojson", analyses.take, name="take"),
    path("<int:analysis_id>/sections/", analyses.make_sections, name="make_sections"),
    path("pictures/<int:vision_picture_id>/", analyses.picture, name="picture"),
    path("pictures/<int:vision_picture_id>/shown.jpg", analyses.shown, name="shown"),
    path("pictures/<int:vision_picture_id>/judge/", judging.one, name="judge"),
    path("pictures/<int:vision_picture_id>/say/", judging.judge, name="say"),
    path("queue/", judging.queue, name="queue"),
    path("heads/", judging.heads, name="heads"),
    path("heads/teach/", judging.teach, name="teach"),
    path("heads/<int:vision_head_id>/", judging.head, name="head"),
    path("heads/<int:vision_head_id>/stop/", judging.stop_head, name="stop_head"),
    path("sections/", roads.sections, name="sections"),
    path("sections/load/", roads.load_sections, name="load_sections"),
    path("sections.geojson", roads.sections_geojson, name="sections_geojson"),
    path("sections/<int:road_section_id>/", roads.section, name="section"),
    path("sections/<int:road_section_id>/edit/", roads.edit_section, name="edit_section"),
    path("sections/<int:road_section_id>/remove/", roads.remove_section, name="remove_section"),
    path("priorities/", roads.priorities, name="priorities"),
    path("priorities.csv", roads.priorities_csv, name="priorities_csv"),
    path("cameras/", cameras.index, name="cameras"),
    path("cameras/new/", cameras.new_camera, name="new_camera"),
    path("cameras/<int:camera_id>/", cameras.camera, name="camera"),
    path("cameras/<int:camera_id>/edit/", cameras.edit_camera, name="edit_camera"),
    path("cameras/<int:camera_id>/spaces/", cameras.spaces, name="spaces"),
    path("cameras/<int:camera_id>/again/", cameras.compare_again, name="compare_again"),
    path("counts/", cameras.by_hour, name="counts"),
]
