"""What receivers do that they should not: it harms nobody else, and is told."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

import pytest

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.outbound.permission import allow_here
from yakuba.services.cityhub.actions import sending, tidying
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.models import Delivery, Subscription
from yakuba.services.cityhub.queries import failing
from yakuba.services.cityhub.queries.callers import Caller, require_right
from yakuba.services.cityhub.tests.test_hub import change, subscribed


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
