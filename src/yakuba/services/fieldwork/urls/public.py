"""What residents open, without a login: `/report/<town code>/`."""

from django.urls import path

from yakuba.services.fieldwork.pages import everybody, reporting

app_name = "report"
urlpatterns = [
    path("<str:town_code>/", reporting.index, name="index"),
    path("<str:town_code>/send/", reporting.send, name="send"),
    path("<str:town_code>/join/", reporting.join, name="join"),
    path("<str:town_code>/worker.js", reporting.worker, name="worker"),
    path("<str:town_code>/app.webmanifest", reporting.app, name="app"),
    path("<str:town_code>/status/", everybody.status, name="status"),
    path("<str:town_code>/reopen/", everybody.reopen, name="reopen"),
    path("<str:town_code>/map/", everybody.public_map, name="map"),
    path("<str:town_code>/map/reports.geojson", everybody.places, name="places"),
    path("<str:town_code>/map/photos/<int:photo_id>/", everybody.photo, name="photo"),
]
