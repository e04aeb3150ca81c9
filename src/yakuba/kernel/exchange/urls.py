"""Addresses under /exchange/: of staff, and the one flow of the other installation."""

from django.urls import path

from yakuba.kernel.exchange import flow, pages

app_name = "exchange"
urlpatterns = [
    path("", pages.index, name="index"),
    path("carry-out/", pages.carry_out, name="carry-out"),
    path("carry-in/", pages.carry_in, name="carry-in"),
    path("arrivals/<int:delivered_id>/", pages.arrival, name="arrival"),
    path("arrivals/<int:delivered_id>/again/", pages.again, name="again"),
    path("arrivals/<int:delivered_id>/put-aside/", pages.put_aside, name="put-aside"),
    path("line/<str:town_code>/", flow.line, name="line"),
]
