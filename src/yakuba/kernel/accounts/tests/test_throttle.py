"""Who guesses passwords is stopped; who has forgotten one is not locked out by others."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.utils import timezone

from yakuba.kernel.accounts import actions, throttle
from yakuba.kernel.accounts.models import LoginTally, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.tenancy import active_municipality

RIGHT, WRONG = "yakuba-test-word", "違う"
pytestmark = pytest.mark.django_db


def login(username, password, address="192.0.2.1", client=None):
    client = client or Client()
    return client.post(
        "/login/", {"username": username, "password": password}, REMOTE_ADDR=address
    ).status_code


def events(city):
    with active_municipality(city):
        return list(AuditEvent.objects.order_by("sequence").values_list("name", "details"))


def later(time):
    """Let so much time pass for the tallies."""
    for tally in LoginTally.objects.all():
        tally.since -= time
        if tally.locked_until:
            tally.locked_until -= time
        tally.save()


def test_spraying_many_names_from_one_address_is_stopped(clerk):
    answers = [login(f"name{number}", WRONG) for number in range(throttle.PLACE.tries)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {200}
    assert login(clerk.username, RIGHT) == 429
    assert login(clerk.username, RIGHT, address="192.0.2.2") == 302


def test_a_place_is_locked_by_names_of_nobody_after_it_was_by_somebodys(clerk):
    """On PostgreSQL, who was tried before is hidden from somebody who has no town yet."""
    for username in (clerk.username, "nobody"):
        login(username, WRONG)
        LoginTally.objects.filter(scope="place").update(tries=throttle.PLACE.tries - 1)
        assert login(username, WRONG) == 429
        assert LoginTally.objects.get(scope="place").user == clerk
        later(timedelta(hours=1))


@pytest.mark.slow
def test_spraying_gets_slower_each_time(clerk):
    lengths = []
    for _ in range(7):
        for number in range(throttle.PLACE.tries):
            login(f"name{number}", WRONG)
        lengths.append(LoginTally.objects.get(scope="place").locked_until - timezone.now())
        later(lengths[-1])
        LoginTally.objects.exclude(scope="place").delete()
    minutes = [round(length.total_seconds() / 60) for length in lengths]
    assert minutes == [15, 30, 60, 120, 240, 480, 480]


def test_an_ipv6_subscriber_is_one_place(clerk):
    for number in range(throttle.PLACE.tries):
        login(f"name{number}", WRONG, address=f"2001:db8:0:7::{number:x}")
    assert login(clerk.username, RIGHT, address="2001:db8:0:7::ffff") == 429
    assert login(clerk.username, RIGHT, address="2001:db8:0:8::1") == 302


def test_one_name_tried_from_many_addresses_is_stopped_but_not_where_the_person_works(clerk):
    own = Client()
    assert login(clerk.username, RIGHT, address="192.0.2.9", client=own) == 302
    own.post("/logout/")
    answers = [
        login(clerk.username, WRONG, address=f"198.51.100.{number}") for number in range(throttle.NAME.tries)
    ]
    assert answers[-1] == 429
    assert login(clerk.username, RIGHT, address="203.0.113.1") == 429
    assert login(clerk.username, RIGHT, address="192.0.2.9", client=own) == 302


def test_behind_one_address_nobody_locks_out_who_has_logged_in_there(clerk):
    """As behind a proxy that tells no addresses: all PCs are one place."""
    own = Client()
    assert login(clerk.username, RIGHT, client=own) == 302
    own.post("/logout/")
    for _ in range(2 * throttle.PLACE.tries):
        login(clerk.username, WRONG)
    assert login(clerk.username, RIGHT) == 429
    assert login(clerk.username, RIGHT, client=own) == 302


def test_a_device_has_its_own_five_tries_for_its_own_name_only(clerk, neighbour):
    own = Client()
    login(clerk.username, RIGHT, client=own)
    own.post("/logout/")
    for _ in range(throttle.NAME_AT_PLACE.tries):
        last = login(clerk.username, WRONG, client=own)
    assert last == 429
    assert login(clerk.username, RIGHT, client=own) == 429
    assert throttle._device(_request(own), "somebody") == ""
    (cookie,) = [one for one in own.cookies if one.startswith("device_")]
    stolen = Client()
    stolen.cookies[throttle._cookie(neighbour.username)] = own.cookies[cookie].value
    assert throttle._device(_request(stolen), neighbour.username) == ""


def _request(client):
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    return request


def test_tries_at_once_get_no_more_than_one_after_the_other(clerk):
    tried = throttle.Try(clerk.username, "192.0.2.1", "")
    answers = [throttle.begin(tried) for _ in range(8)]
    assert answers == [True] * 5 + [False] * 3


def test_tries_during_a_lock_are_one_event_with_their_number(clerk, yakuba_city):
    for _ in range(25):
        login(clerk.username, WRONG)
    assert [name for name, _ in events(yakuba_city)] == ["accounts.login_failed"] * 5 + [
        "accounts.login_locked"
    ]
    later(timedelta(minutes=20))
    assert login(clerk.username, RIGHT) == 302
    told = [details for name, details in events(yakuba_city) if name == "accounts.tried_while_locked"]
    assert told == [{"scope": "name_at_place", "tries": 20}]


def test_locks_that_ended_unseen_are_told_however_many_and_however_late(yakuba_city, make_staff, monkeypatch):
    monkeypatch.setattr(throttle, "TOLD_AT_ONCE", 2)
    people = [make_staff(yakuba_city) for _ in range(3)]
    for number, person in enumerate(people):
        for _ in range(throttle.NAME_AT_PLACE.tries + 3):
            login(person.username, WRONG, address=f"192.0.2.{number}")
    later(timedelta(days=5))
    for _ in range(2):
        login("nobody", WRONG)
    told = [details for name, details in events(yakuba_city) if name == "accounts.tried_while_locked"]
    assert told == [{"scope": "name_at_place", "tries": 3}] * 3
    assert LoginTally.objects.filter(user__in=people).count() == 0


def test_a_lock_ends_and_success_forgets(clerk):
    for _ in range(5):
        login(clerk.username, WRONG)
    later(timedelta(minutes=16))
    for _ in range(4):
        assert login(clerk.username, WRONG) == 200
    assert login(clerk.username, RIGHT) == 302
    for _ in range(4):
        assert login(clerk.username, WRONG) == 200


def test_an_administrator_ends_a_lock(clerk, in_yakuba_city):
    for _ in range(5):
        login(clerk.username, WRONG)
    assert login(clerk.username, RIGHT) == 429
    actions.unlock(clerk)
    assert AuditEvent.objects.order_by("-sequence")[0].details == {"unlocked": True, "refused": 1}
    assert login(clerk.username, RIGHT) == 302


def test_case_and_width_of_a_name_are_no_new_budget(clerk):
    for name in ("Staff1", "STAFF1", "ｓｔａｆｆ1", "staff1", "staff1 "):
        login(name, WRONG)
    assert login("staff1", RIGHT) == 429


def test_no_name_that_was_typed_is_kept(clerk):
    login("typed-my-password-here", WRONG)
    assert "typed-my-password-here" not in str(list(LoginTally.objects.values()))
    assert User.objects.count() == 1


class Counting(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm = "counting"
    calls = 0

    def encode(self, password, salt):
        Counting.calls += 1
        return super().encode(password, salt)


@pytest.fixture
def people(settings, make_staff, yakuba_city):
    """Names that differ in what the house knows of them."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    made = {kind: make_staff(yakuba_city) for kind in ("known", "gone", "without a password", "damaged")}
    made["gone"].is_active = False
    made["without a password"].set_unusable_password()
    made["damaged"].password = "nonsense"
    for person in made.values():
        person.save()
    return {kind: person.username for kind, person in made.items()} | {
        "unknown": "nobody",
        "other case": "STAFF1",
    }


@pytest.mark.parametrize("kind", ["known", "gone", "without a password", "damaged", "unknown", "other case"])
def test_one_password_is_hashed_whoever_is_named(people, kind):
    """What takes long is the hash: a name that is known takes as long as one that is not."""
    Counting.calls = 0
    assert login(people[kind], WRONG) == 200
    assert Counting.calls == 1


@pytest.mark.parametrize("kind", ["known", "unknown"])
def test_none_is_hashed_while_locked(people, kind):
    for _ in range(throttle.NAME_AT_PLACE.tries):
        login(people[kind], WRONG)
    Counting.calls = 0
    assert login(people[kind], RIGHT) == 429
    assert Counting.calls == 0


def test_a_lock_does_not_tell_whether_the_name_is_known(people):
    answers = {kind: [login(people[kind], WRONG, f"192.0.2.{number}") for _ in range(7)]
               for number, kind in enumerate(people)}  # fmt: skip
    assert set(map(tuple, answers.values())) == {(200,) * 4 + (429,) * 3}
