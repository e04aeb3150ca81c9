"""Addresses of the fieldwork room, for staff; of residents in `public`, of programs in `open311`."""

from django.urls import path

from yakuba.services.fieldwork.pages import report, reports

app_name = "fieldwork"
urlpatterns = [
    path("", reports.index, name="index"),
    path("map/", reports.report_map, name="map"),
    path("statistics/", reports.figures, name="statistics"),
    path("reports.geojson", reports.places, name="places"),
    path("rules/", reports.rules, name="rules"),
    path("<int:report_id>/", report.report, name="report"),
    path("<int:report_id>/start/", report.start, name="start"),
    path("<int:report_id>/hide/", report.hide, name="hide"),
    path("<int:report_id>/release/", report.release, name="release"),
    path("<int:report_id>/change/<slug:step>/", report.change, name="change"),
    path("photos/<int:photo_id>/", report.photo, name="photo"),
]
