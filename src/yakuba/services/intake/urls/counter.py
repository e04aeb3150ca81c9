"""Addresses of the counter."""

from django.urls import path

from yakuba.services.intake.pages.counter import acting, apply, hand_overs, life_event, tablet, visits

VISIT, DRAFT = "counter/visits/<int:visit_id>/", "counter/forms/<int:counter_draft_id>/"
STAFF = [
    path("counter/", visits.index, name="counter"),
    path("counter/begin/", visits.begin, name="counter-begin"),
    path(VISIT, visits.visit, name="counter-visit"),
    path(f"{VISIT}resident/", visits.resident, name="counter-resident"),
    path(f"{VISIT}add/", visits.add, name="counter-add"),
    path(f"{VISIT}hand-overs/", hand_overs.waiting, name="counter-hand-overs"),
    path("counter/layouts/", hand_overs.layouts, name="counter-layouts"),
    path("counter/layouts/load/", hand_overs.load, name="counter-layout-load"),
    path(f"{VISIT}take-over/", visits.take_over, name="counter-take-over"),
    path(f"{VISIT}end/", visits.end, name="counter-end"),
    path(f"{VISIT}life/<slug:life_code>/", life_event.life_event, name="counter-life-event"),
    path(DRAFT, apply.go, name="counter-go"),
    path(f"{DRAFT}who/", acting.who, name="counter-who"),
    path(f"{DRAFT}<int:step>/", apply.page, name="counter-page"),
    path(f"{DRAFT}files/", apply.documents, name="counter-files"),
    path(f"{DRAFT}persons/<int:role_number>/", visits.other, name="counter-other"),
    path(f"{DRAFT}check/", apply.check, name="counter-check"),
    path(f"{DRAFT}tablet/", tablet.show, name="counter-tablet"),
    path(f"{DRAFT}take/", apply.take, name="counter-take"),
    path(f"{DRAFT}done/", apply.done, name="counter-done"),
    path(f"{DRAFT}signed/", apply.signed, name="counter-signed"),
    path(f"{DRAFT}paper/", apply.paper_of_visit, name="counter-paper"),
    path(f"{DRAFT}drop/", visits.drop, name="counter-drop"),
]
