"""What everybody opens, without a login: `/opendata/<town code>/`."""

from django.urls import path

from yakuba.services.cityhub.pages import public

app_name = "opendata"
urlpatterns = [
    path("<str:town_code>/", public.index, name="index"),
    path("<str:town_code>/catalog.json", public.catalogue, name="catalogue"),
    path("<str:town_code>/<slug:dataset_code>/", public.one, name="one"),
    path("<str:town_code>/<slug:dataset_code>.csv", public.table, name="csv"),
    path("<str:town_code>/<slug:dataset_code>.geojson", public.places, name="geojson"),
]
