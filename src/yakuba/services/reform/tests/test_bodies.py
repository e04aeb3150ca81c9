"""A table of bodies on a map."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from yakuba.kernel.tables.reading import Row
from yakuba.services.reform.engine.bodies import bodies_of


def rows(*pairs):
    return [Row(line, {"団体コード": code, "値": value}) for line, (code, value) in enumerate(pairs, 2)]


def test_values_are_read_as_they_are_written():
    found = bodies_of(
        rows(
            ("131016", "1,234.5"),
            ("131024", "△3"),
            ("13", "12%"),
            ("131032", "…"),
            ("131041", ""),
            ("０１", "７"),
        )
    )
    assert found.problems == []
    assert found.values == {"131016": 1234.5, "131024": -3, "130001": 12, "131032": None, "131041": None, "010006": 7}  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([("131016", "3"), ("13101", "4")], None),  # 13101 beside six digits lost a 0: no such body
        ([("131016", "3"), ("131016", "4")], "前にもあります"),
        ([("131016", "多い")], "数ではありません"),
        ([("131016", "nan")], "数ではありません"),
        ([("", "3")], "団体コードが空"),
    ],
)
def test_what_cannot_be_used_is_told_by_line(pairs, told):
    found = bodies_of(rows(*pairs))
    if told is None:
        assert found.values == {"131016": 3, "13101": 4}
    else:
        assert told in found.problems[-1].reason
        assert found.problems[-1].line == len(pairs) + 1


def test_codes_that_lost_their_0_are_read_by_the_whole_column():
    assert list(bodies_of(rows(("11002", "1"), ("131016", "2"))).values) == ["011002", "131016"]
    assert list(bodies_of(rows(("13101", "1"), ("13102", "2"))).values) == ["131016", "131024"]
    assert list(bodies_of(rows(("11002", "1"), ("11011", "2"))).values) == ["011002", "011011"]
    # 士別市 without its 0, or 市川市 without its end.
    doubtful = bodies_of(rows(("12203", "1")))
    assert doubtful.values == {}
    assert "6けたで書いてください" in doubtful.problems[0].reason


def send(client, content, name="bodies.csv", **more):
    first = client.post("/reform/bodies/", {"file": SimpleUploadedFile(name, content)})
    assert first.status_code == 302, first.content.decode()
    table = re.search(r"table=([0-9a-f-]+)", first["Location"])[1]
    columns = {"column-0": "団体コード", "column-1": "値"}
    asked = {"table": table, "take": "1", "title": "1件あたりの時間", "unit": "分"} | more
    return client.post("/reform/bodies/", asked | columns)


def test_a_file_becomes_a_map_beside_its_table_and_is_not_kept(client, clerk):
    from yakuba.kernel.tables.models import WaitingTable

    client.force_login(clerk)
    answer = send(
        client,
        "団体コード,団体名,値\n131016,千代田区,3.2\n011002,札幌市,4\n999999,不明町,1\n".encode("cp932"),
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<title>東京都千代田区 3.2分</title>" in text
    assert "地図にないもの：団体コード 999999" in text
    assert text.count('<th scope="row"') == 3
    assert not WaitingTable.all_municipalities.exists()


def test_an_excel_that_lost_the_leading_0_is_read(client, clerk):
    client.force_login(clerk)
    book = Workbook()
    for line in (("団体コード", "値"), (11002, 4), (131016, 3)):
        book.active.append(line)
    content = io.BytesIO()
    book.save(content)
    assert "<title>北海道札幌市 4分</title>" in send(client, content.getvalue(), "a.xlsx").content.decode()


def test_rows_with_faults_are_told_and_the_others_shown(client, clerk):
    client.force_login(clerk)
    text = send(client, "団体コード,値\n131016,多い\n131024,3\n".encode()).content.decode()
    assert "2行目" in text
    assert "数ではありません" in text
    assert "<title>東京都中央区 3分</title>" in text


@pytest.mark.parametrize(("line", "more"), [("131016,多い", {}), ("131016,3", {"title": ""})])
def test_nothing_to_show_is_told_on_the_same_page(client, clerk, line, more):
    client.force_login(clerk)
    answer = send(client, f"団体コード,値\n{line}\n".encode(), **more)
    assert answer.status_code == 422
    assert "data-map" not in answer.content.decode()


def test_who_may_not_see_the_effect_sees_no_map(client, newcomer):
    client.force_login(newcomer)
    assert client.get("/reform/bodies/").status_code in (403, 404)
