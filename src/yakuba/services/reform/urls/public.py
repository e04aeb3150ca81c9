"""What everybody opens, without a login: `/effects/<town code>/`."""

from django.urls import path

from yakuba.services.reform.pages import public

app_name = "effects"
urlpatterns = [
    path("<str:town_code>/", public.index, name="index"),
    path("<str:town_code>/effects.json", public.document, name="json"),
    path("<str:town_code>/schema.json", public.schema, name="schema"),
    path("<str:town_code>/effects.csv", public.table, {"form": "utf-8"}, name="csv"),
    path("<str:town_code>/effects-shift-jis.csv", public.table, {"form": "cp932"}, name="csv_shift_jis"),
]
