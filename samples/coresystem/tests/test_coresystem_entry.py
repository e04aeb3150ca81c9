"""Entering, searching and looking at entries, in both layouts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import stored
import yaml
from core.screens import load
from coresystem_client import Client
from coresystem_entries import BUS, ENTRIES, NURSERY, TAX

FOLDER = Path(__file__).parents[1]
SCREENS = load(FOLDER / "screens.yaml")


@pytest.mark.parametrize("code", ENTRIES)
def test_screens_cover_every_field_and_option_of_the_procedure(code):
    """Otherwise a robot could not enter a case completely, or stored.py could not say what was entered."""
    definition = yaml.safe_load((FOLDER.parent / "procedures" / f"{code}.yaml").read_text(encoding="utf-8"))
    by_field = {one.field: one for one in SCREENS.procedures[code].inputs()}
    assert sorted(by_field) == sorted(field["code"] for field in definition["fields"])
    for field in definition["fields"]:
        one = by_field[field["code"]]
        assert one.required == field.get("required", False), field["code"]
        lexicon = definition.get("lexicons", {}).get(field.get("lexicon"), [])
        codes = [option.code for option in one.options]
        if field["type"] == "choices":  # their canonical form keeps the procedure's order
            assert codes == list(field["options"]), field["code"]
        assert sorted(codes) == sorted(field.get("options", lexicon)), field["code"]
        if "range" in field:
            assert list(one.range) == field["range"], field["code"]


@pytest.mark.parametrize("code", ENTRIES)
def test_an_entry_goes_through_three_pages_to_its_number(server, code):
    pages, meant = ENTRIES[code]
    client = server.client()
    confirmation = client.fill(code, pages)
    assert confirmation.title.endswith("確認")
    assert confirmation.rows["受付番号"] == meant["receipt_number"]
    assert server.stored() == []

    done = client.register(code, confirmation)
    assert done.title.endswith("登録完了")
    assert done.registration_number == "K-000001"

    (row,) = server.stored()
    assert row["procedure"] == code
    assert row["receipt_number"] == meant["receipt_number"]
    assert row["registration_number"] == "K-000001"
    assert {field: value for field, value in row["values"].items() if value or field in meant} == meant


def test_detail_page_shows_every_stored_value(server):
    client = server.client()
    number = client.enter("nursery-admission", NURSERY).registration_number
    detail = client.get(f"/nursery-admission/detail/{number}")
    assert detail.registration_number == number
    inputs = SCREENS.procedures["nursery-admission"].inputs()
    assert set(detail.rows) >= {one.label for one in inputs}
    expected = {
        "申込者氏名": "髙橋　花子",
        "申込者生年月日": "S64.1.7",
        "希望曜日": "月、水、土",
        "第1希望": "駅前こども園",
        "世帯年間収入（円）": "5,600,000",
        "母氏名": "",
    }
    assert {label: detail.rows[label] for label in expected} == expected


def test_back_keeps_what_was_typed_and_does_not_check(server):
    client = server.client()
    page = client.get("/bus-pass/entry")
    page = client.post("/bus-pass/entry", {**page.hidden, **BUS[0], "action": "next"})
    page = client.post("/bus-pass/entry", {**page.hidden, "shimei": "途中", "action": "back"})
    assert page.title.endswith("（1／3）")
    assert not page.errors
    assert 'value="0800030018"' in page.text
    page = client.post("/bus-pass/entry", {**page.hidden, **BUS[0], "action": "next"})
    assert 'value="途中"' in page.text


def test_confirmation_goes_back_to_the_third_page(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    page = client.post("/bus-pass/entry", {**confirmation.hidden, "page": "4", "action": "back"})
    assert page.title.endswith("（3／3）")
    assert 'value="E" checked' in page.text


REFUSED = [
    ("bus-pass", 0, {"uketsuke_no": ""}, "uketsuke_no", "受付番号は必須です。入力してください。"),
    ("bus-pass", 0, {"uketsuke_no": "12345"}, "uketsuke_no", "受付番号は10桁で入力してください。"),
    ("bus-pass", 0, {"uketsuke_no": "０８０００３００１８"}, "uketsuke_no", "受付番号は半角数字で"),
    ("bus-pass", 0, {"shinsei_kubun": ""}, "shinsei_kubun", "申請区分は必須です。選択してください。"),
    ("bus-pass", 0, {"shinsei_kubun": "7"}, "shinsei_kubun", "一覧の中から"),
    ("bus-pass", 0, {"shinsei_bi": "2026-05-01"}, "shinsei_bi", "正しい日付"),
    ("bus-pass", 0, {"shinsei_bi": "R08.02.29"}, "shinsei_bi", "正しい日付"),
    ("bus-pass", 0, {"shinsei_bi": "R01.04.30"}, "shinsei_bi", "正しい日付"),
    ("bus-pass", 0, {"shinsei_bi": "R08.03.31"}, "shinsei_bi", "R08.04.01からR09.03.31まで"),
    ("bus-pass", 1, {"kana": "たなか"}, "kana", "全角カタカナ"),
    ("bus-pass", 1, {"kana": "ﾀﾅｶ"}, "kana", "全角カタカナ"),
    ("bus-pass", 1, {"birth_g": ""}, "birth", "正しい日付"),
    ("bus-pass", 1, {"birth_y": "64", "birth_m": "1", "birth_d": "8"}, "birth", "正しい日付"),
    ("bus-pass", 1, {"yubin_no": "100001"}, "yubin_no", "7桁"),
    ("bus-pass", 1, {"denwa": "電話なし"}, "denwa", "半角数字"),
    ("bus-pass", 1, {"shimei": "長" * 41}, "shimei", "40文字以内"),
    ("bus-pass", 1, {"shimei": "制御\x00文字"}, "shimei", "使用できない文字"),
    ("bus-pass", 2, {"rosen": []}, "rosen", "利用路線は必須です。"),
    ("bus-pass", 2, {"rosen": ["E", "X"]}, "rosen", "一覧の中から"),
    ("resident-tax-change", 2, {"nenzei": "10000000"}, "nenzei", "0から9999999まで"),
    ("resident-tax-change", 2, {"nenzei": "-1"}, "nenzei", "半角数字"),
    ("nursery-admission", 2, {"chichi_nissu": "8"}, "chichi_nissu", "1から7まで"),
]


@pytest.mark.parametrize(("code", "number", "change", "place", "message"), REFUSED)
def test_a_wrong_value_is_refused_at_its_field(server, code, number, change, place, message):
    pages = [dict(values) for values in ENTRIES[code][0][: number + 1]]
    pages[number] |= change
    page = server.client().fill(code, pages)
    assert page.title.endswith(f"（{number + 1}／3）")
    assert list(page.errors) == [place]
    assert message in page.errors[place]


def test_registering_without_the_pages_is_refused(server):
    client = server.client()
    page = client.get("/bus-pass/entry")
    page = client.post("/bus-pass/entry", {**page.hidden, "action": "register"})
    assert page.title.endswith("（1／3）")
    assert page.errors
    assert server.control()["counters"]["stored"] == 0


def test_search_finds_by_receipt_number_only_in_its_procedure(server):
    client = server.client()
    number = client.enter("bus-pass", BUS).registration_number
    found = client.get("/bus-pass/search?uketsuke_no=0800030018")
    assert "1件のデータがあります。" in found.text
    assert f'href="/bus-pass/detail/{number}">{number}</a>' in found.text
    assert "田中　みのる" in found.text
    for path in (
        "/bus-pass/search?uketsuke_no=0800030019",
        "/resident-tax-change/search?uketsuke_no=0800030018",
    ):
        assert "該当するデータはありません" in client.get(path).text
    assert "半角数字10桁" in client.get("/bus-pass/search?uketsuke_no=123").errors["search"]


def test_a_second_entry_of_the_same_receipt_number_is_a_second_row(server):
    """The system does not look, as real ones do not: not entering twice is the robot's duty."""
    client = server.client()
    numbers = {client.enter("bus-pass", BUS).registration_number for _ in range(2)}
    assert numbers == {"K-000001", "K-000002"}
    assert "2件のデータがあります。" in client.get("/bus-pass/search?uketsuke_no=0800030018").text
    assert len(server.stored()) == 2


def test_one_confirmation_page_stores_one_row(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    assert client.register("bus-pass", confirmation).status == 200
    again = client.register("bus-pass", confirmation)
    assert again.status == 409
    assert "登録処理は済んでいます" in again.text
    assert len(server.stored()) == 1


def test_list_shows_fifty_a_page_newest_first(server):
    client = server.client()
    for _ in range(51):
        client.enter("bus-pass", BUS)
    first, second = client.get("/bus-pass/list"), client.get("/bus-pass/list?page=2")
    assert "全51件　1／2ページ" in first.text
    assert first.text.count("/bus-pass/detail/") == 50
    assert "K-000051" in first.text
    assert "K-000001<" not in first.text
    assert 'href="/bus-pass/list?page=2"' in first.text
    assert second.text.count("/bus-pass/detail/") == 1
    assert "K-000001<" in second.text
    for odd in ("0", "999", "-1", "abc", "9" * 5000):
        assert client.get(f"/bus-pass/list?page={odd}").status == 200


HOSTILE = ["'); DROP TABLE entry; --", '"><script>alert(1)</script>', "{{ 7*7 }}{% raw %}", "' OR '1'='1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_stored_as_text_and_shown_inert(server, text):
    client = server.client()
    pages = [BUS[0], BUS[1] | {"shimei": text, "jusho": text}, BUS[2]]
    confirmation = client.fill("bus-pass", pages)
    assert confirmation.rows["氏名"] == text
    number = client.register("bus-pass", confirmation).registration_number
    for path in (f"/bus-pass/detail/{number}", "/bus-pass/list", "/bus-pass/search?uketsuke_no=0800030018"):
        page = client.get(path)
        assert page.status == 200
        assert "<script>" not in page.text
        assert "49{%" not in page.text
    assert client.get(f"/bus-pass/detail/{number}").rows["住所"] == text
    (row,) = server.stored()
    assert row["values"]["name"].replace(" ", "") == text.replace(" ", "")


def test_hostile_search_finds_nothing(server):
    page = server.client().get("/bus-pass/search?uketsuke_no=%27%20OR%20%271%27%3D%271%22%3E%3Cscript%3E")
    assert page.errors
    assert "<script>" not in page.text


def _as_second_layout(code: str, pages: list[dict]) -> list[dict]:
    """The same typing with the names and on the pages of layout 2."""
    typed = {name: value for values in pages for name, value in values.items()}
    result = []
    for page in SCREENS.procedures[code].layouts[2]:
        renamed = {}
        for one in page.inputs:
            for part in ("", "_g", "_y", "_m", "_d") if one.kind == "era_date" else ("",):
                if one.key + part in typed:
                    renamed[one.name + part] = typed[one.key + part]
        result.append(renamed)
    return result


@pytest.mark.parametrize("code", ENTRIES)
def test_second_layout_has_other_names_pages_and_words_and_stores_the_same(start, code):
    pages, meant = ENTRIES[code]
    with start("--layout", "2") as server:
        client = Client(server.port)
        assert "職員コード" in client.get("/login").text
        assert client.login(("TXT_USER", "TXT_PASS")).location == "/menu"
        first = client.get(f"/{code}/entry")
        assert 'id="F101"' in first.text
        assert "次の画面へ進む" in first.text
        assert 'id="uketsuke_no"' not in first.text
        confirmation = client.fill(code, _as_second_layout(code, pages))
        assert "この内容で登録する" in confirmation.text
        if code != "nursery-admission":
            assert "お名前（漢字）" in confirmation.rows
        assert client.register(code, confirmation).registration_number == "K-000001"
        assert "TXT_KEY01" in client.get(f"/{code}/search").text
        values = server.stored()[0]["values"]
    assert {field: value for field, value in values.items() if value or field in meant} == meant


def test_an_entry_that_was_begun_keeps_its_layout(server):
    client = server.client()
    page = client.get("/resident-tax-change/entry")
    server.control(layout=2)
    for values in TAX:
        page = client.post("/resident-tax-change/entry", {**page.hidden, **values, "action": "next"})
    assert page.title.endswith("確認")
    assert client.register("resident-tax-change", page).registration_number == "K-000001"
    assert 'id="F101"' in client.get("/resident-tax-change/entry").text


@pytest.mark.parametrize(
    ("type_", "held", "canonical"),
    [
        ("number", "-500", "-500"),
        ("number", "1,200", "1200"),
        ("number", "(500)", "(500)"),
        ("name", "MARIA CLARA", "MARIA CLARA"),
        ("name", "山田　太郎", "山田太郎"),
        ("address", "霞が関１－２－３　１０１", "霞が関1-2-3 101"),
        ("phone", "03-1234-5678 内線5", "03-1234-5678 内線5"),  # no value of the type: it stays as it is held
        ("receipt_number", "0800000129-2", "0800000129-2"),
    ],
)
def test_what_is_held_is_compared_as_it_stands(type_, held, canonical):
    """Nothing of a value is left out before it is compared: a lost sign or blank is a wrong entry."""
    one = next(iter(SCREENS.procedures["bus-pass"].inputs()))
    plain = replace(one, options=(), kind="text")
    assert stored.canonical(plain, type_, held) == canonical
