"""Folders of scanners: complete files are taken, once, and nothing else is touched."""

from __future__ import annotations

import os
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from yakuba.kernel.files import dropfolders as disk
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.services.reading.actions import arrival_folders, arrivals
from yakuba.services.reading.models import Arrival, ArrivalFolder, Batch, BatchFile
from yakuba.services.reading.tests.desk.office import Desk

pytestmark = pytest.mark.django_db
BUS = ("bus-pass", 1)


class Scanner:
    """A folder with one look after the other, and the worker's jobs by hand."""

    def __init__(self, desk: Desk, root: Path, kind: str = "scans", after: str = "keep") -> None:
        self.desk = desk
        self.folder = arrival_folders.add("窓口スキャナ", kind, after, actor=desk.person)
        (town,) = root.iterdir()
        self.path = town / "窓口スキャナ"

    def put(self, name: str, content: bytes) -> Path:
        path = self.path / name
        path.write_bytes(content)
        return path

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            arrivals.look(self.folder.pk)

    def take(self) -> None:
        """Only this room's job of folders: nothing is read."""
        arrivals.take(self.folder.pk)

    def names(self, place: str = "") -> set[str]:
        where = self.path / place
        return {path.name for path in where.iterdir() if path.is_file()} if where.is_dir() else set()

    def rows(self) -> list[Arrival]:
        return list(Arrival.objects.order_by("pk"))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "scans"
    path.mkdir()
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", path)
    return path


@pytest.fixture
def scanner(desk: Desk, root: Path) -> Scanner:
    return Scanner(desk, root)


@pytest.mark.slow
def test_a_file_becomes_a_batch_and_is_put_away(scanner):
    scanner.put("朝.pdf", scanner.desk.scans.pdf(BUS))
    scanner.look()
    assert Job.objects.filter(name=arrivals.JOB, state="waiting").count() == 1
    scanner.desk.work()
    (row,) = scanner.rows()
    assert (row.state, row.filed, row.filed_as) == ("taken", True, f"{row.pk}_朝.pdf")
    assert scanner.names() == set()
    assert scanner.names("済") == {f"{row.pk}_朝.pdf"}
    assert row.batch.name.startswith("窓口スキャナ ")
    assert scanner.desk.case("bus-pass").receipt_number == scanner.desk.scans.number("bus-pass")


def test_a_growing_file_waits_until_two_looks_see_the_same(scanner):
    whole = scanner.desk.scans.pdf(BUS)
    path = scanner.put("a.pdf", whole[:100])
    scanner.look(1)
    path.write_bytes(whole)
    scanner.look(1)
    assert [row.state for row in scanner.rows()] == ["coming"]
    scanner.look(1)
    assert [row.state for row in scanner.rows()] == ["taking"]
    os.utime(path, ns=(1, 1))  # written to after all
    scanner.take()
    assert [row.state for row in scanner.rows()] == ["coming"]
    assert not Batch.objects.exists()


def test_unfinished_and_empty_files_wait(scanner):
    for name in (".a.pdf", "a.pdf.part", "~a.pdf", "a.tmp"):
        scanner.put(name, b"x")
    scanner.put("empty.pdf", b"")
    scanner.look(3)
    assert [(row.name, row.state) for row in scanner.rows()] == [("empty.pdf", "coming")]
    (scanner.path / "a.pdf.part").rename(scanner.path / "b.pdf")
    (scanner.path / "empty.pdf").unlink()
    scanner.look(1)
    assert [row.name for row in scanner.rows()] == ["b.pdf"]


def test_what_cannot_be_read_lies_apart_with_a_sentence_and_is_tried_again(scanner):
    scanner.put("a.pdf", b"no pdf")
    scanner.look()
    scanner.take()
    (row,) = scanner.rows()
    assert row.state == "refused"
    assert "文字だけのファイル" in row.message
    assert scanner.names("読めません") == {row.filed_as, f"{row.filed_as}.理由.txt"}
    told = (scanner.path / "読めません" / f"{row.filed_as}.理由.txt").read_text(encoding="utf-8-sig")
    assert told.strip() == row.message
    arrival_folders.retry(row)
    assert scanner.names() == {"a.pdf"}
    assert scanner.names("読めません") == set()
    with pytest.raises(Conflict):
        arrival_folders.retry(row)
    scanner.put("a.pdf", scanner.desk.scans.pdf(BUS))
    scanner.look()
    scanner.take()
    assert [row.state for row in scanner.rows()] == ["refused", "taken"]


def test_one_that_is_too_big_is_refused_unread(scanner, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "upload_max_bytes", 10)
    scanner.put("a.pdf", b"x" * 11)
    scanner.look()
    scanner.take()
    (row,) = scanner.rows()
    assert (row.state, row.filed) == ("refused", True)
    assert "大きすぎます" in row.message


def test_the_same_bytes_again_are_told_and_not_read_twice(scanner):
    for name in ("a.pdf", "b.pdf"):
        scanner.put(name, scanner.desk.scans.pdf(BUS))
    scanner.look()
    scanner.take()
    files = BatchFile.objects.order_by("pk")
    assert [file.state for file in files] == ["splitting", "known"]
    assert len({file.batch_id for file in files}) == 1
    assert scanner.names() == set()


def test_a_worker_that_died_before_putting_away_takes_nothing_twice(scanner, monkeypatch):
    scanner.put("a.pdf", scanner.desk.scans.pdf(BUS))
    scanner.look()
    with monkeypatch.context() as broken:
        broken.setattr(arrivals, "_put_away", lambda *given: None)  # as if it was killed here
        scanner.take()
    assert scanner.names() == {"a.pdf"}
    scanner.look(3)
    scanner.take()
    assert BatchFile.objects.count() == 1
    assert scanner.names() == set()
    assert [row.filed for row in scanner.rows()] == [True]


def test_another_file_under_the_name_of_a_taken_one_stays_and_is_taken(scanner, monkeypatch):
    scanner.put("a.pdf", scanner.desk.scans.pdf(BUS))
    scanner.look()
    with monkeypatch.context() as broken:
        broken.setattr(arrivals, "_put_away", lambda *given: None)
        scanner.take()
    other = scanner.desk.scans.pdf(BUS, BUS)
    scanner.put("a.pdf", other)
    scanner.take()
    assert (scanner.path / "a.pdf").read_bytes() == other
    scanner.look()
    scanner.take()
    assert [(row.state, row.filed) for row in scanner.rows()] == [("taken", True)] * 2
    assert sorted(file.pages for file in BatchFile.objects.all()) == [1, 2]


def test_two_workers_take_a_file_once(scanner, monkeypatch):
    scanner.put("a.pdf", scanner.desk.scans.pdf(BUS))
    scanner.look()
    really = arrivals._kept

    def overtaken(folder: Any, row: Any, taken: Any, origin: Any) -> bool:
        monkeypatch.setattr(arrivals, "_kept", really)
        arrivals.take(folder.pk)  # the other worker, from the beginning to the end
        return really(folder, row, taken, origin)

    monkeypatch.setattr(arrivals, "_kept", overtaken)
    scanner.take()
    assert BatchFile.objects.count() == 1
    assert [row.state for row in scanner.rows()] == ["taken"]


def test_only_one_worker_looks_in_a_pause(scanner):
    assert arrivals._claimed(scanner.folder.pk)
    assert not arrivals._claimed(scanner.folder.pk)


def test_removed_where_the_town_wants_it_so(desk, root):
    scanner = Scanner(desk, root, after="remove")
    scanner.put("a.pdf", desk.scans.pdf(BUS))
    scanner.look()
    scanner.take()
    assert scanner.names() | scanner.names("済") == set()
    assert BatchFile.objects.count() == 1


def test_links_and_pipes_lead_nowhere(scanner, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(scanner.desk.scans.pdf(BUS))
    (scanner.path / "a.pdf").symlink_to(secret)
    os.mkfifo(scanner.path / "b.pdf")
    (scanner.path / "folder.pdf").mkdir()
    scanner.look(3)
    scanner.take()
    assert not Arrival.objects.exists()
    scanner.folder.refresh_from_db()
    assert "3個" in scanner.folder.note
    assert secret.exists()


def test_a_file_that_becomes_a_link_while_it_is_taken_is_not_followed(scanner, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(scanner.desk.scans.pdf(BUS))
    path = scanner.put("a.pdf", secret.read_bytes())
    scanner.look()
    path.unlink()
    path.symlink_to(secret)
    scanner.take()
    assert not Batch.objects.exists()
    assert secret.exists()


@pytest.mark.parametrize("name", ["読めません", "済"])
def test_a_link_in_place_of_our_own_folder_is_told(scanner, tmp_path, name):
    (scanner.path / name).symlink_to(tmp_path)
    content = scanner.desk.scans.pdf(BUS) if name == "済" else b"no pdf"
    scanner.put("a.pdf", content)
    scanner.look()
    scanner.take()
    scanner.folder.refresh_from_db()
    assert scanner.folder.trouble
    assert scanner.names() == {"a.pdf"}, "nothing was moved out"
    assert Arrival.objects.filter(filed=False).count() == 1
    (scanner.path / name).unlink()
    scanner.look(1)
    scanner.take()
    assert Arrival.objects.filter(filed=True).count() == 1
    assert BatchFile.objects.count() == (1 if name == "済" else 0)


def test_a_folder_that_is_a_link_is_not_opened(scanner, tmp_path):
    scanner.path.rmdir()
    scanner.path.symlink_to(tmp_path)
    scanner.look(1)
    scanner.folder.refresh_from_db()
    assert "フォルダ" in scanner.folder.trouble
    assert not Arrival.objects.exists()


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a\\b", "", " ", ".a", "済", "a\0b", "x" * 61])
def test_names_that_are_no_folder(desk, root, name):
    with pytest.raises(Invalid):
        arrival_folders.add(name, "scans", "keep", actor=desk.person)
    assert list(root.rglob("*")) == []


def test_without_a_root_nothing_is_looked_at(desk, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", None)
    with pytest.raises(Unavailable, match="YAKUBA_ARRIVAL_ROOT"):
        arrival_folders.add("窓口", "scans", "keep", actor=desk.person)
    arrivals.look_everywhere()


def test_names_of_other_alphabets_and_bytes(scanner):
    raw = os.fsencode(scanner.path) + b"/" + "申請書.pdf".encode("cp932")
    with open(raw, "wb") as file:
        file.write(scanner.desk.scans.pdf(BUS))
    scanner.put("a\nb.pdf", scanner.desk.scans.pdf(BUS, BUS))
    scanner.look()
    scanner.take()
    assert {row.name for row in scanner.rows()} == {"申請書.pdf", "a□b.pdf"}
    assert scanner.names() == set()


def test_a_name_put_away_is_short_enough_and_apart():
    name = disk.put_away_name(7, "あ" * 100 + ".pdf")
    assert len(name.encode()) <= disk.NAME_BYTES
    assert name.startswith("7_あ")
    assert name.endswith(".pdf")


def test_a_mail_gives_its_scans_and_says_what_was_left(desk, root):
    scanner = Scanner(desk, root, kind="mail")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "複合機2 <scan@example.jp>", "スキャン 3枚"
    mail.set_content("本文")
    mail.add_attachment(
        desk.scans.pdf(BUS), maintype="application", subtype="pdf", filename="../../etc/帳票.pdf"
    )
    mail.add_attachment(b"x", maintype="application", subtype="zip", filename="a.zip")
    (scanner.path / "new").mkdir()
    (scanner.path / "new" / "123.host:2,S").write_bytes(mail.as_bytes())
    scanner.put("empty.eml", b"From: a@example.jp\n\nnothing")
    scanner.look()
    scanner.take()
    taken, refused = sorted(scanner.rows(), key=lambda row: row.state != "taken")
    assert (taken.state, taken.sender, taken.subject) == (
        "taken",
        "複合機2 <scan@example.jp>",
        "スキャン 3枚",
    )
    assert "a.zip" in taken.message
    assert [file.name for file in BatchFile.objects.all()] == ["帳票.pdf"]
    assert refused.state == "refused"
    assert "付いていない" in refused.message


def test_the_page_shows_what_came_and_offers_to_try_again(client, scanner):
    scanner.put("a.pdf", b"no pdf")
    scanner.look()
    scanner.take()
    (row,) = scanner.rows()
    client.force_login(scanner.desk.person)
    page = client.get(reverse("reading:arrivals"), follow=True).content.decode()
    assert "文字だけのファイル" in page
    assert client.post(reverse("reading:arrival_retry", args=[row.pk])).status_code == 302
    assert scanner.names() == {"a.pdf"}
    home = client.get(reverse("home")).content.decode()
    assert "読めないファイル" not in home


def test_an_administrator_names_a_folder(client, desk, root):
    client.force_login(desk.person)
    url = reverse("reading:arrival_folders")
    given = {"name": "二階の複合機", "kind": "mail", "after": "keep"}
    assert client.post(url, given).status_code == 302
    folder = ArrivalFolder.objects.get()
    assert (folder.name, folder.kind) == ("二階の複合機", "mail")
    assert client.post(url, given | {"name": "../x"}).status_code == 422
    client.post(reverse("reading:arrival_switch", args=[folder.pk]), {"active": "0"})
    folder.refresh_from_db()
    assert not folder.active
