"""What everybody opens, without a login: `/records/<town code>/`."""

from django.urls import path

from yakuba.services.minutes.pages import public

app_name = "records"
urlpatterns = [
    path("<str:town_code>/", public.index, name="index"),
    path("<str:town_code>/<int:meeting_id>/", public.one, name="one"),
    path("<str:town_code>/<int:meeting_id>/file/", public.file, name="file"),
]
