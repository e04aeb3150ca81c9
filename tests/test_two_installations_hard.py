"""The two installations of one town when things go wrong: killed, restored, carried in the wrong order, knocked at."""

from __future__ import annotations

import http.client
import json
import random
import shutil
import time

import pytest
from running_house import Visitor
from two_houses import (
    IN_TOWN,
    TOWN,
    Resident,
    accept,
    carry_in,
    carry_out,
    indented,
    kept,
    kill,
    new_pair,
    put_back,
    start_pull,
    wait_for,
)

pytestmark = pytest.mark.slow
MEDIA_TYPE = "application/vnd.yakuba.exchange"
FAMILY = "一二三四五六七八九十百千万"


def named(number: int) -> str:
    """A name of its own for each application."""
    return "山田" + FAMILY[number // 13] + FAMILY[number % 13]


def knock(house, body: bytes, kind: str = MEDIA_TYPE) -> tuple[int, bytes]:
    """Somebody at the flow's address."""
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=600)
    line.request("POST", "/exchange/line/990019/", body, {"Content-Type": kind})
    answer = line.getresponse()
    return answer.status, answer.read()


def head_of(message: bytes) -> dict:
    """What stands at the head of a message."""
    return json.loads(message.split(b"\n", 2)[1])


def by_name(pair) -> dict[str, list[str]]:
    """Name → receipt numbers of the cases inside."""
    found: dict[str, list[str]] = {}
    for case in pair.cases():
        found.setdefault(case["values"].get("name", ""), []).append(case["number"])
    return found


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return new_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture(scope="module")
def by_file(tmp_path_factory):
    """Two halves that no line joins."""
    return new_pair(tmp_path_factory.mktemp("by-file"), line=False)


def test_files_carried_twice_in_any_order_or_damaged_double_and_lose_nothing(by_file):
    pair = by_file
    assert pair.carry(pair.inside, pair.outside).returncode == 0
    resident = Resident(pair.outside)
    with pair.web():
        receipts = [resident.apply(named(0))]
        first = carry_out(pair.outside, pair.medium)
        receipts.append(resident.apply(named(1)))
        second = carry_out(pair.outside, pair.medium)

        own = carry_in(pair.outside, second)
        assert own.returncode != 0
        assert "この設備が書き出した" in own.stderr
        cut = pair.medium / "cut"
        cut.write_bytes(second.read_bytes()[:-100])
        broken = carry_in(pair.inside, cut)
        assert broken.returncode != 0
        assert "壊れています" in broken.stderr
        flipped = bytearray(second.read_bytes())
        flipped[40] ^= 1  # in the head
        (pair.medium / "flipped").write_bytes(flipped)
        forged = carry_in(pair.inside, pair.medium / "flipped")
        assert forged.returncode != 0
        assert "署名がありません" in forged.stderr
        (pair.medium / "letter").write_text("a letter")
        assert "授受のファイルではありません" in carry_in(pair.inside, pair.medium / "letter").stderr

        for file in (second, first, second, first):
            done = carry_in(pair.inside, file)
            assert done.returncode == 0, done.stderr
        assert "古いファイル" in json.loads(done.stdout)["told"]
        assert sorted(one["number"] for one in pair.cases()) == sorted(number for number, _ in receipts)

        out = carry_out(pair.inside, pair.medium)
        assert carry_in(pair.outside, out).returncode == 0
        again = carry_in(pair.outside, out)
        assert "もう取り込みました" in json.loads(again.stdout)["told"]
        for number, secret in receipts:
            assert "受付済" in resident.look(number, secret)
        receipts.append(resident.apply(named(2)))  # what had arrived is not carried any more
        third = carry_out(pair.outside, pair.medium)
        assert len(head_of(third.read_bytes())["parts"]) == 1
        assert carry_in(pair.inside, third).returncode == 0
        assert len(pair.cases()) == 3


def test_strangers_replays_and_forgeries_get_nothing(pair, tmp_path):
    with pair.web():
        pair.pull()
        Resident(pair.outside).apply(named(3))
        known = carry_out(pair.inside, tmp_path).read_bytes()
        status, answer = knock(pair.outside, known)
        assert status == 200
        assert [one["kind"] for one in head_of(answer)["parts"]] == ["parcel"]
        status, answer = knock(pair.outside, known)  # replayed
        assert (status, head_of(answer)["parts"]) == (200, [])
        assert knock(pair.outside, b"a stranger's question")[0] == 404
        assert knock(pair.outside, known[:200])[0] == 404
        changed = bytearray(known)
        changed[60] ^= 1
        assert knock(pair.outside, bytes(changed))[0] == 404
        assert knock(pair.outside, answer)[0] in (404, 422)  # its own message
        assert knock(pair.outside, b"a=b", "application/x-www-form-urlencoded")[0] == 404
        other = pair.inside.python(
            indented(
                """
import sys
from yakuba.kernel.exchange import message, sealing
sign, seal = sealing.new_keys()
head = {"town": "990019", "from": "inside", "serial": 10**9, "seen": 0, "knows": "", "position": 10**6, "position_key": "",
        "safe": 10**6, "made_at": "2026-01-01T00:00:00+00:00", "nonce": "", "answers": "",
        "keys": {"sign": sealing.text_of(sealing.signing_public_of(sign)), "seal": sealing.text_of(sealing.public_of(seal))}}
sys.stdout.write(b"".join(message.written(head, [], {"x": sign})).hex())
"""
            )
        )
        assert knock(pair.outside, bytes.fromhex(other))[0] == 404
        pair.pull()
        assert named(3) in by_name(pair)


def test_each_half_answers_its_own_addresses_alone(pair):
    visitor = Visitor(pair.outside.port)
    with pair.web():
        pair.pull()  # what is public comes from the inside
        for path in (
            "/",
            "/login/",
            "/cases/",
            "/intake/",
            "/api/v1/intake/forms",
            "/exchange/",
            "/persons/",
            f"{TOWN}tablet/x/",
        ):
            assert visitor.get(path).status == 404, path
        assert visitor.get(TOWN).status == 200
    with pair.inside.web():
        visitor = Visitor(pair.inside.port)
        for path in (TOWN, "/ask/990019/", "/exchange/line/990019/"):
            assert visitor.get(path).status == 404, path
        visitor.log_in()
        assert "外と内の授受" in visitor.get("/exchange/").text
    refused = (
        IN_TOWN
        + """
    from yakuba.kernel.ledger.actions import open_case
    from yakuba.kernel.ledger.models import Procedure
    from yakuba.kernel.outbound.part import WrongPart
    try:
        open_case(Procedure.objects.get(code="bus"), "0850000177")
    except WrongPart:
        print("refused")
"""
    )
    assert "refused" in pair.outside.python(refused)


def test_killed_on_either_side_at_any_moment_nothing_is_lost_or_doubled(pair):
    rng = random.Random(20261130)
    names, receipts = [named(20 + number) for number in range(12)], {}
    process = pair.outside.start("web")
    try:
        wait_for(pair.outside, process)
        pair.pull()
        for place, name in enumerate(names):
            receipts[name] = Resident(pair.outside).apply(name)
            if place % 2 == 0:
                continue
            pull = start_pull(pair.inside)
            time.sleep(rng.uniform(0.3, 3.0))
            if rng.random() < 0.5:
                kill(pull)
            else:
                kill(process)
                pull.wait(600)
                process = pair.outside.start("web")
                wait_for(pair.outside, process)
        pair.pull()
        pair.pull()
        found = by_name(pair)
        assert {name: found.get(name) for name in names} == {name: [receipts[name][0]] for name in names}
        resident = Resident(pair.outside)
        for name in names[:3]:
            assert "受付済" in resident.look(*receipts[name])
    finally:
        kill(process)


def test_two_pulls_at_once_take_each_application_once(pair):
    with pair.web():
        names = [named(40 + number) for number in range(6)]
        for name in names:
            Resident(pair.outside).apply(name)
        for one in [start_pull(pair.inside) for _ in range(3)]:
            assert one.wait(900) is not None
        pair.pull()
        found = by_name(pair)
        assert [len(found.get(name, [])) for name in names] == [1] * len(names)


def test_an_inside_that_went_back_gets_again_what_it_lost(pair, tmp_path):
    with pair.web():
        pair.pull()
        before = kept(pair.inside, tmp_path / "inside")
        receipts = {name: Resident(pair.outside).apply(name) for name in (named(60), named(61))}
        pair.pull()
        assert set(receipts) <= set(by_name(pair))
        put_back(pair.inside, before)
        assert not set(receipts) & set(by_name(pair))
        receipts[named(62)] = Resident(pair.outside).apply(named(62))
        pair.pull()
        found = by_name(pair)
        assert {name: found.get(name) for name in receipts} == {
            name: [one[0]] for name, one in receipts.items()
        }
        resident = Resident(pair.outside)
        for receipt in receipts.values():
            assert "受付済" in resident.look(*receipt)


def test_an_outside_that_went_back_loses_nothing_that_had_arrived_and_gives_no_number_to_two(pair, tmp_path):
    process = pair.outside.start("web")
    wait_for(pair.outside, process)
    try:
        pair.pull()
        early = {named(70): Resident(pair.outside).apply(named(70))}  # not fetched when the copy is made
        kill(process)
        before = kept(pair.outside, tmp_path / "outside")
        process = pair.outside.start("web")
        wait_for(pair.outside, process)
        late = {name: Resident(pair.outside).apply(name) for name in (named(71), named(72))}
        pair.pull()
        kill(process)
        put_back(pair.outside, before)
        process = pair.outside.start("web")
        wait_for(pair.outside, process)
        after = {name: Resident(pair.outside).apply(name) for name in (named(73), named(74), named(75))}
        assert {one[0] for one in after.values()} & {
            one[0] for one in late.values()
        }  # the outside cannot know
        pair.pull()
        pair.pull()
        found = by_name(pair)
        everybody = early | late | after
        assert {name: len(found.get(name, [])) for name in everybody} == dict.fromkeys(everybody, 1)
        numbers = [found[name][0] for name in everybody]
        assert len(set(numbers)) == len(numbers)
        resident = Resident(pair.outside)
        for (
            name,
            receipt,
        ) in everybody.items():  # each by the two numbers that were given; two have the same first one
            page = resident.look(*receipt)
            assert "受付済" in page
            assert found[name][0] in page
        newest = Resident(pair.outside).apply(named(76))
        pair.pull()
        assert by_name(pair)[named(76)] == [newest[0]]
    finally:
        kill(process)


def test_an_outside_that_burned_is_set_up_anew_and_old_receipts_open_again(pair, tmp_path):
    with pair.web():
        pair.pull()
        receipt = Resident(pair.outside).apply(named(80))
        pair.pull()
    before = kept(pair.outside, tmp_path / "outside")
    try:
        shutil.rmtree(pair.outside.folder)
        anew = new_pair(tmp_path / "anew")  # only its outside: an empty house
        shutil.copytree(anew.outside.folder, pair.outside.folder)
        told = json.loads(
            pair.outside.yakuba("exchange", "keys", "--out", str(tmp_path / "o.key"), "--json").stdout
        )
        own = json.loads(
            pair.inside.yakuba("exchange", "keys", "--out", str(tmp_path / "i.key"), "--json").stdout
        )
        with pair.web():
            refused = pair.pull(check=False)
            assert refused.returncode != 0
            assert "署名を認めません" in refused.stderr
        accept(pair.outside, tmp_path / "i.key", own["fingerprint"])
        accept(pair.inside, tmp_path / "o.key", told["fingerprint"])
        with pair.web():
            pair.pull()
            assert "受付済" in Resident(pair.outside).look(*receipt)
            Resident(pair.outside).apply(named(81))
            pair.pull()
            assert len(by_name(pair)[named(81)]) == 1
    finally:
        put_back(pair.outside, before)


def test_a_wrong_fingerprint_and_another_towns_key_are_not_taken(pair, tmp_path):
    file = tmp_path / "outside.key"
    pair.outside.yakuba("exchange", "keys", "--out", str(file))
    done = pair.inside.yakuba(
        "exchange", "accept", str(file), "--fingerprint", "11111-22222-33333-44444-55555-66666"
    )
    assert done.returncode != 0
    assert "指紋が、相手の読み上げたものと違います" in done.stderr
    foreign = json.loads(file.read_text()) | {"town": "990027"}
    (tmp_path / "foreign.key").write_text(json.dumps(foreign))
    assert (
        "別の自治体"
        in pair.inside.yakuba(
            "exchange", "accept", str(tmp_path / "foreign.key"), "--fingerprint", "1"
        ).stderr
    )
    pair.inside.yakuba("exchange", "keys", "--out", str(tmp_path / "own.key"))
    assert (
        "相手の設備の鍵"
        in pair.inside.yakuba("exchange", "accept", str(tmp_path / "own.key"), "--fingerprint", "1").stderr
    )
