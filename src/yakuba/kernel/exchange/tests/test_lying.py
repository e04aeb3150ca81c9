"""Inside: an outside that somebody has taken writes and signs what it likes. Nothing of it stays behind when it has been set up
anew, and each refusal has its sentence."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
from django.conf import settings

from yakuba.kernel.exchange import arriving, dealing, keys, message, pulling, queue, sealing
from yakuba.kernel.exchange.message import PARCEL, Part
from yakuba.kernel.exchange.models import Arrival, Counterpart
from yakuba.kernel.exchange.tests.halves import other, taken
from yakuba.kernel.refusals import Invalid


@pytest.fixture
def inside(in_yakuba_city, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "part", "inside")
    return other()


def parcel(**facts) -> Part:
    content = b"sealed by nobody"
    whole = {"key": queue.new_key(), "number": 1, "about": "x"} | facts
    return Part(PARCEL, [content], len(content), hashlib.sha256(content).hexdigest(), whole)


@pytest.mark.parametrize(
    "more",
    [
        {"serial": 2**70}, {"serial": -1}, {"serial": "x"}, {"seen": 2**62}, {"seen": None}, {"first": 2**62, "told": [0, ""]},
        {"first": float("inf"), "told": [0, ""]}, {"gone": 2**62, "told": [0, ""]}, {"gone": -5, "told": [0, ""]},
        {"revision": 2**62}, {"revision": -1}, {"bundle": "\0"}, {"knows": "\0"}, {"made_at": "2026-11-30T00:00:00"},
        {"made_at": 7}, {"reports": 3}, {"reports": {"intake": 5}}, {"before": "\0", "first": 3, "told": [0, ""]},
        {"keys": {}}, {"keys": {"sign": "x", "seal": "y"}},
    ],
)  # fmt: skip
def test_a_head_that_lies_is_refused_with_a_sentence_and_changes_nothing(inside, more) -> None:
    before = Counterpart.objects.values().get()
    with pytest.raises(Invalid):
        inside.told(**more)
    assert Counterpart.objects.values().get() == before
    assert inside.told().parcels == 0  # and the next that is right is taken


@pytest.mark.parametrize("made_at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_clock_that_runs_wild_is_told_and_decides_nothing(inside, made_at) -> None:
    inside.told(made_at=made_at)
    row = Counterpart.objects.get()
    assert row.seen == 1
    assert abs(row.apart) > dealing.CLOCKS_APART


@pytest.mark.parametrize(
    "facts",
    [{"number": 2**70}, {"number": 2**62}, {"number": -1}, {"number": None}, {"key": "\0"}, {"key": "../../etc"}, {"about": "\0"}, {"about": ["x"]}],
)  # fmt: skip
def test_a_parcel_that_lies_is_refused_with_a_sentence(inside, facts) -> None:
    inside.parts.append(parcel(**facts))
    with pytest.raises(Invalid):
        inside.told()
    assert not Arrival.objects.exists()
    assert Counterpart.objects.get().position == 0


@pytest.mark.parametrize(
    "line",
    [b"[" * 200_000, b'{"parts": ' + b"[" * 200_000, b'{"parts": [{"kind": "x", "sha256": "", "size": Infinity}]}', b'{"parts": 3}', b"7", b"null",
     b'{"parts": [{"kind": "x", "sha256": "", "size": -1}]}', b'{"parts": [{"kind": "x", "sha256": "", "size": "0"}]}',
     b'{"town": "990019", "from": "outside", "parts": [' + b",".join([b'{"kind": "x", "sha256": "", "size": 0}'] * 30_000) + b"]}"],
    ids=range(9),
)  # fmt: skip
def test_a_head_that_is_none_is_none(inside, line) -> None:
    signed = json.dumps({"x": sealing.text_of(sealing.sign(line, inside.sign))}).encode()
    with pytest.raises(Invalid):
        taken(message.MAGIC + line + b"\n" + signed + b"\n")


def test_what_is_wrong_with_an_answer_stands_at_the_counterpart(inside, monkeypatch) -> None:
    def call(address, ours, theirs):
        nonce = json.loads(ours_of(ours))["nonce"]
        theirs.write(inside.message(answers=nonce, made_at=7))

    monkeypatch.setattr(pulling, "_call", call)
    with pytest.raises(Invalid):
        pulling.pull()
    row = Counterpart.objects.get()
    assert "版" in row.fault
    assert row.failing_since is not None


def ours_of(file) -> bytes:
    file.seek(0)
    return file.read().split(b"\n", 2)[1]


def test_an_outside_that_never_ends_is_left_for_the_next_turn(inside, monkeypatch) -> None:
    now, rounds = [0.0], [0]

    def call(address, ours, theirs):
        now[0] += 100
        rounds[0] += 1
        theirs.write(inside.message(answers=json.loads(ours_of(ours))["nonce"], more=True))

    monkeypatch.setattr(pulling, "_call", call)
    monkeypatch.setattr(pulling, "clock", lambda: now[0])
    pulling.pull()
    assert now[0] <= pulling.WHOLE_PULL + 200


def test_what_takes_long_to_open_does_not_keep_the_next_pull_from_its_turn(inside, monkeypatch) -> None:
    """Ten thousand pictures, each of which takes a minute."""
    now, taken_up = [0.0], []

    def call(address, ours, theirs):
        theirs.write(inside.message(answers=json.loads(ours_of(ours))["nonce"]))
        inside.parts.clear()

    def take(row, delivery):
        now[0] += 60
        taken_up.append(row.key)
        Arrival.objects.filter(pk=row.pk).update(state=Arrival.State.STUCK)
        return False

    monkeypatch.setattr(pulling, "_call", call)
    monkeypatch.setattr(pulling, "clock", lambda: now[0])
    monkeypatch.setattr(arriving, "_take", take)
    for _ in range(40):
        inside.parcel("x", b"slow")
    assert pulling.pull() == 40
    assert now[0] <= pulling.WHOLE_PULL + 60
    assert pulling.pull() == 0
    while arriving.waits():
        arriving.take_up()
    assert len(set(taken_up)) == len(taken_up) == 40


def test_three_renewals_without_a_word_between_them_lose_nobody(inside) -> None:
    first = keys.newest()
    Counterpart.objects.update(knows=keys.fingerprint_of(first))
    for _ in range(5):
        keys.renew()
    ours = io.BytesIO(b"".join(dealing.composed(dealing.LINE)))
    assert message.opened(ours, [sealing.bytes_of(first.sign)]).head["from"] == "inside"


def test_the_outside_set_up_anew_puts_right_what_the_taken_one_said(inside) -> None:
    """Counters that are as far as they may be moved at once; then another outside, with a queue that begins at one."""
    inside.told(first=10**9, told=[0, ""], serial=10**9, revision=10**9, gone=10**9)
    row = Counterpart.objects.get()
    assert row.position < 2**60
    sign, seal = sealing.new_keys()
    anew = type(inside)(sign, seal, "outside")
    keys.accept(json.dumps(anew.facts()).encode(), sealing.fingerprint(anew.facts()))
    anew.number = row.position  # as its queue counts on from what the inside says
    anew.parcel("x", b"new")
    anew.told(first=row.position + 1, told=[row.position, row.position_key])
    assert Counterpart.objects.get().position == row.position + 1
    b"".join(dealing.composed(dealing.LINE))
