"""The nightly file: replaced whole or not at all; what is wrong with it is told by line."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.persons import loading, queries
from yakuba.kernel.persons.cli import app
from yakuba.kernel.persons.matching import Entry, Probe
from yakuba.kernel.persons.models import Load, Person
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
        ("番号,名前\n1,山田\n", "「宛名番号」「生年月日」"),
        ("", "「宛名番号」"),
        (HEAD, "読める行が1つもありません"),
        (b"PK\x03\x04....", "CSVファイルではありません"),
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
    bad = "0003,鈴木一,スズキ,昭和99年1月1日,やくば市,\n,佐藤,,,,\n0001,二重,,,,\n0005,短い\n"
    done = loading.load(
        file(HEAD + TARO + HANAKO + bad + "0006,林,,1970-01-01,,\n0007,森,,,,\n"), actor=clerk
    )
    assert done.rows == 4
    told = {one["line"]: one["problem"] for one in done.problems}
    assert set(told) == {4, 5, 0, 7}
    assert "0001 が2度" in told[0]


def test_fewer_people_may_be_accepted(in_yakuba_city, clerk, file):
    loading.load(file(HEAD + TARO + HANAKO), actor=clerk)
    assert loading.load(file(HEAD + TARO), actor=clerk, accept_fewer=True).rows == 1


def test_what_a_killed_load_left_is_removed_and_two_at_once_are_refused(in_yakuba_city, clerk, file):
    left = Load.objects.create(file_name="途中.csv")
    Person.objects.create(load=left, number="9", name="途中", name_key="途中", kana_key="")
    assert queries.current() is None
    with pytest.raises(loading.LoadRefused, match="別の取り込み"):
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
