"""Everything that failed is told once, to who may see it, and is marked when it is dealt with."""

from __future__ import annotations

import json
import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.digest import collecting, mailing, queries
from yakuba.kernel.digest.models import Entry, Mail
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.outbound import OutboundRefused, require_relay
from yakuba.kernel.registry import CheckResult, Failure
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.townsettings.actions import set_values

PAGE, REASON = "digest:day", "用紙が読めません。"


def failed_job(key: str, error: str = REASON) -> Job:
    job = Job.objects.create(name="reading.read_sheet", key=key, ticket=key)
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, error=error, finished_at=Now())
    return job


def text_of(user, **asked) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(PAGE), asked or {"day": timezone.localdate().isoformat()}).content.decode()


def test_a_job_that_gave_up_is_told_once_and_marked_when_it_was_mended(in_yakuba_city, clerk):
    job = failed_job("one")
    assert collecting.collect_work() == 1
    assert collecting.collect_work() == 0
    assert REASON in text_of(clerk)
    assert "開いてもう一度動かす" in text_of(clerk)
    Job.objects.filter(pk=job.pk).update(state=State.DONE)
    collecting.collect_work()
    (entry,) = Entry.objects.all()
    assert entry.ended_at is not None
    assert "片付いたもの　1件" in text_of(clerk)
    later = timezone.now() + timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, finished_at=later)
    assert collecting.collect_work() == 1, "it failed anew"


def test_nothing_is_left_out_however_much_failed(in_yakuba_city, clerk):
    for number in range(130):
        failed_job(str(number))
    assert collecting.collect_work() == 130
    assert text_of(clerk).count(REASON) == 130


def test_rooms_are_asked_without_the_bound_of_the_home_page(in_yakuba_city):
    from yakuba.services.reading.models import Batch, BatchFile

    batch = Batch.objects.create(name="束")
    for number in range(60):
        BatchFile.objects.create(batch=batch, name=f"{number}.pdf", state="refused", message="壊れています。")
    collecting.collect_work()
    assert Entry.objects.filter(part="reading").count() == 60


def test_what_a_room_tells_is_not_told_again_as_its_job(in_yakuba_city, monkeypatch):
    failed_job("one", "理由")
    failed_job("two", "理由")

    def failures(user, most=20):
        return [Failure("ファイル", "理由", "/", "開く", timezone.now())]

    monkeypatch.setattr("yakuba.services.reading.queries.home.failures", failures)
    collecting.collect_work()
    assert sorted(Entry.objects.values_list("title", "reason"))[0][1] == "理由"
    assert Entry.objects.count() == 2, "one of the room, and the one job that no room tells of"


def test_a_schedule_that_could_not_begin_is_told(in_yakuba_city, clerk):
    Schedule.objects.create(
        work="robots.run", choice="x", days="daily", at="09:00", owner=clerk,
        outcome="failed", told="権限がありません。", last_at=timezone.now(),
    )  # fmt: skip
    collecting.collect_work()
    assert Entry.objects.filter(part="schedules", reason="権限がありません。").count() == 1


def test_a_check_is_told_when_it_begins_to_fail_and_not_every_hour(in_yakuba_city, monkeypatch):
    results = [
        CheckResult("接続先", False, "つながりません。"),
        CheckResult("失敗", False, "3件", counts=True),
    ]
    monkeypatch.setattr(collecting.checks, "run", lambda unused: [("ロボット", results)])
    assert [collecting.collect_checks(), collecting.collect_checks()] == [1, 0]
    collecting.collect_work()  # the other source ends nothing of it
    assert Entry.objects.get().ended_at is None
    results[0] = CheckResult("接続先", True)
    collecting.collect_checks()
    assert Entry.objects.get().ended_at is not None


def test_an_empty_day_says_so(in_yakuba_city, clerk):
    assert "失敗したことはありません" in text_of(clerk)
    assert "失敗したことはありません" in text_of(clerk, day="nonsense")


def test_yesterdays_open_ones_stand_apart(in_yakuba_city, clerk):
    failed_job("one")
    collecting.collect_work()
    Entry.objects.update(noticed_at=timezone.now() - timedelta(days=1))
    today = text_of(clerk)
    assert "失敗したことはありません" in today
    assert "前の日から残っているもの　1件" in today
    assert "片付いていないもの　1件" in text_of(clerk, day="")


def test_who_may_not_open_it_hears_only_the_number(in_yakuba_city, make_staff, neighbour):
    failed_job("one")
    collecting.collect_work()
    told = text_of(make_staff(in_yakuba_city, "digest.view"))
    assert REASON not in told
    assert "ほかに1件あります" in told
    assert REASON not in text_of(neighbour)
    assert "ほかに" not in text_of(neighbour)


def test_the_command_tells_the_same(in_yakuba_city, tmp_path):
    failed_job("one")
    today = timezone.localdate().isoformat()
    done = CliRunner().invoke(build(), ["digest", "--day", today, "--municipality", "990019", "--json"])
    (entry,) = json.loads(done.stdout)["failures"]
    assert (entry["reason"], entry["ended_at"]) == (REASON, "")
    out = tmp_path / "digest.json"
    done = CliRunner().invoke(
        build(), ["digest", "--day", today, "--municipality", "990019", "--out", str(out)]
    )
    assert json.loads(out.read_text(encoding="utf-8"))["failures"][0]["title"]
    assert CliRunner().invoke(build(), ["digest", "--day", "x", "--municipality", "990019"]).exit_code == 2


class Relay(socketserver.ThreadingTCPServer):
    """A mail relay on this machine. sent: the messages that it was given; broken: it turns everybody away."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.sent: list = []
        self.broken = False
        self.address = f"127.0.0.1:{self.server_address[1]}"


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("421 busy" if self.server.broken else "220 relay")
        for line in self.rfile:
            word = line.strip().upper()[:4]
            if word == b"DATA":
                self.say("354 go on")
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.sent.append(message_from_bytes(content, policy=default))
            self.say("221 bye" if word == b"QUIT" else "250 well")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def relay(in_yakuba_city, clerk, monkeypatch):
    server = Relay()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    monkeypatch.setattr(settings.YAKUBA, "mail_relay", server.address)
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", server.address)
    server.morning = morning = timezone.localtime().replace(hour=8)
    monkeypatch.setattr(mailing.timezone, "localtime", lambda *_: morning)
    set_values({"digest.mail_to": "a@example.jp, b@example.jp"}, actor=clerk)
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_mail_holds_numbers_and_goes_once(relay):
    failed_job("one")
    collecting.collect_work()
    Entry.objects.update(noticed_at=relay.morning - timedelta(days=1))
    assert [mailing.send_due(), mailing.send_due()] == [True, False]
    (message,) = relay.sent
    assert message["To"] == "a@example.jp, b@example.jp"
    assert "帳票読取：1件" in message.get_content()
    assert REASON not in message.get_content()
    assert Mail.objects.get().sent_at is not None


def test_a_mail_that_fails_is_tried_again(relay):
    relay.broken = True
    assert not mailing.send_due()
    relay.broken = False
    assert not mailing.send_due(), "another may be at it"
    Mail.objects.update(claimed_at=timezone.now() - mailing.CLAIMED * 2)
    assert mailing.send_due()
    assert "ありませんでした。" in relay.sent[0].get_content()


def test_no_mail_leaves_by_a_relay_that_is_not_listed(relay, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "mail.example")
    assert not mailing.send_due()
    assert relay.sent == []
    for address in ("mail.example:2525", "mail.example", "mail.example:x", ""):
        with pytest.raises(OutboundRefused):
            require_relay(address)


def test_queries_keep_to_their_day(in_yakuba_city):
    failed_job("one")
    collecting.collect_work()
    assert queries.of_day(timezone.localdate()).count() == 1
    assert not queries.of_day(queries.yesterday()).exists()
