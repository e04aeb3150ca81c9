"""Calling: no ticket twice, no button twice, nothing for ever."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.queue import actions, facade, queries
from yakuba.services.queue.models import Category, Service, Ticket

State = Ticket.State


def key(number: int) -> str:
    """What opens a ticket's page."""
    return f"key-of-a-ticket-{number:08d}"


@pytest.fixture
def hall(in_yakuba_city, clerk):
    """Two categories, and a clerk at window 1."""
    for letter, title in (("A", "住民票"), ("B", "税")):
        actions.set_category(letter, title, actor=clerk)
    actions.sit("1番", [], actor=clerk)
    return clerk


def give(count: int, letter: str = "A") -> list[Ticket]:
    """So many tickets."""
    start = Ticket.objects.count()
    return [actions.issue(letter, key(start + number)) for number in range(count)]


def test_numbers_go_on_by_category_and_the_same_button_gives_the_same(hall):
    assert [one.label for one in give(2) + give(1, "B")] == ["A001", "A002", "B001"]
    assert actions.issue("A", key(0)).label == "A001"
    assert Ticket.objects.count() == 3


def test_the_first_that_came_is_called_first_and_a_second_press_calls_nobody(hall):
    give(1, "B")
    give(2)
    first = actions.call_next(0, actor=hall)
    assert first.label == "B001"
    assert actions.call_next(0, actor=hall).pk == first.pk, "pressed twice"
    second = actions.call_next(first.pk, actor=hall)
    assert second.label == "A001"
    first.refresh_from_db()
    assert (first.state, second.state) == (State.DONE, State.CALLED)
    assert actions.call_next(first.pk, actor=hall).pk == second.pk, "an old page"
    assert [one.label for one in queries.called()] == ["A001"]


def test_a_clerk_calls_the_own_categories(hall):
    give(1, "B")
    actions.sit("1番", ["A"], actor=hall)
    assert actions.call_next(0, actor=hall) is None
    assert give(1)[0].pk == actions.call_next(0, actor=hall).pk


def test_again_not_there_and_back(hall):
    give(2)
    row = actions.call_next(0, actor=hall)
    assert actions.call_again(row.pk, actor=hall).calls == 2
    actions.absent(row.pk, actor=hall)
    assert queries.called() == []
    other = actions.call_next(0, actor=hall)
    assert other.label == "A002"
    assert actions.call_one(row.pk, actor=hall).label == "A001"
    other.refresh_from_db()
    assert other.state == State.DONE
    assert list(Service.objects.order_by("pk").values_list("how", flat=True)) == ["absent", "done", ""]


def test_passed_on_it_keeps_its_place(hall, make_staff, yakuba_city):
    row = give(1)[0]
    give(2, "B")
    actions.call_next(0, actor=hall)
    actions.pass_on(row.pk, "B", actor=hall)
    colleague = make_staff(yakuba_city, "queue.call")
    actions.sit("2番", ["B"], actor=colleague)
    assert actions.call_next(0, actor=colleague).label == "A001"
    with pytest.raises(Missing):
        actions.pass_on(row.pk, "B", actor=colleague)


def test_only_who_called_it_ends_it_and_twice_is_once(hall, make_staff, yakuba_city):
    give(1)
    row = actions.call_next(0, actor=hall)
    colleague = make_staff(yakuba_city, "queue.call")
    for press in (actions.done, actions.absent, actions.call_again):
        with pytest.raises(Conflict):
            press(row.pk, actor=colleague)
    actions.done(row.pk, actor=hall)
    actions.done(row.pk, actor=hall)
    assert Service.objects.filter(how="done").count() == 1


def test_nothing_stays_called_for_ever(hall):
    first, second = give(2)
    actions.call_next(0, actor=hall)
    assert actions.end_forgotten() == 0
    assert actions.end_forgotten(timezone.now() + timedelta(hours=3)) >= 1
    first.refresh_from_db()
    assert first.state == State.OVER
    assert Service.objects.get().seconds is None, "forgotten is not measured"
    assert actions.end_forgotten(timezone.now() + timedelta(days=1)) <= 1
    second.refresh_from_db()
    assert second.state == State.OVER
    assert queries.waiting().count() == 0


def test_yesterdays_are_not_called_today_and_numbers_begin_anew(hall):
    give(2)
    Ticket.objects.update(day=timezone.localdate() - timedelta(days=1))
    assert actions.call_next(0, actor=hall) is None
    assert actions.issue("A", key(9)).label in ("A001", "A003")


@pytest.mark.parametrize("given", [("", "住民票"), ("あ", "住民票"), ("ABC", "x"), ("A", " ")])
def test_a_category_that_is_none_is_refused(hall, given):
    with pytest.raises(Invalid):
        actions.set_category(*given, actor=hall)


def test_a_closed_category_gives_no_ticket(hall):
    actions.set_category("A", "住民票", is_open=False, actor=hall)
    with pytest.raises(Missing):
        actions.issue("A", key(1))


def test_a_forecast_comes_with_enough_measured_and_an_open_counter(hall):
    rows = give(10)
    seen = 0
    for _ in range(9):
        seen = actions.call_next(seen, actor=hall).pk
        Service.objects.filter(ended_at=None).update(called_at=timezone.now() - timedelta(minutes=5))
    assert queries.forecast_of(rows[-1]) is not None
    assert queries.forecast_of(rows[-1]).most <= 10
    Service.objects.filter(how="done").update(seconds=None)
    assert queries.forecast_of(rows[-1]) is None


def test_the_times_of_a_category(hall):
    give(2)
    row = actions.call_next(0, actor=hall)
    Service.objects.update(called_at=timezone.now() - timedelta(minutes=6))
    actions.done(row.pk, actor=hall)
    found = {one.category.letter: one for one in queries.times()}
    assert (found["A"].services, found["B"].took) == (1, None)
    assert 6 <= found["A"].took < 7


def test_another_room_asks_and_ends(hall):
    assert facade.current(hall) is None
    give(1)
    row = actions.call_next(0, actor=hall)
    called = facade.current(hall)
    assert (called.ticket, called.label) == (f"ticket:{row.pk}", "A001")
    assert facade.finish(called.ticket, actor=hall)
    assert not facade.finish(called.ticket, actor=hall)
    row.refresh_from_db()
    assert row.state == State.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite in processes: tests/test_queue_crowd.py"
)
def test_clerks_who_call_at_the_same_moment_call_different_people(yakuba_city, make_staff):
    """Four clerks, each with a connection of its own, call until nobody waits."""
    with active_municipality(yakuba_city):
        clerks = [make_staff(yakuba_city, "queue.call") for _ in range(4)]
        actions.set_category("A", "住民票", actor=clerks[0])
        for number, one in enumerate(clerks, start=1):
            actions.sit(f"{number}番", [], actor=one)
        for number in range(24):
            actions.issue("A", key(number))
    called: list[str] = []
    troubles: list[BaseException] = []
    together = threading.Barrier(len(clerks))

    def call(pk: int) -> None:
        try:
            with active_municipality(yakuba_city):
                person, seen = User.objects.get(pk=pk), 0
                together.wait()
                while (row := actions.call_next(seen, actor=person)) is not None:
                    called.append(row.label)
                    seen = row.pk
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=[one.pk]) for one in clerks]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert troubles == []
    assert sorted(called) == [f"A{number:03d}" for number in range(1, 25)]
    with active_municipality(yakuba_city):
        assert Service.objects.count() == 24


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite in processes: tests/test_queue_crowd.py"
)
def test_machines_at_the_same_moment_give_different_numbers(yakuba_city, make_staff):
    with active_municipality(yakuba_city):
        actions.set_category("A", "住民票", actor=make_staff(yakuba_city, "queue.manage"))
    labels: list[str] = []
    troubles: list[BaseException] = []
    together = threading.Barrier(4)

    def take(first: int) -> None:
        try:
            with active_municipality(yakuba_city):
                together.wait()
                labels.extend(actions.issue("A", key(first + number)).label for number in range(6))
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=[100 * n]) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert troubles == []
    assert sorted(labels) == [f"A{number:03d}" for number in range(1, 25)]
    with active_municipality(yakuba_city):
        assert Category.objects.count() == 1
