"""What residents open, without a sign-in: `/ask/<town code>/`."""

from django.urls import path

from yakuba.services.answers.pages import public

app_name = "ask"
urlpatterns = [
    path("<str:town_code>/", public.page, name="page"),
    path("<str:town_code>/window/", public.window, name="window"),
    path("<str:town_code>/choose/", public.choose, name="choose"),
    path("<str:town_code>/rate/", public.rate, name="rate"),
    path("<str:town_code>/answers/<int:entry_id>/", public.entry, name="entry"),
    path("<str:town_code>/kiosk/", public.kiosk, name="kiosk"),
]
