"""The demo town's hall shows something real: who waits, how long, and what was taken at the counter."""

from __future__ import annotations

from django.test import Client

from yakuba.demo import hall, town
from yakuba.kernel.ledger.models import Case
from yakuba.services.intake.models import Submission


def test_the_hall_of_the_demo_town(db):
    town.load_town("http://127.0.0.1:9")
    with town.in_yakuba_city():
        hall.load()
        hall.load()
        taken = Submission.objects.get(door="counter")
        assert Case.objects.get(pk=taken.case_id).status == "received"
    page = Client().get("/tickets/990019/display/").content.decode()
    assert "A001" in page
    assert "分" in page.split("<tbody>")[1], "a forecast"
    clerk = Client()
    with town.in_yakuba_city():
        clerk.force_login(town.user("madoguchi"))
    assert taken.number in clerk.get("/intake/counter/").content.decode()
    assert "住民票・戸籍" in clerk.get("/queue/times/").content.decode()
