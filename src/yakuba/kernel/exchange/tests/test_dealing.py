"""Each half by itself: what it makes of messages that come twice, late, from the wrong hand or from the past."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import arriving, checks, dealing, keys, pulling, queue, sealing
from yakuba.kernel.exchange.message import Forged
from yakuba.kernel.exchange.models import Arrival, Counterpart, OwnKey, Parcel
from yakuba.kernel.exchange.tests.halves import other, taken
from yakuba.kernel.outbound.part import WrongPart
from yakuba.kernel.refusals import Conflict, Invalid


@pytest.fixture
def inside(in_yakuba_city, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "part", "inside")
    return other()


@pytest.fixture
def outside(in_yakuba_city, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    return other()


def here() -> Counterpart:
    return Counterpart.objects.get()


def test_the_whole_service_exchanges_nothing(in_yakuba_city) -> None:
    with pytest.raises(WrongPart):
        keys.make()
    assert checks.self_check() == []


def test_a_key_is_made_once_and_renewed(inside) -> None:
    with pytest.raises(Conflict):
        keys.make()
    sealed = inside.parcel("x", b"to the first")
    keys.renew()
    inside.parcel("x", b"to the second")
    inside.told()
    assert OwnKey.objects.count() == 2
    assert [
        arriving.opened(key, "x") for key in Arrival.objects.order_by("number").values_list("key", flat=True)
    ] == [
        b"to the first",
        b"to the second",
    ]
    assert sealed
    OwnKey.objects.update(made_at=timezone.now() - timedelta(days=200))
    assert keys.destroy_old() == 0  # the other side does not know the new one yet
    inside.told(knows=keys.fingerprint_of(keys.newest()))
    assert keys.destroy_old() == 1


def test_the_other_sides_new_key_is_learned_from_the_old_one(inside) -> None:
    sign, seal = sealing.new_keys()
    told = {
        "sign": sealing.text_of(sealing.signing_public_of(sign)),
        "seal": sealing.text_of(sealing.public_of(seal)),
    }
    inside.told(keys=told)
    assert here().sign == told["sign"]
    with pytest.raises(Forged):
        inside.told()
    inside.sign, inside.seal = sign, seal
    inside.told()


def test_parcels_come_once_and_the_place_moves_without_a_gap(inside) -> None:
    inside.parcel("x", b"1")
    first = inside.message()
    inside.parcel("x", b"2")
    second = inside.message()
    held_back, inside.parts = inside.parts[:2], []
    inside.parcel("x", b"3")
    third = inside.message()
    assert taken(third).parcels == 1
    assert here().position == 0
    late = taken(second)
    assert (late.parcels, late.stale) == (2, True)
    assert here().position == 3
    again = taken(second)
    assert (again.parcels, again.told) == (0, dealing.OLDER)
    assert taken(third).told == dealing.AGAIN
    assert taken(first).parcels == 0
    assert Arrival.objects.count() == 3
    assert held_back


def test_what_the_outside_has_no_more_is_told_and_waited_for_no_longer(inside, clerk) -> None:
    inside.number = 4
    inside.parcel("x", b"5")
    inside.told(first=5, before="b" * 32, gone=4)
    assert (here().position, here().missed) == (5, 4)
    assert any("届かなかった" in one.title for one in checks.failures(clerk))


def test_an_outside_that_believes_us_further_moves_nothing(inside) -> None:
    inside.told(first=80, before="b" * 32, told=[79, "b" * 32], gone=3)
    assert (here().position, here().missed) == (0, 0)


def test_a_message_for_another_town_or_of_this_half_is_not_taken(inside) -> None:
    inside.town = "990027"
    with pytest.raises(Invalid, match="別の自治体"):
        inside.told()
    own = b"".join(dealing.composed(dealing.LINE))
    with pytest.raises(Invalid, match="この設備が書き出した"):
        taken(own)


def test_an_answer_to_another_question_is_not_taken(inside) -> None:
    import io

    found = dealing.opened(io.BytesIO(inside.message(answers="theirs")))
    with pytest.raises(Invalid, match="この問い合わせ"):
        dealing.taken(found, nonce="ours")


def test_what_nobody_knows_or_can_open_waits_for_a_person(inside, clerk) -> None:
    _, stranger = sealing.new_keys()
    inside.parcel("unheard.of", b"1")
    inside.parcel("answers.asked", b"[]", to=sealing.public_of(stranger))
    inside.parcel("answers.asked", b"no JSON")
    inside.parcel("answers.asked", b"[]")
    inside.told()
    assert arriving.take_up() == 1
    rows = list(Arrival.objects.order_by("number"))
    assert [row.state for row in rows] == ["stuck", "stuck", "stuck", "done"]
    assert "知らない種類" in rows[0].reason
    assert "封を開けられません" in rows[1].reason
    assert [one.reason for one in checks.failures(clerk)] == [row.reason for row in rows[:3]]
    assert rows[3].content is None
    arriving.again(rows[0].pk)
    assert Arrival.objects.get(pk=rows[0].pk).state == "waiting"
    arriving.take_up()
    arriving.put_aside(rows[0].pk, "窓口で受け付けました。")
    assert Arrival.objects.get(pk=rows[0].pk).state == "set_aside"


def test_clocks_that_differ_decide_nothing_and_are_told(inside) -> None:
    inside.parcel("x", b"1")
    past = (timezone.now() - timedelta(hours=9)).isoformat()
    assert inside.told(made_at=past).parcels == 1
    assert [one.label for one in checks.self_check() if not one.ok][:1] == ["授受の相手との時計"]


def test_a_backup_is_said_only_of_what_came_before_it(inside) -> None:
    inside.parcel("x", b"1")
    inside.told()
    assert arriving.safe(here()) == 0
    record("audit.backup_taken", made_at=timezone.now().isoformat())
    assert arriving.safe(here()) == 1
    inside.parcel("x", b"2")
    inside.told()
    assert arriving.safe(here()) == 1


def test_an_outside_that_is_not_reached_is_told_with_its_day(inside, clerk, monkeypatch) -> None:
    Counterpart.objects.update(address="http://127.0.0.1:9/")
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "127.0.0.1:9")
    with pytest.raises(pulling.NotReached):
        pulling.pull()
    assert checks.failures(clerk) == []  # a moment is no failure
    Counterpart.objects.update(failing_since=timezone.now() - timedelta(hours=2))
    (failure,) = checks.failures(clerk)
    assert "からつながりません" in failure.title
    assert pulling.pull_by_itself() == 0  # its turn has not come
    inside.told()
    assert checks.failures(clerk) == []


def test_the_outside_keeps_what_arrived_until_there_is_a_backup_of_it(outside) -> None:
    marks = [queue.post("x", b"%d" % number) for number in range(3)]
    outside.told(position=2, position_key=marks[1], safe=1)
    assert [row.delivered_at is not None for row in Parcel.objects.order_by("number")] == [True, True, False]
    assert queue.let_go() == 0
    old = timezone.now() - timedelta(days=20)
    Parcel.objects.filter(delivered_at__isnull=False).update(delivered_at=old)
    assert queue.let_go() == 1
    outside.told(position=1, position_key=marks[0], safe=1)  # the inside was restored
    assert [row.number for row in queue.waiting(here())] == [2, 3]
    Parcel.objects.filter(number=2).update(delivered_at=timezone.now() - timedelta(days=100))
    assert queue.let_go() == 1
    assert queue.gone_unseen(here()) == 1
    assert queue.first_held(here()) == (3, marks[1])


def test_numbers_that_were_used_twice_are_used_no_more(outside) -> None:
    marks = [queue.post("x", b"%d" % number) for number in range(3)]
    outside.told(position=7, position_key="f" * 32)  # of a time that this outside does not remember
    assert [(row.number, row.key) for row in queue.waiting(here())] == [
        (8, marks[0]),
        (9, marks[1]),
        (10, marks[2]),
    ]
    outside.told(position=10, position_key=marks[2])
    assert list(queue.waiting(here())) == []
    outside.told(position=3, position_key=marks[2])  # and the inside went back as well
    assert [row.number for row in queue.waiting(here())] == [11, 12, 13]


def test_the_flows_address_is_there_for_the_counterpart_alone(outside, monkeypatch) -> None:
    client, where = Client(), "/exchange/line/990019/"
    post = {"content_type": pulling.MEDIA_TYPE}
    assert client.post(where, b"who is there", **post).status_code == 404
    assert client.get(where).status_code in (404, 405)
    answer = client.post(where, outside.message(nonce="n"), **post)
    assert answer.status_code == 200
    assert b'"answers": "n"' in b"".join(answer.streaming_content)
    for _ in range(30):
        client.post(where, b"who is there", **post)
    assert (
        client.post(where, outside.message(), **post).status_code == 404
    )  # from an address that knocks too often
    monkeypatch.setattr(settings.YAKUBA, "part", "whole")
    assert client.post(where, outside.message(), **post).status_code == 404
