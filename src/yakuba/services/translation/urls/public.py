"""What guests open, without a sign-in: `/guest/<town code>/<key of the talk>/`."""

from django.urls import path

from yakuba.services.translation.pages import guest

app_name = "guest"
urlpatterns = [path("<str:town_code>/<str:talk_key>/", guest.show, name="screen")]
