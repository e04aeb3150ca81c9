"""The page of evacuation notices, without a login: `/levels/<town code>/`."""

from django.urls import path

from yakuba.services.cityhub.pages import levels

app_name = "levels"
urlpatterns = [path("<str:town_code>/", levels.public, name="page")]
