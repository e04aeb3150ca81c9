"""Addresses of the navigator: of residents, without a sign-in, at `/apply/<town code>/guide/`; of staff in `STAFF`."""

from django.urls import path

from yakuba.services.intake.pages import guide, navigator

app_name = "guide"
urlpatterns = [
    path("<str:town_code>/guide/", guide.index, name="index"),
    path("<str:town_code>/guide/<slug:life_code>/", guide.event, name="event"),
    path("<str:town_code>/guide/<slug:life_code>/calendar/", guide.calendar, name="calendar"),
    path("<str:town_code>/guide/<slug:life_code>/begin/<slug:apply_code>/", guide.begin, name="begin"),
]
STAFF = [
    path("navigator/", navigator.index, name="navigator"),
    path("navigator/load/", navigator.load, name="navigator-load"),
    path("navigator/samples/", navigator.take_samples, name="navigator-samples"),
    path("navigator/<int:life_event_id>/", navigator.life_event, name="navigator-event"),
    path("navigator/<int:life_event_id>/edit/", navigator.edit, name="navigator-edit"),
    path("navigator/<int:life_event_id>/preview/", navigator.preview, name="navigator-preview"),
    path("navigator/<int:life_event_id>/export/", navigator.export, name="navigator-export"),
    path("navigator/<int:life_event_id>/withdraw/", navigator.withdraw, name="navigator-withdraw"),
]
