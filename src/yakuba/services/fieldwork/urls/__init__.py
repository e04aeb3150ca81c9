"""Addresses of the fieldwork room, for staff; of residents in `public`, of programs in `open311`."""

from django.urls import path

from yakuba.services.fieldwork.pages import bounties, report, reports, wildlife
from yakuba.services.fieldwork.urls.advice import urlpatterns as of_advice
from yakuba.services.fieldwork.urls.rounds import urlpatterns as of_rounds

app_name = "fieldwork"
urlpatterns = [
    path("", reports.index, name="index"),
    path("map/", reports.report_map, name="map"),
    path("statistics/", reports.figures, name="statistics"),
    path("reports.geojson", reports.places, name="places"),
    path("rules/", reports.rules, name="rules"),
    path("<int:report_id>/", report.report, name="report"),
    path("<int:report_id>/start/", report.start, name="start"),
    path("<int:report_id>/hide/", report.hide, name="hide"),
    path("<int:report_id>/release/", report.release, name="release"),
    path("<int:report_id>/change/<slug:report_step>/", report.change, name="change"),
    path("photos/<int:photo_id>/", report.photo, name="photo"),
    path("traps/", wildlife.traps, name="traps"),
    path("traps/new/", wildlife.new_trap, name="new_trap"),
    path("traps/<int:trap_id>/", wildlife.trap, name="trap"),
    path("traps/<int:trap_id>/remove/", wildlife.remove_trap, name="remove_trap"),
    path("traps/hot-spots/", wildlife.hot_spots, name="hot_spots"),
    path("traps/next/", wildlife.next_traps, name="next_traps"),
    path("sightings/", wildlife.sightings, name="sightings"),
    path("sightings/new/", wildlife.new_sighting, name="new_sighting"),
    path("bounties/", bounties.index, name="bounties"),
    path("bounties/new/", bounties.new, name="new_bounty"),
    path("bounties/<int:claim_id>/", bounties.claim, name="bounty"),
    path("bounties/compare/<int:comparison_id>/", bounties.compare, name="compare"),
    path("bounties/photos/<int:bounty_photo_id>/", bounties.photo, name="bounty_photo"),
    *of_rounds,
    *of_advice,
]
