"""The tablet at the counter, by the key of what it shows: `/apply/<town code>/tablet/<key>/`."""

from django.urls import path

from yakuba.services.intake.pages.counter import tablet

app_name = "tablet"
urlpatterns = [path("<str:town_code>/tablet/<slug:tablet_key>/", tablet.sign, name="sign")]
