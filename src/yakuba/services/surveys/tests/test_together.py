"""Two at once: clerks of one town at the same part, a town that approves while the asker tells it something, a tally that begins while
an answer is being written. On PostgreSQL with threads (`tests/on_postgresql.py`); what SQLite can show alone runs there too."""

from __future__ import annotations

import html
import re
import threading
from contextvars import copy_context

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.services.robots import facade as robots
from yakuba.services.surveys.actions import answers, definitions, delivering, incoming, tallies
from yakuba.services.surveys.models import Answers, Asked, Edition, Incoming, Tallied
from yakuba.services.surveys.tests import examples

WAIT = 20.0  # seconds after which a test gives up; nothing is measured
threads_need_rows_locked = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time"
)


@pytest.fixture
def part(in_yakuba_city, clerk):
    given = {"title": "例", "sender": "県", "came_on": timezone.localdate()}
    row = incoming.register(given, examples.text(), actor=clerk)
    department, _ = Department.objects.get_or_create(name="企画課")
    return incoming.split(row, [incoming.PartOf(department, (), None)])[0]


def hidden(answer, name: str) -> str:
    return html.unescape(re.search(f'name="{name}" value="([^"]*)"', answer.content.decode())[1])


def test_two_clerks_at_one_part_lose_nothing_of_each_other(page, part, make_staff, yakuba_city):
    other = Client()
    other.force_login(make_staff(yakuba_city, "surveys.answer"))
    url = reverse("surveys:part", args=[part.pk])
    mine, theirs = hidden(page.get(url), "seen"), hidden(other.get(url), "seen")
    other.post(url, {"seen": theirs, "cases": "12", "ai": "yes"})
    page.post(url, {"seen": mine, "words": "私の文"})
    row = Incoming.objects.get()
    assert row.values == {"ai": "yes", "cases": "12", "words": "私の文"}
    # both wrote the same answer: nothing is written, both are told, and what is typed stands there still
    told = page.post(url, {"seen": mine, "words": "私の文", "cases": "99", "ai": "yes"})
    assert told.status_code == 422
    assert "先に「12件」と書きました" in told.content.decode()
    assert 'value="99"' in told.content.decode()
    row.refresh_from_db()
    assert row.values["cases"] == "12"
    page.post(url, {"seen": hidden(told, "seen"), "words": "私の文", "cases": "99", "ai": "yes"})
    row.refresh_from_db()
    assert row.values == {"ai": "yes", "cases": "99", "words": "私の文"}
    # an answer can still be taken away
    page.post(url, {"seen": hidden(page.get(url), "seen"), "words": "", "cases": "99", "ai": "yes"})
    row.refresh_from_db()
    assert row.values == {"ai": "yes", "cases": "99"}


def test_who_enters_for_a_body_is_told_of_a_version_that_came_meanwhile(page, edition):
    asked = Asked.objects.select_related("edition").get(edition=edition, code="131016")
    url = reverse("surveys:enter", args=[asked.pk])
    seen = hidden(page.get(url), "after")
    answers.keep(asked, {"ai": "yes", "words": "団体の文"}, Answers.Way.FORM, actor=None)
    told = page.post(url, {"after": seen, "ai": "no", "reason": "電話"})
    assert told.status_code == 422
    assert "第1版" in told.content.decode()
    assert Answers.objects.filter(asked=asked).count() == 1
    page.post(url, {"after": hidden(told, "after"), "ai": "no", "reason": "電話"})
    assert Answers.objects.get(asked=asked, is_newest=True).values == {"ai": "no"}


def test_an_edition_that_was_closed_meanwhile_takes_no_answers(edition):
    asked = Asked.objects.select_related("edition__survey").get(edition=edition, code="131016")
    assert asked.edition.state == Edition.State.OPEN  # as it was read
    definitions.close(edition, True)
    with pytest.raises(Conflict, match="締め切った"):
        answers.keep(asked, {"ai": "yes"}, Answers.Way.PROXY, actor=None, reason="例")
    assert not Answers.objects.exists()


def together(*works) -> list[BaseException]:
    """Each in a thread of its own; what they raised."""
    troubles: list[BaseException] = []

    def run(work) -> None:
        try:
            work()
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=[run, work]) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join(WAIT)
    return troubles


@threads_need_rows_locked
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_news_of_the_asker_takes_no_answer_away(yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        robots.set_group("例の集まり", [yakuba_city, neighbour_town])
        edition = examples.opened(bodies='"990027"')
    begun, done = threading.Event(), threading.Event()

    def fill() -> None:
        with active_municipality(neighbour_town), transaction.atomic():
            incoming.fill(Incoming.objects.get(), {"ai": "yes"})
            begun.set()
            done.wait(0.9)  # runs out where the other one waits for the row, as it should

    def tell() -> None:
        with active_municipality(yakuba_city):
            begun.wait(WAIT)
            delivering.tell(edition, ["990027"], "お早めに")
            done.set()

    assert together(fill, tell) == []
    with active_municipality(neighbour_town):
        row = Incoming.objects.get()
    assert row.values == {"ai": "yes"}
    assert row.news[0][1] == "お早めに"


@threads_need_rows_locked
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_town_approves_while_the_asker_moves_the_deadline(yakuba_city, neighbour_town, make_staff):
    """Both need rows of both; neither waits for the other for good, and nothing of either is lost."""
    with active_municipality(yakuba_city):
        robots.set_group("例の集まり", [yakuba_city, neighbour_town])
        edition = examples.opened(bodies='"990027"')
    one, other = (make_staff(neighbour_town, "surveys.coordinate", "surveys.reply") for _ in range(2))
    with active_municipality(neighbour_town):
        row = incoming.fill(Incoming.objects.get(), {"ai": "yes"})
        waiting = incoming.propose(row, "回答", actor=one)
    start = threading.Barrier(2)

    def approve() -> None:
        with active_municipality(neighbour_town):
            start.wait(WAIT)
            approvals.approve(waiting, actor=other)

    def change() -> None:
        with active_municipality(yakuba_city):
            start.wait(WAIT)
            for text in ("7月上旬", "7月中旬", "7月下旬"):
                definitions.change(
                    Edition.objects.get(pk=edition.pk), "", "", {"town": (text, None), "city": (text, None)}
                )

    assert together(approve, change) == []
    with active_municipality(yakuba_city):
        assert Answers.objects.get().values == {"ai": "yes"}
    with active_municipality(neighbour_town):
        row = Incoming.objects.get()
    assert (row.state, row.deadline_text) == ("sent", "7月下旬")


@threads_need_rows_locked
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_tally_knows_every_answer_that_is_older_than_it(yakuba_city):
    with active_municipality(yakuba_city):
        edition = examples.opened()
    begun, done = threading.Event(), threading.Event()

    def answer() -> None:
        with active_municipality(yakuba_city), transaction.atomic():
            asked = Asked.objects.get(edition=edition, code="131016")
            answers.keep(asked, {"ai": "yes"}, Answers.Way.PROXY, actor=None, reason="例")
            begun.set()
            done.wait(0.9)  # runs out where the other one waits for the row, as it should

    def count() -> None:
        with active_municipality(yakuba_city):
            begun.wait(WAIT)
            tallies.prepare(edition)
            done.set()

    assert together(answer, count) == []
    with active_municipality(yakuba_city):
        row = Edition.objects.get(pk=edition.pk)
        assert row.tallied_at > row.changed_at
        assert Tallied.objects.get(edition=row, key="ai").content["all"]["answered"] == 1
