"""Inside: what somebody who has taken the outside can make of the town's numbers, its files and its clerks' time; and what a
clerk puts aside."""

# ruff: noqa: F811 – the fixture of another file
from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from yakuba.kernel.exchange import arriving, pulling, queue
from yakuba.kernel.exchange.models import Arrival, Counterpart, NumberRange
from yakuba.kernel.exchange.ranges import LAST_SERIAL, year_of
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import answering, checks, taking
from yakuba.services.intake.actions.numbers import NUMBERS
from yakuba.services.intake.engine.handed_in import HandedFile
from yakuba.services.intake.models import FromOutside, Serial, Submission
from yakuba.services.intake.tests.test_from_outside import come, handed, outside, told  # noqa: F401


def left_of_the_year() -> int:
    year = year_of(timezone.localdate())
    return LAST_SERIAL - Serial.objects.get(year=year).last


@pytest.mark.parametrize("times", [3, 40])
def test_numbers_that_are_said_to_be_used_are_not_the_towns_last(outside, times) -> None:
    """Over and over it says that it has given all it had, or has a range of which nobody knows."""
    before = left_of_the_year()
    for _ in range(times):
        rows = [[row.year, row.first, row.last, row.last + 1] for row in NumberRange.objects.all()]
        last = Serial.objects.get(year=rows[0][0]).last
        rows.append([rows[0][0], last + 1, last + 90_000, last + 90_001])
        NUMBERS.take_report({"ranges": rows})
        NUMBERS.ranges()
    assert left_of_the_year() > before - LAST_SERIAL // 4
    assert NUMBERS.withheld() == (times > 9)
    assert NUMBERS.next_number(timezone.localdate())


@pytest.mark.parametrize(
    "ranges",
    [[[9_000_000_000, 1, 9, 1]], [[-4, 1, 9, 1]], [[8, 900_001, 999_999, 900_001]], [["x"]], [[8]], 7, None, [[8, 2**70, 2**71, 1]]],
    ids=range(8),
)  # fmt: skip
def test_a_report_that_lies_leaves_the_counter_alone(outside, ranges) -> None:
    before = left_of_the_year()
    with suppress(Invalid):
        outside.told(reports={"intake": {"ranges": ranges}})
    assert left_of_the_year() == before


def test_what_is_put_aside_takes_its_files_along(outside, clerk) -> None:
    mark = outside.parcel("intake.file", b"%PDF-1.7")
    arrival = come(outside, procedure="gone", files=(HandedFile(mark, "card", "a.pdf"),))
    assert arrival.state == Arrival.State.STUCK
    arriving.put_aside(arrival.pk, "窓口で受け付けました。")
    row = Arrival.objects.get(key=mark)
    assert (row.state, row.content) == (Arrival.State.SET_ASIDE, None)


def test_files_that_nobody_names_do_not_stay(outside) -> None:
    lonely = outside.parcel("intake.file", b"flood")
    kept = outside.parcel("intake.file", b"%PDF-1.7")
    come(outside, procedure="gone", files=(HandedFile(kept, "card", "a.pdf"),))
    assert arriving.let_go_of_orphans() == 0
    Arrival.objects.update(came_at=timezone.now() - timedelta(days=20))
    assert arriving.let_go_of_orphans() == 1
    states = dict(Arrival.objects.values_list("key", "state"))
    assert states[lonely] == Arrival.State.SET_ASIDE
    assert states[kept] == Arrival.State.WAITING


def test_a_file_that_belongs_to_another_is_for_a_person(outside, upload) -> None:
    mark = outside.parcel("intake.file", upload)
    first = come(outside, files=(HandedFile(mark, "card", "a.png"),))
    assert first.state == Arrival.State.DONE
    second = come(outside, files=(HandedFile(mark, "card", "a.png"),))
    assert second.state == Arrival.State.STUCK
    assert "ほかの申請" in second.reason
    arriving.again(second.pk, leave_out=True)
    arriving.take_up()
    assert Arrival.objects.get(pk=second.pk).state == Arrival.State.DONE
    assert Case.objects.count() == 2


@pytest.fixture
def upload() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30)).save(content, "PNG")
    return content.getvalue()


def test_no_file_is_opened_before_all_have_come(outside, upload, monkeypatch) -> None:
    opened = []
    real = taking._safe
    monkeypatch.setattr(taking, "_safe", lambda one: opened.append(one.key) or real(one))
    mark = outside.parcel("intake.file", upload)
    missing = queue.new_key()
    arrival = come(outside, files=(HandedFile(mark, "card", "a.png"), HandedFile(missing, "card", "b.png")))
    arriving.take_up()
    assert (arrival.state, opened) == (Arrival.State.WAITING, [])


def test_what_never_comes_is_told_after_a_day_and_can_be_left_out(outside, upload) -> None:
    mark = outside.parcel("intake.file", upload)
    files = (HandedFile(mark, "card", "a.png"), HandedFile(queue.new_key(), "card", "b.png"))
    arrival = come(outside, files=files)
    Arrival.objects.update(came_at=timezone.now() - timedelta(days=2))
    arriving.take_up()
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.STUCK
    assert "届いていません" in arrival.reason
    arriving.again(arrival.pk, leave_out=True)
    arriving.take_up()
    arrival.refresh_from_db()
    assert arrival.state == Arrival.State.DONE
    assert Submission.objects.get().files.count() == 1


def test_a_full_disk_uses_up_no_try(outside, monkeypatch) -> None:
    def full(*given):
        raise OSError(28, "No space left on device")

    real = taking._taken
    monkeypatch.setattr(taking, "_taken", full)
    key = queue.new_key()
    outside.parcel("intake.application", handed(key).written(), key)
    outside.told()
    for _ in range(arriving.MOST_TRIES + 2):
        with pytest.raises(OSError, match="space"):
            arriving.take_up()
    assert Arrival.objects.get(key=key).state == Arrival.State.WAITING
    monkeypatch.setattr(taking, "_taken", real)
    assert arriving.take_up() == 1


def test_more_than_can_be_taken_up_is_not_fetched(outside, monkeypatch) -> None:
    outside.parcel("intake.file", b"flood")
    outside.told()
    monkeypatch.setattr(pulling, "MOST_HELD", 5)
    with pytest.raises(pulling.Conflict, match="多すぎる"):
        pulling.pull()
    assert "多すぎる" in Counterpart.objects.get().fault


def test_the_sentence_about_an_answer_reaches_its_applicant(outside, clerk, client) -> None:
    arrival = come(outside)
    submission = Submission.objects.get()
    answering.ask_correction(submission.case, "生年月日を確かめてください。", actor=clerk)
    question = told(arrival)["open"]
    answer = outside.parcel(
        "intake.answer", json.dumps({"application": arrival.key, "question": "c0", "text": "はい"}).encode()
    )
    outside.told()
    arriving.take_up()
    stuck = Arrival.objects.get(key=answer)
    assert stuck.state == Arrival.State.STUCK
    client.force_login(clerk)
    page = client.get(f"/exchange/arrivals/{stuck.pk}/").content.decode()
    assert "取下げ" not in page
    assert "申請はそのままです" in page
    client.post(f"/exchange/arrivals/{stuck.pk}/put-aside/", {"sentence": "もう一度、お返事をください。"})
    facts = told(arrival)
    assert (facts["notice"], facts["open"], facts["word"]) == (
        "もう一度、お返事をください。",
        question,
        "訂正待ち",
    )


def test_a_withdrawal_that_is_put_aside_is_not_on_its_way_any_more(outside, clerk, monkeypatch) -> None:
    arrival = come(outside)

    def broken(submission):
        raise RuntimeError

    monkeypatch.setattr(answering, "withdraw", broken)
    mark = outside.parcel("intake.withdrawal", json.dumps({"application": arrival.key, "times": 1}).encode())
    outside.told()
    for _ in range(arriving.MOST_TRIES):
        arriving.take_up()
    stuck = Arrival.objects.get(key=mark)
    assert stuck.state == Arrival.State.STUCK
    arriving.put_aside(stuck.pk, "窓口に来てください。")
    assert (told(arrival)["notice"], told(arrival)["withdrawals"]) == ("窓口に来てください。", 1)


def test_an_application_that_was_never_tried_is_told_as_well(outside, clerk) -> None:
    """Put aside before the room has seen it, as after its program stopped: the applicant reads why."""
    key = queue.new_key()
    outside.parcel("intake.application", handed(key).written(), key)
    outside.told()
    Arrival.objects.filter(key=key).update(state=Arrival.State.STUCK)
    arriving.put_aside(Arrival.objects.get(key=key).pk, "窓口で受け付けました。")
    assert told(Arrival.objects.get(key=key))["notice"] == "窓口で受け付けました。"
    assert FromOutside.objects.get(key=key).closed


def test_numbers_that_are_withheld_are_told(outside) -> None:
    assert checks.self_check()[-1].ok
    for _ in range(12):
        rows = [[row.year, row.first, row.last, row.last + 1] for row in NumberRange.objects.all()]
        NUMBERS.take_report({"ranges": rows})
        NUMBERS.ranges()
    assert "番号" in checks.self_check()[-1].label
    assert not checks.self_check()[-1].ok


@pytest.mark.parametrize(
    ("called", "said", "shown"),
    [
        ("https://inner.example.lg.jp", "", "https://inner.example.lg.jp/apply/990019/"),
        ("https://inner.example.lg.jp/", "https://shinsei.example.lg.jp/", "https://shinsei.example.lg.jp/apply/990019/"),
        ("", "", ""), ("https://inner.example.lg.jp", "javascript:alert(1)", ""),
    ],
)  # fmt: skip
def test_staff_inside_are_told_the_address_that_residents_can_open(
    outside, bus, clerk, client, called, said, shown
) -> None:
    Counterpart.objects.update(address=called)
    set_values({"intake.public": True, "exchange.public_address": said}, actor=clerk)
    client.force_login(clerk)
    for page in ("/intake/", "/intake/forms/bus/"):
        text = client.get(page).content.decode()
        assert "testserver/apply" not in text
        assert "javascript:" not in text
        if shown:
            assert f'href="{shown}' in text
        else:
            assert "住民が開くアドレス" in text
            assert "QRコード" not in text.replace("QRコードに出ます", "")
