"""What clients, sensors, receivers and clocks do that they should not: it harms nobody else, and is told."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.outbound.permission import allow_here
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import sending, tidying, watching, writer
from yakuba.services.cityhub.actions.reading import OF_A_TOWN, READERS, STRANGERS, Readers
from yakuba.services.cityhub.actions.space import Watches
from yakuba.services.cityhub.actions.writer import Task, Waiting, Writer
from yakuba.services.cityhub.adapters import http
from yakuba.services.cityhub.adapters.http import HttpAnswer, HttpServer, Limits
from yakuba.services.cityhub.engine.answers import Answer
from yakuba.services.cityhub.engine.entities import Entity as Poison
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.patterns import found, pattern
from yakuba.services.cityhub.engine.routes import Route
from yakuba.services.cityhub.engine.watching import State, looked
from yakuba.services.cityhub.models import Alarm, Delivery, Entity, Reading, Series, Subscription, WatchRules
from yakuba.services.cityhub.queries import failing, watched
from yakuba.services.cityhub.queries.callers import Caller, require_right
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.test_hub import RIVER, change, over_the_wire, subscribed, task
from yakuba.services.cityhub.tests.test_watching import RULES, rule, send

PUT = "/v2/entities/R1/attrs/level"


# --- bodies and expressions


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"\\uDFFF": 1}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"[" * 1_000,
    ],
)
def test_what_cannot_be_kept_is_no_json(body):
    with pytest.raises(NgsiError) as error:
        read_json(body)
    assert error.value.error == "ParseError"


def test_a_pair_of_halves_is_a_character():
    assert read_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_a_text_without_an_end_is_read_once():
    # From each of its characters again it would be hours.
    with pytest.raises(NgsiError):
        read_json(b"[" * 60 + b'"' + b'\\"' * 500_000)


def test_numbers_beyond_measure_are_refused(in_yakuba_city):
    ask("POST", "/v2/entities", RIVER)
    for value in (10**301, -(10**301), 1e301):
        assert ask("PUT", PUT, {"value": value, "type": "Number"}).status == 400
    assert ask("PUT", PUT, {"value": 1e300 / 2, "type": "Number"}).status == 204
    assert ask("PUT", PUT, {"value": {"$mul": 1_000}, "type": "Number"}).status == 400


@pytest.mark.parametrize(
    "text",
    [
        "a*a*a*a*b",
        "a?" * 30 + "a" * 30,
        "((a|a){16}){16}b",
        "(a|aa){30}$",
        "(a?){16}(a?){16}(a?){16}$",
        "((a{0,16}){0,16}){0,16}b",
        "(.*a){12}",
        "(?=a*a*a*a*)b",
        "(?:a{1000}){1000}",
    ],
)
def test_an_expression_with_too_many_ways_is_refused(text):
    with pytest.raises(NgsiError):
        pattern(text)


@pytest.mark.parametrize(
    "text",
    [".*", "^urn:.*:River:.*$", ".*River.*", "room[0-9]+-[0-9]+", "^(a|b)-[A-Z]{2}[0-9]{3,6}$", "River|Rain"],
)
def test_an_expression_that_people_write_is_taken(text):
    pattern(text)


def _ways(expression: re.Pattern[str], text: str) -> bool:
    return found(text, expression)


@given(st.text("ab.*+?|(){}1,^$", max_size=14))
@example("(a|b)*a.*b")
@example("a{1,9}b{1,9}a{1,9}")
def test_whatever_is_taken_answers_at_once(text):
    with suppress(NgsiError):
        expression = pattern(text)
        for against in ("a" * 256, "ab" * 128, "a" * 4_000):
            _ways(expression, against)


def test_questions_without_measure_are_refused(in_yakuba_city):
    many = ",".join(f"e{number}" for number in range(1_500))
    assert ask("GET", "/v2/entities", query={"id": many}).status == 400
    few = ",".join(f"e{number}" for number in range(100))
    assert ask("GET", "/v2/entities", query={"id": few, "type": few}).status == 400
    entities = [{"id": f"e{number}"} for number in range(1_500)]
    assert ask("POST", "/v2/op/query", {"entities": entities}).status == 400
    assert ask("GET", "/v2/entities", query={"q": "a;" * 15_000}).status == 400
    data = [{"id": f"e{number}", "type": "T"} for number in range(10_001)]
    assert ask("POST", "/v2/op/notify", {"subscriptionId": "a" * 24, "data": data}).status == 400


# --- the writer


def test_one_that_the_database_does_not_take_harms_only_itself(in_yakuba_city, monkeypatch):
    monkeypatch.setattr(writer.connection, "close", lambda: None)  # the test's transaction goes on

    def poison(space, request):
        # Found out only when the group is written.
        attributes = {"a": {"type": "x", "value": object(), "metadata": {}}}
        space._set(("/", "P", "T"), Poison("P", "T", "/", attributes))
        return Answer(204)

    bad = task("PUT", PUT, {"value": 9, "type": "Number"})
    bad.route = Route(poison, (), False)
    good = task("PUT", PUT, {"value": 2, "type": "Number"})
    done = Writer()._stored([task("POST", "/v2/entities", RIVER), bad, good])
    assert [answer.status for _, answer in done] == [201, 500, 204]
    assert json.loads(Entity.objects.get().document)["level"]["value"] == 2


def _task(town: int, size: int = 10) -> Task:
    request = SimpleNamespace(body=b"x" * size)
    return Task(SimpleNamespace(pk=town), None, request, None, lambda _: None)  # type: ignore[arg-type]


def test_towns_take_turns_and_a_group_is_no_larger_than_others_can_wait():
    waiting = Waiting()
    for _ in range(1_000):
        waiting.put(_task(1))
    waiting.put(_task(2))
    assert [one.municipality.pk for one in waiting.take()[:3]] == [1, 2, 1]
    waiting = Waiting()
    for _ in range(5):
        waiting.put(_task(1, 3_000_000))
    assert len(waiting.take()) == 2
    waiting.end()
    assert [len(waiting.take()) for _ in range(3)] == [2, 1, 0]


def test_a_group_that_was_not_stored_leaves_a_oneshot_subscription_as_it_is(in_yakuba_city):
    allow_here("http://127.0.0.1:9")
    row = subscribed("http://127.0.0.1:9")
    Subscription.objects.update(status="oneshot")
    watches = Watches()
    watch = watches.of(row.municipality_id, time.time())[row.pk]
    watch.subscription.status = "inactive"  # as the group has left it in memory
    assert watches.of(row.municipality_id, time.time())[row.pk].subscription.status == "oneshot"


def test_a_subscription_that_cannot_be_read_any_more_stops_no_update(in_yakuba_city):
    allow_here("http://127.0.0.1:9")
    row = subscribed("http://127.0.0.1:9")
    definition = json.loads(row.definition)
    definition["subject"]["entities"] = [{"idPattern": "(a+)+$"}]
    Subscription.objects.update(definition=json.dumps(definition))
    change(2)
    assert not Delivery.objects.exists()


def test_a_clock_that_was_wrong_is_believed_again(monkeypatch):
    one, clock = Writer(), [1_000_000.0]
    monkeypatch.setattr(writer.time, "time", lambda: clock[0])
    assert one._now() == 1_000_000.0
    clock[0] -= 5.0
    assert one._now() > 1_000_000.0
    clock[0] = 900_000.0
    assert one._now() == 900_000.0


# --- moments of readings


def test_a_moment_of_an_earlier_update_is_not_that_of_this_one(in_yakuba_city):
    send(1.0, time.time() - 600)
    assert ask("PUT", "/v2/entities/R1/attrs/level", {"value": 2.0, "type": "Number"}).status == 204
    assert ask("PATCH", "/v2/entities/R1/attrs", {"level": {"value": 3.0}}).status == 204
    assert sorted(Reading.objects.values_list("number", flat=True)) == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("ahead", [9 * 3_600, 80 * 365 * 86_400, -60 * 365 * 86_400])
def test_a_clock_that_is_hours_or_years_wrong_is_doubted(in_yakuba_city, ahead):
    send(1.0, time.time() + ahead)
    reading = Reading.objects.get()
    assert reading.doubtful
    assert abs(reading.at / 1e6 - time.time()) < 600


def test_what_a_wrong_clock_has_noted_does_not_stay_the_newest(in_yakuba_city):
    send(1.0, time.time())
    future = round((time.time() + 86_400 * 365) * 1e6)
    Series.objects.update(last_at=future, last_number=1.0)
    send(2.0, time.time())
    assert Series.objects.get().last_number == 2.0


# --- receivers


@pytest.mark.parametrize(
    ("says", "arrived"), [(b"", 0), (b"HTTP/1.1 200 OK\r\nX: ", 1), (b"HTTP/1.1 200 OK\r\n\r\n", 1)]
)
def test_a_receiver_that_drips_is_given_up(in_yakuba_city, says, arrived):
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    ends = threading.Event()

    def drip():
        taken, _ = listening.accept()
        with suppress(OSError):
            taken.sendall(says)
            while not ends.wait(0.05):
                taken.sendall(b"x")

    threading.Thread(target=drip, daemon=True).start()
    allow_here(url)
    row = subscribed(url)
    change(2)
    watch = threading.Timer(0.5, lambda: sending.end_overdue(time.monotonic() + 1_000))
    watch.start()
    assert sending.send_portion(row.pk, time.time) == arrived
    ends.set()
    listening.close()
    row.refresh_from_db()
    assert row.last_failure_reason == ("" if arrived else "Timeout was reached")
    assert Delivery.objects.count() == 1 - arrived


def test_receivers_that_do_not_answer_leave_senders_to_the_others():
    sender = sending.Sender(lambda: [])
    room = sender._has_room
    for key in range(sending.FAILING_OF_A_TOWN):
        assert room(1, True)
        sender._at_work[key] = (1, True, None)  # type: ignore[assignment]
    assert not room(1, True)
    assert room(1, False)
    for key in range(10, 10 + sending.OF_A_TOWN - sending.FAILING_OF_A_TOWN):
        sender._at_work[key] = (1, False, None)  # type: ignore[assignment]
    assert not room(1, False)
    assert room(2, False)


def test_a_pause_or_lease_noted_by_a_wrong_clock_ends(in_yakuba_city):
    allow_here("http://127.0.0.1:9")
    row = subscribed("http://127.0.0.1:9")
    change(2)
    now = time.time()
    Subscription.objects.update(retry_at=now + 86_400 * 365)
    Delivery.objects.update(held_until=now + 86_400 * 365)
    assert sending.due(now, 10) == [(row.pk, False)]
    assert sending._taken(row.pk, now)


def test_what_never_arrived_is_told_when_it_goes(in_yakuba_city, clerk):
    allow_here("http://127.0.0.1:9")
    subscribed("http://127.0.0.1:9")
    change(2, 3)
    Delivery.objects.filter(pk=Delivery.objects.order_by("pk").first().pk).update(
        made_at=time.time() - 8 * 86_400
    )
    tidying.tidy()
    assert Delivery.objects.count() == 1
    assert Subscription.objects.get().thrown_away == 1
    event = AuditEvent.objects.get(name="cityhub.thrown_away")
    assert event.details["number"] == 1
    for permission in ("cityhub.manage",):
        clerk.roles.create(municipality=clerk.municipality, name="試し", permissions=[permission])
    told = failing.failures(type(clerk).objects.get(pk=clerk.pk))
    assert "捨てました" in told[0].title
    assert "1件" in told[0].reason


def test_who_only_reads_does_not_see_the_keys_of_receivers(in_yakuba_city):
    caller = Caller(in_yakuba_city, frozenset(), frozenset({"cityhub.view"}))
    for path in ("/v2/subscriptions", "/v2/subscriptions/x", "/v2/registrations"):
        with pytest.raises(NgsiError):
            require_right(caller, "", "GET", path)


# --- the wire


async def _served(talk, limits=None, handler=None):
    server = HttpServer(
        handler or (lambda request, respond: respond(HttpAnswer(200, (), request.body))),
        lambda status: HttpAnswer(status, closes=True),
        limits or Limits(10_000_000, 20_000_000),
    )
    port = await server.listen("127.0.0.1", 0)
    try:
        return await talk(server, port)
    finally:
        server.stop_listening()
        await server.finish(1)


def test_who_takes_no_answer_is_asked_nothing_more():
    asked = []

    def handler(request, respond):
        asked.append(request)
        respond(HttpAnswer(200, (), b"x" * 1_000_000))

    async def talk(server, port):
        _, writing = await asyncio.open_connection("127.0.0.1", port, limit=1_000)
        writing.write(b"GET / HTTP/1.1\r\n\r\n" * 500)
        await asyncio.sleep(1.0)
        held = [one._transport.get_write_buffer_size() for one in server.connections]
        writing.close()
        return held

    held = asyncio.run(_served(talk, handler=handler))
    assert len(asked) < 100
    assert held[0] < 5_000_000


def test_many_requests_at_once_are_all_answered():
    one = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    last = b"GET /z HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert over_the_wire(one * 3_000 + last).count(b"HTTP/1.1 200 OK") == 3_001


def test_bodies_that_are_only_announced_keep_nobody_out():
    async def talk(server, port):
        liars = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
        for _, writing in liars:
            writing.write(b"POST / HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n")
        await asyncio.sleep(0.2)
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(b"POST / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        answer = await reading.read()
        for _, each in liars:
            each.close()
        await asyncio.sleep(0.1)
        return answer, server.limits.held

    answer, held = asyncio.run(_served(talk))
    assert answer.startswith(b"HTTP/1.1 200")
    assert held == 0


def test_who_sends_too_much_sees_the_answer():
    async def talk(server, port):
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(b"POST / HTTP/1.1\r\nContent-Length: 11000000\r\n\r\n")
        for _ in range(11):
            writing.write(b"x" * 1_000_000)
            await writing.drain()
        writing.write_eof()
        answer = await reading.read()
        writing.close()
        return answer

    assert asyncio.run(_served(talk)).startswith(b"HTTP/1.1 413")


def test_an_entity_has_so_many_attributes_and_a_batch_too(in_yakuba_city):
    many = {f"a{number}": {"value": number} for number in range(1_500)}
    assert ask("POST", "/v2/entities", {"id": "E", "type": "T"} | many).status == 201
    assert Series.objects.count() == Reading.objects.count() == 1_500
    more = {f"b{number}": {"value": number} for number in range(1_500)}
    assert ask("POST", "/v2/entities/E/attrs", more).status == 413
    assert ask("POST", "/v2/entities", {"id": "F", "type": "T"} | many | more).status == 413
    entities = [{"id": f"e{number}"} | many for number in range(80)]
    assert ask("POST", "/v2/op/update", {"actionType": "append", "entities": entities}).status == 413


def test_connections_that_say_nothing_make_room(monkeypatch):
    monkeypatch.setattr(http, "MOST_CONNECTIONS", 5)

    async def talk(server, port):
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(12)]
        await asyncio.sleep(0.1)
        reading, writing = await asyncio.open_connection("127.0.0.1", port)
        writing.write(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer = await reading.read()
        number = len(server.connections)
        for _, each in silent:
            each.close()
        return answer, number

    answer, number = asyncio.run(_served(talk))
    assert answer.startswith(b"HTTP/1.1 200")
    assert number <= 6


def test_empty_lines_are_no_sign_of_life():
    async def talk(server, port):
        _, writing = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.05)
        (one,) = server.connections
        before = one.deadline
        for _ in range(3):
            writing.write(b"\r\n")
            await asyncio.sleep(0.05)
        writing.close()
        return one.deadline <= before

    assert asyncio.run(_served(talk))


def test_no_town_and_no_stranger_has_all_readers():
    async def talk():
        readers = Readers(asyncio.get_running_loop())
        held, order = threading.Event(), []
        ended = lambda result, error: order.append(result)  # noqa: E731
        for queue in (1, 1, 1, 1, 1, STRANGERS, STRANGERS):
            readers.put(queue, lambda queue=queue: held.wait(300) and queue, ended)
        assert readers._running == {1: OF_A_TOWN, STRANGERS: 1}
        assert READERS > OF_A_TOWN + 1
        readers.put(2, lambda: 2, ended)
        while not order:
            await asyncio.sleep(0.01)
        held.set()
        while len(order) < 8:
            await asyncio.sleep(0.01)
        readers.stop()
        return order

    assert asyncio.run(talk())[0] == 2


# --- the watch


def test_a_value_that_flaps_is_one_alarm_until_somebody_has_seen_it(in_yakuba_city, clerk, monkeypatch):
    told = []
    monkeypatch.setattr(watching, "_send", lambda alarm, address: told.append(address))
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    now = time.time()
    for second in range(20):
        send(2.7 if second % 2 else 2.0, now - 100 + second)
        watching.look()
    assert len(told) == 1
    alarm = Alarm.objects.get()
    watching.acknowledge(alarm.pk, "見た", actor=clerk)
    send(2.0, now - 50)
    send(2.7, now - 40)
    watching.look()
    assert Alarm.objects.count() == 2


def test_who_cannot_be_reached_is_passed_over_and_the_round_begins_again(in_yakuba_city, clerk, monkeypatch):
    told = []

    def tried(alarm, address):
        told.append(address)
        if address.startswith("a@"):
            raise ValueError("no such person")

    monkeypatch.setattr(watching, "_send", tried)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    send(2.7, time.time())
    watching.look()
    assert told == ["a@example.lg.jp", "b@example.lg.jp"]
    Alarm.objects.update(told_at=timezone.now() - timedelta(minutes=11))
    watching.look()
    assert len(told) == 2
    Alarm.objects.update(told_at=timezone.now() - timedelta(minutes=61))
    watching.look()
    assert told[2:] == ["a@example.lg.jp", "b@example.lg.jp"]


def test_a_relay_that_is_dead_is_tried_once_in_a_look_and_told(in_yakuba_city, clerk, monkeypatch):
    tried = []

    def dead(alarm, address):
        tried.append(address)
        raise OSError("no relay")

    monkeypatch.setattr(watching, "_send", dead)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    for name in ("R1", "R2", "R3"):
        value = {"type": "Number", "value": 3.0}
        ask("POST", "/v2/entities", {"id": name, "type": "River", "level": value})
    watching.look()
    assert len(tried) == 1
    assert Alarm.objects.count() == 3
    clerk.roles.create(municipality=clerk.municipality, name="試し", permissions=["cityhub.acknowledge"])
    told = failing.failures(type(clerk).objects.get(pk=clerk.pk))
    assert len(told) == 3
    assert "だれにも知らせられません" in told[0].title
    watching.look()
    assert len(tried) == 1
    Alarm.objects.update(told_at=timezone.now() - timedelta(minutes=2))
    watching.look()
    assert len(tried) == 2


def test_an_alarm_of_a_rule_that_is_gone_ends(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(watching, "_send", lambda alarm, address: None)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    send(2.7, time.time())
    watching.look()
    assert Alarm.objects.get().ended_at is None
    facade.set_rules(RULES.replace("名前: 水位", "名前: 川"), actor=clerk)
    watching.look()
    assert Alarm.objects.get(rule="水位").ended_at is not None


def test_a_slow_rise_of_a_quick_sensor_is_seen():
    one = rule("    上がる: 1\n    変化をみる分: 60\n")
    state, events = State(), []
    for second in range(3_600):
        event = looked(one, state, 1_000.0 + second, second / 3_000, {})
        events += [event] if event else []
    assert [event.begins for event in events] == [True]
    assert len(state.past) <= 501


def test_a_reading_from_the_future_blinds_nobody(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(watching, "_send", lambda alarm, address: None)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    send(2.0, time.time() - 60)
    watching.look()
    from yakuba.services.cityhub.models import WatchState

    for row in WatchState.objects.all():
        row.state["newest"] = time.time() + 86_400 * 365
        row.save()
    send(2.7, time.time())
    watching.look()
    assert Alarm.objects.filter(rule="水位").count() == 1


def test_nothing_is_written_where_nothing_has_come(in_yakuba_city, clerk, django_assert_max_num_queries):
    facade.set_rules(RULES, actor=clerk)
    for number in range(20):
        value = {"type": "Number", "value": 1.0}
        ask("POST", "/v2/entities", {"id": f"R{number}", "type": "River", "level": value})
    watching.look()
    with django_assert_max_num_queries(12):
        watching.look()


@pytest.mark.parametrize(
    "text",
    [
        RULES.replace("[a@example.lg.jp, b@example.lg.jp]", "[]"),
        RULES.replace("a@example.lg.jp", '"a@example.lg.jp\\nBcc: x@example.com"'),
        RULES.replace("超える: 2.5", "超える: "),
        RULES.replace("超える: 2.5", "超える: .nan"),
        RULES.replace("型: River", "型: "),
    ],
)
def test_rules_that_could_tell_nobody_or_mean_nothing_are_refused(text):
    from yakuba.kernel.definitions import DefinitionRefused
    from yakuba.services.cityhub.engine.watchrules import read_watch_file

    with pytest.raises(DefinitionRefused):
        read_watch_file(text)


def test_rules_for_which_nothing_comes_are_named(in_yakuba_city, clerk):
    facade.set_rules(RULES, actor=clerk)
    assert watched.without_series(watched.rules().file) == ["水位", "黙る"]
    send(1.0, time.time())
    assert watched.without_series(watched.rules().file) == []


def test_rosters_that_were_replaced_long_ago_go(in_yakuba_city, clerk):
    for _ in range(4):
        facade.set_rules(RULES, actor=clerk)
    for version, days in ((1, 900), (2, 500), (3, 400), (4, 10)):
        WatchRules.objects.filter(version=version).update(created_at=timezone.now() - timedelta(days=days))
    tidying.tidy()
    assert list(WatchRules.objects.order_by("version").values_list("version", flat=True)) == [3, 4]
