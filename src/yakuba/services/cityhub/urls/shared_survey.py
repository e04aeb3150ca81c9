"""What somebody opens who was given a link, without a login: `/shared-survey/<town code>/<key>/`."""

from django.urls import path

from yakuba.services.cityhub.pages import sharedsurvey

app_name = "shared_survey"
urlpatterns = [
    path("<str:town_code>/<str:share_key>/", sharedsurvey.page, name="page"),
    path("<str:town_code>/<str:share_key>/picture/", sharedsurvey.picture, name="picture"),
    path("<str:town_code>/<str:share_key>/file/", sharedsurvey.original, name="file"),
]
