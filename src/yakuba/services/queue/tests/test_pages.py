"""The pages of clerks and of whoever waits."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.queue import actions
from yakuba.services.queue.models import Ticket
from yakuba.services.queue.pages import public


@pytest.fixture
def hall(in_yakuba_city, clerk):
    for limit in (public.ISSUED, public.LOOKS, public.LOOKS_OF_TOWN):
        limit.forget()
    set_values({"queue.public": True}, actor=clerk)
    actions.set_category("A", "住民票", "転入、証明書", actor=clerk)
    actions.set_category("B", "税", actor=clerk)
    client = Client()
    client.force_login(clerk)
    return client


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_from_the_machine_to_the_display_and_the_phone(hall, clerk):
    page = text(hall.post("/queue/machines/add/", {"place": "ロビー"}))
    machine = re.search(r"http://testserver(/tickets/990019/machine/[^<]+/)", page)[1]
    visitor = Client()
    once = re.search(r'name="once" value="([^"]+A)"', text(visitor.get(machine)))[1]
    first = visitor.post(machine, {"once": once, "letter": "A"})["Location"]
    assert visitor.post(machine, {"once": once, "letter": "A"})["Location"] == first, "pressed twice"
    at_machine = text(visitor.get(first))
    assert "A001" in at_machine
    assert f"url={machine}" in at_machine, "it begins anew"
    phone = Client()
    own = first.split("?")[0]
    assert "前に0人" in text(phone.get(own))
    assert "まだ出せません" in text(phone.get(own)), "nothing measured, nothing said"
    hall.post("/queue/seat/", {"window": "3番", "letters": ["A"]})
    hall.post("/queue/next/", {"seen": "0"})
    shown = text(Client().get("/tickets/990019/display/"))
    assert "番号 A001 の方は、3番へお越しください。" in shown
    assert 'http-equiv="refresh"' in shown
    assert "3番へお越しください" in text(phone.get(own))
    ticket = Ticket.objects.get()
    hall.post(f"/queue/tickets/{ticket.pk}/done/")
    assert "ご用は済みました" in text(phone.get(own))
    assert str(clerk) not in shown, "nobody's name"


def test_nothing_is_open_until_the_town_says_so_and_no_key_is_guessed(hall, clerk):
    assert Client().get("/tickets/990019/machine/aaaaaaaaaaaaaaaaaaaaaaaa/").status_code == 404
    assert Client().get("/tickets/990019/aaaaaaaaaaaaaaaaaaaaaaaa/").status_code == 404
    set_values({"queue.public": False}, actor=clerk)
    assert Client().get("/tickets/990019/display/").status_code == 404


def test_a_machine_that_was_taken_away_gives_nothing(hall, clerk):
    row, key = actions.add_machine("ロビー", actor=clerk)
    where = f"/tickets/990019/machine/{key}/"
    assert Client().get(where).status_code == 200
    hall.post(f"/queue/machines/{row.pk}/remove/")
    assert Client().get(where).status_code == 404


def test_the_clerks_page_from_nothing_to_many(hall, clerk):
    page = text(hall.get("/queue/"))
    assert "窓口を決める" in page
    assert "次を呼ぶ" not in page
    hall.post("/queue/seat/", {"window": "1番"})
    assert "待っている番号札はありません" in text(hall.post("/queue/next/", {"seen": "0"}, follow=True))
    for _ in range(40):
        page = text(hall.get("/queue/"))
        once = re.search(r'name="once" value="([^"]+A)"', page)[1]
        answer = hall.post("/queue/issue/", {"once": once, "letter": "A"})
    assert "A040" in text(hall.get(answer["Location"]))
    assert "ほかに10人" in text(hall.get("/queue/"))
    hall.post("/queue/next/", {"seen": "0"})
    row = Ticket.objects.get(state="called")
    hall.post(f"/queue/tickets/{row.pk}/again/")
    hall.post(f"/queue/tickets/{row.pk}/absent/")
    assert "戻ってきたので呼ぶ" in text(hall.get("/queue/"))
    hall.post(f"/queue/tickets/{row.pk}/call/")
    hall.post(f"/queue/tickets/{row.pk}/pass/", {"letter": "B"})
    row.refresh_from_db()
    assert (row.category.letter, row.state) == ("B", "waiting")
    assert "呼んでから済むまで" in text(hall.get("/queue/times/"))


def test_without_the_permission_nobody_calls_or_decides(hall, newcomer, make_staff, yakuba_city):
    stranger, caller = Client(), Client()
    stranger.force_login(newcomer)
    caller.force_login(make_staff(yakuba_city, "queue.call"))
    assert stranger.get("/queue/").status_code == 403
    assert caller.get("/queue/").status_code == 200
    assert caller.get("/queue/categories/").status_code == 403
