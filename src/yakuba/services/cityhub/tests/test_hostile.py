"""What clients, sensors, receivers and clocks do that they should not: it harms nobody else, and is told."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yakuba.kernel.outbound.permission import allow_here
from yakuba.services.cityhub.actions import writer
from yakuba.services.cityhub.actions.watches import Watches
from yakuba.services.cityhub.actions.writer import Task, Waiting, Writer
from yakuba.services.cityhub.engine.answers import Answer
from yakuba.services.cityhub.engine.entities import Entity as Poison
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.identifiers import read_json
from yakuba.services.cityhub.engine.patterns import found, pattern
from yakuba.services.cityhub.engine.routes import Route
from yakuba.services.cityhub.models import Delivery, Entity, Reading, Series, Subscription
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.test_hub import RIVER, change, subscribed, task
from yakuba.services.cityhub.tests.test_watching import send

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
