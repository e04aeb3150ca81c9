"""The nightly file: replaced whole or not at all; what is wrong with it is told by line."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.jobs.execution import Execution
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.jobs.tests.workers import standing_worker
from yakuba.kernel.outbound import ZoneRefused
from yakuba.kernel.persons import jobs, loading, queries
from yakuba.kernel.persons.cli import app
from yakuba.kernel.persons.matching import Entry, Probe
from yakuba.kernel.persons.models import Load, Person
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.kernel.tenancy import active_municipality

HEAD = "宛名番号,氏名,フリガナ,生年月日,住所,方書\n"
TARO = '0001,山田　太郎,ﾔﾏﾀﾞ ﾀﾛｳ,昭和25年3月8日,やくば市中央1丁目2番3号,"さくら荘, 201"\n'
HANAKO = "0002,髙橋花子,タカハシハナコ,1980-11-02,やくば市北5-1,\n"
SAYS = Probe("山田太郎", "ヤマダタロウ", "1950-03-08", "やくば市中央1-2-3")


@pytest.fixture
def file(tmp_path):
    """`file(text, encoding)` → a path."""

    def write(text: str, encoding: str = "utf-8"):
        path = tmp_path / "atena.csv"
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_register_is_loaded_and_asked(in_yakuba_city, clerk, file, encoding):
    done = loading.load(file(HEAD + TARO + HANAKO, encoding), actor=clerk)
    assert (done.rows, done.problems) == (2, [])
    found = queries.match(SAYS).certain
    assert (found.number, found.name, found.birth) == ("0001", "山田太郎", "1950-03-08")
    assert AuditEvent.objects.filter(name="persons.loaded").count() == 1


def test_a_second_load_takes_the_place_of_the_first(in_yakuba_city, clerk, file):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    loading.load(file(HEAD + TARO.replace("中央", "南") + HANAKO), actor=clerk)
    assert Load.objects.count() == 1
    assert Person.objects.count() == 2
    assert queries.match(SAYS).certain is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD + TARO, "途中で切れていないか"),
        (HEAD + TARO + '0003,"鈴木', "引用符"),
        ("番号,名前\n1,山田\n", "「宛名番号」の列がありません.*「生年月日」の列がありません"),
        ("", "ファイルが空です"),
        (HEAD, "読める行が1つもありません"),
        (b"PK\x03\x04....", "ZIPのファイルです"),
        (HEAD.encode() + TARO.encode("cp932") + "\u9ad9".encode(), "文字コード"),
    ],
)
def test_a_bad_file_changes_nothing(in_yakuba_city, clerk, file, content, reason):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    with pytest.raises(loading.LoadRefused, match=reason):
        loading.load(file(content), actor=clerk)
    assert Load.objects.count() == 1
    assert queries.match(SAYS).certain.number == "0001"


def test_bad_lines_are_told_and_the_others_taken(in_yakuba_city, clerk, file):
    bad = (
        "0003,鈴木一,スズキ,昭和99年1月1日,やくば市,\n8.007E+08,数,,,,\n,佐藤,,,,\n0001,二重,,,,\n0005,短い\n"
    )
    done = loading.load(
        file(HEAD + TARO + HANAKO + bad + "0006,林,,1970-01-01,,\n0007,森,,,,\n0008,原,,,,\n"), actor=clerk
    )
    assert done.rows == 5
    told = {one["line"]: one["problem"] for one in done.problems}
    assert set(told) == {4, 5, 6, 0, 8}
    assert "数として書きかえた" in told[5]
    assert "0001 が2度" in told[0]


def test_fewer_people_may_be_accepted(in_yakuba_city, clerk, file):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    assert loading.load(file(HEAD + TARO), actor=clerk, accept_fewer=True).rows == 1


def test_what_a_killed_load_left_is_removed_and_two_at_once_are_refused(in_yakuba_city, clerk, file):
    left = Load.objects.create(file_name="途中.csv")
    Person.objects.create(load=left, number="9", name="途中", name_key="途中", kana_key="")
    assert queries.current() is None
    with pytest.raises(loading.LoadRefused, match=r"別の取り込み.*5分たてば"):
        loading.load(file(HEAD + TARO), actor=clerk)
    Load.objects.filter(pk=left.pk).update(moved_at=left.started_at - 2 * loading.STILL_ALIVE)
    assert loading.load(file(HEAD + TARO), actor=clerk).rows == 1
    assert Person.objects.count() == 1


def test_near_duplicates(in_yakuba_city, clerk, file):
    double = TARO.replace("0001", "0009").replace("太郎", "大郎")
    loading.load(file(HEAD + TARO + HANAKO + double), actor=clerk)
    taro = Entry("0001", "山田太郎", "ヤマダタロウ", "1950-03-08", "やくば市中央1-2-3")
    assert [found.entry.number for found in queries.near_duplicates(taro)] == ["0009"]


def test_the_neighbour_sees_nothing(in_yakuba_city, neighbour_town, clerk, file):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    with active_municipality(neighbour_town):
        assert "まだ取り込まれていません" in queries.match(SAYS).reason


def test_the_page_finds_and_records_whom_it_showed(in_yakuba_city, clerk, client, file):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    client.force_login(clerk)
    asked = {"name": "山田 太郎", "kana": "やまだたろう", "birth": "S25.3.8", "address": "中央１－２－３"}
    answer = client.post(reverse("persons:index"), asked)
    assert "1人に決まりました" in answer.content.decode()
    assert AuditEvent.objects.get(name="persons.looked_up").details == {"shown": ["0001"]}
    assert "どれか1つは" in client.post(reverse("persons:index"), {}).content.decode()
    assert "令和" in client.get(reverse("persons:index")).content.decode()


def test_the_command(in_yakuba_city, clerk, file):
    run = CliRunner().invoke
    town = ["--user", clerk.username, "--json"]
    answer = run(app, ["load", str(file(HEAD + TARO + HANAKO)), *town])
    assert json.loads(answer.stdout) == {"persons": 2, "problems": []}
    asked = ["match", "--name", "山田太郎", "--birth", "S25.3.8", "--address", "中央1-2-3"]
    assert json.loads(run(app, [*asked, *town]).stdout)["certain"] == "0001"
    assert run(app, ["load", "/nowhere.csv", *town]).exit_code == 2
    assert run(app, ["load", str(file("")), *town]).exit_code == 1
    assert run(app, ["match", "--birth", "昭和99年1月1日", *town]).exit_code == 1


class _Alive:
    stopping = False

    def is_fresh(self):
        return True


@pytest.fixture
def work():
    """`work()`: a worker does the load that was asked for."""

    def work() -> None:
        Execution(standing_worker().pk, _Alive())._run(Job.objects.get(name=jobs.LOAD).ticket)

    return work


def test_a_workbook_is_a_register_too_and_other_headings_are_known(in_yakuba_city, clerk, tmp_path):
    path = tmp_path / "atena.xlsx"
    made = [("0001", "山田太郎", "1950-03-08", "ヤマダタロウ"), ("0002", "髙橋花子", None, "")]
    path.write_bytes(
        files.written([Table("宛名", ("住民番号", "名前", "生年月日", "カナ"), made)], "xlsx").read()
    )
    done = loading.load(path, actor=clerk)
    assert (done.rows, done.problems) == (2, [])
    assert queries.match(SAYS).certain is None
    assert Person.objects.get(number="0001").kana == "ヤマダタロウ"


def test_a_register_is_looked_at_on_the_page_loaded_by_a_worker_and_the_nightly_file_read_alike(
    in_yakuba_city, clerk, client, file, work
):
    client.force_login(clerk)
    address = reverse("persons:load")
    other = HEAD.replace("宛名番号", "識別").replace("氏名", "住民の名") + TARO + HANAKO
    page = client.post(address, {"file": SimpleUploadedFile("a.csv", other.encode("cp932"))}, follow=True)
    sent = form_of(page, 宛名番号="識別", 氏名="住民の名")
    looked = client.post(address, sent | {"look": "1"})
    assert 'data-label="氏名">山田　太郎<' in looked.content.decode(), "a card on the phone names each value"
    done = client.post(address, sent | {"take": "1"}, follow=True)
    assert "取り込みを始めました" in done.content.decode()
    assert "取り込んでいます" in client.get(reverse("persons:index")).content.decode()
    work()
    assert Person.objects.count() == 2
    assert not StoredFile.objects.exists()
    assert "取り込んでいます" not in client.get(reverse("persons:index")).content.decode()
    assert loading.load(file(other), actor=clerk).rows == 2


def test_why_a_register_was_not_loaded_stands_on_the_page(in_yakuba_city, clerk, client, file, work):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    jobs.ask("a.csv", (HEAD + TARO).encode(), accept_fewer=False, actor=clerk)
    with pytest.raises(loading.UnderWay):
        jobs.ask("a.csv", b"", accept_fewer=False, actor=clerk)
    work()
    client.force_login(clerk)
    assert "途中で切れていないか" in client.get(reverse("persons:index")).content.decode()
    assert not StoredFile.objects.exists()
    jobs.ask("a.csv", (HEAD + TARO).encode(), accept_fewer=True, actor=clerk)
    work()
    assert Person.objects.count() == 1


@pytest.mark.parametrize(("zone", "taken"), [("LGWAN接続系", True), ("インターネット接続系", False)])
def test_the_register_is_not_taken_into_the_internet_zone(
    in_yakuba_city, clerk, file, tmp_path, monkeypatch, zone, taken
):
    profile = tmp_path / "profile.yaml"
    profile.write_text(f"名前: x\nモデル: β'\n系: {zone}\n通信: []\n", encoding="utf-8")
    monkeypatch.setattr(settings.YAKUBA, "deployment", profile)
    if taken:
        assert loading.load(file(HEAD + TARO), actor=clerk).rows == 1
        return
    with pytest.raises(ZoneRefused, match="宛名の登録簿は機密性3です"):
        loading.load(file(HEAD + TARO), actor=clerk)
    assert not Person.objects.exists()
    assert not Load.objects.exists()
