"""What a farmer opens by a link, without a login: `/field-advice/<town code>/<key>/`."""

from django.urls import path

from yakuba.services.fieldwork.pages import farmers

app_name = "field_advice"
urlpatterns = [path("<str:town_code>/<str:farmer_key>/", farmers.page, name="page")]
