"""The room as a planner meets it: pages, addresses, files, programs."""

from __future__ import annotations

import io
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.services.simulators import facade
from yakuba.services.simulators.engine import CALCULATORS
from yakuba.services.simulators.models import KeptRun
from yakuba.services.simulators.tests.examples import TABLE, text


def at(code: str, **given) -> str:
    return f"{reverse(f'simulators:{code}')}?{urlencode(given)}"


@pytest.mark.parametrize("code", CALCULATORS)
def test_a_calculator_shows_a_filled_example_at_once(page, code):
    answer = page.get(reverse(f"simulators:{code}"))
    shown = text(answer)
    assert answer.status_code == 200
    for part in (
        "答え",
        "分からないこと",
        "式と出典",
        "式が成り立つ範囲",
        "<svg",
        "で取り出す",
        "この結果を残す",
    ):
        assert part in shown
    assert CALCULATORS[code].unknowns[0] in shown
    result = shown.partition('id="result"')[2].partition("分からないこと")[0]
    for word in ("None", "nan", "inf%"):
        assert word not in result


def test_the_trial_of_one_and_fifty_milliseconds(page):
    shown = text(page.get(reverse("simulators:delay")))
    assert "遅れ1ミリ秒は安定、遅れ50ミリ秒は不安定です。遅れが43.2ミリ秒を超えると" in shown
    assert "43.1606ミリ秒" in shown


def test_without_a_script_a_moved_slider_counts_and_the_address_gets_short(page):
    moved = {"kp": "225", "kp-place": "225", "kp-slider": "100", "kd": "20", "far": "６０"}
    answer = page.get(at("delay", **moved))
    assert answer.status_code == 302
    asked = parse_qs(urlsplit(answer["Location"]).query)
    assert (asked["kp"], asked["kd"], asked["far"]) == (["100"], ["20"], ["60"])
    assert "遅れ60ミリ秒は安定" in text(page.get(answer["Location"]))


BAD = ["NaN", "∞", "inf", "-1", "1e308", "1e999", "", "abc", "１２３x", "1" * 500, "0x10", "²", "\u0000"]


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("delay", "kp"),
        ("coverage", "bandwidth"),
        ("chain", "budget"),
        ("route", "spacing"),
        ("loss", "packets"),
    ],
)
def test_what_is_no_number_is_told_at_its_field(page, code, name, value):
    answer = page.get(at(code, **{name: value}))
    if value == "\u0000":
        assert answer.status_code in (400, 422)
        return
    shown = text(answer)
    assert answer.status_code == 422
    assert f'id="id_{name}_error"' in shown
    assert "まで" in shown
    assert "この結果を残す" not in shown, "there is nothing to keep"


def test_full_width_digits_are_digits(page):
    assert page.get(at("delay", kp="２２５．０", kd="３０")).status_code == 200


def test_a_part_of_a_page_gets_its_sentence_in_the_page(page):
    answer = page.get(at("delay", kp="x"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="result"' in text(answer)
    assert "数として読めません" in text(answer)


@pytest.mark.parametrize(
    ("given", "field", "sentence"),
    [
        ({"model": "hata_small"}, "frequency", "範囲の外へは延ばしません"),
        (
            {"model": "umi_los", "station_height": 30},
            "station_height",
            "「3GPP 街路（UMi）見通しあり」の式は10mで",
        ),
        ({"model": "uma_nlos", "station_height": 25, "mobile_height": 20}, "mobile_height", "1.5〜13m"),
        ({"model": "none"}, "model", ""),
        ({"places": "学校, 地点, 35, 139"}, "places", "局を1つ以上"),
        ({"places": "駅, 局, 95, 139\n学校, 校, 35, 139"}, "places", "1行目 緯度"),
        ({"places": "駅, 局, 35"}, "places", "いま3つ"),
    ],
)
def test_coverage_refuses_at_the_field(page, given, field, sentence):
    answer = page.get(at("coverage", **given))
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in text(answer)
    assert sentence in text(answer)


def test_places_of_the_town_stand_on_a_map(page):
    places = "役場屋上, 局, 34.398, 132.520\n学校, 地点, 34.3985, 132.521\n峠, 地点, 34.45, 132.60"
    shown = text(page.get(at("coverage", places=places)))
    assert "地点ごとの余裕" in shown
    assert "式の範囲の外" in shown
    assert "届く" in shown


def test_more_than_can_be_counted_is_refused_with_what_to_do(page):
    for code, given, sentence in (
        ("route", {"step": 1, "repeats": 20}, "くり返しを減らすか"),
        ("route", {"speed": 400, "step": 1000, "stations": 2, "spacing": 1}, "測る間隔を短くするか"),
        ("delay", {"duration": 600, "far": 50}, "秒までにしてください"),
        ("chain", {"steps": "\n".join(f"区間{at},1,1,1" for at in range(31))}, "30行まで"),
        ("chain", {"steps": "甲,1,1,1\n甲,1,1,1"}, "二度あります"),
        ("chain", {"steps": "甲,0,0,0"}, "合計が0"),
        ("chain", {"steps": "甲,1,0.001,50"}, "100分の1以上"),
        ("loss", {"measured_packets": 10, "measured_lost": 20, "measured_bursts": 1}, "この順に小さくなる"),
        ("route", {"q_in": -9, "q_out": -8}, "Q_out以上"),
        ("route", {"way": "0,0"}, "2点以上"),
        ("route", {"places": "遠い, 190000, 190000", "way": "0,0\n100,0"}, "どこにも電波が届きません"),
    ):
        answer = page.get(at(code, **given))
        assert answer.status_code == 422, given
        assert sentence in text(answer), given


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("delay", {"plant": "first", "kp": 0.5, "kd": 0}),
        ("delay", {"plant": "single", "kp": 2, "kd": 1.5, "near": 0}),
        ("delay", {"kd": 0, "near": 0, "far": 0}),
        ("delay", {"kp": 10000, "kd": 0, "near": 10000, "far": 10000, "duration": 600}),
        ("delay", {"derivative": "error", "near": 0.1, "duration": 0.01, "kp": 0.01, "kd": 1000}),
        ("coverage", {"power": -30, "snr": 60}),
        ("coverage", {"power": 80, "station_gain": 60, "sigma": 0}),
        ("coverage", {"model": "free", "frequency": 100000, "sigma": 20, "edge": 99.9}),
        ("chain", {"steps": "一つ,0,0.01,1", "percent": 99.9}),
        ("chain", {"steps": "甲,1000000,1000000,1000000", "percent": 50}),
        ("loss", {"p": 1, "r": 1, "g": 0, "b": 1}),
        ("loss", {"g": 0, "b": 0, "p": 0.000001, "r": 0.000001}),
        ("loss", {"window": 100000, "packets": 100}),
        ("route", {"sigma": 0, "model": "free", "stations": 2}),
        ("route", {"eirp": -30, "load": 100}),
        (
            "route",
            {"places": "甲, 0, 0", "way": "0,0\n300,0\n300,300", "interruption": 5000, "hysteresis": 15},
        ),
    ],
)
def test_the_ends_of_what_is_taken_have_an_answer(page, code, given):
    answer = page.get(at(code, **given))
    assert answer.status_code == 200, text(answer)
    assert "答え" in text(answer)


def test_a_result_is_taken_along_with_inputs_tables_and_formulas(page):
    answer = page.get(
        f"{reverse('simulators:table_delay')}?{urlencode({'kp': 100, 'kd': 20, 'form': 'xlsx'})}"
    )
    book = load_workbook(io.BytesIO(b"".join(answer)))
    assert book.sheetnames[:3] == ["結果", "入力", "表1"]
    values = {row[0]: row[1] for row in book["結果"].iter_rows(min_row=2, values_only=True)}
    assert values["安定でいられる遅れの限り τ*"] == pytest.approx(64.74092, abs=1e-4)
    assert ("比例の強さ Kp", "100") in list(book["入力"].iter_rows(values_only=True))
    for form in ("utf-8", "json"):
        assert "安定でいられる遅れの限り" in text(
            page.get(f"{reverse('simulators:table_delay')}?form={form}")
        )
    assert page.get(f"{reverse('simulators:table_delay')}?kp=x").status_code == 422


def test_a_table_of_steps_comes_from_a_file(page):
    head = "区間,いつもかかる分（ミリ秒）,揺れる分の平均,揺れる分の標準偏差\r\n"
    sent = SimpleUploadedFile("steps.csv", (head + "カメラ,20,5,2\r\n無線,4,1,1\r\n").encode("cp932"))
    answer = page.post(reverse("simulators:load_chain"), {"load-file": sent}, follow=True)
    assert "カメラ, 20, 5, 2" in text(answer)
    assert answer.status_code == 200
    for content in (b"", b"\x00\x01\x02", "あ,い\n1,2\n".encode(), head.encode()):
        sent = SimpleUploadedFile("steps.csv", content)
        answer = page.post(reverse("simulators:load_chain"), {"load-file": sent})
        assert answer.status_code == 422, content
        assert "load-file_error" in text(answer)


def trace(content: str | bytes) -> dict[str, SimpleUploadedFile]:
    return {
        "load-file": SimpleUploadedFile(
            "trace.csv", content.encode() if isinstance(content, str) else content
        )
    }


def test_a_measured_trace_fills_in_the_channel(page):
    rows = "抜け\n" + "\n".join("0001100010")  # 3 of 10 lost, in 2 bursts
    answer = page.post(reverse("simulators:load_loss"), trace(rows))
    asked = {name: value[0] for name, value in parse_qs(urlsplit(answer["Location"]).query).items()}
    assert (asked["measured_packets"], asked["measured_lost"], asked["measured_bursts"]) == ("10", "3", "2")
    assert float(asked["r"]) == pytest.approx(2 / 3)
    assert float(asked["p"]) == pytest.approx(2 / 3 * 0.3 / 0.7)
    shown = text(page.get(answer["Location"]))
    assert "測った記録に当てはめた値" in shown
    assert "10個のうち3個が、2回に固まって" in shown


def test_a_trace_with_faults_changes_nothing_and_names_the_lines(page):
    answer = page.post(reverse("simulators:load_loss"), trace("抜け\n0\nx\n1\n2\n"))
    assert answer.status_code == 422
    assert "3行目" in text(answer)
    assert "5行目" in text(answer)
    for rows, sentence in (
        ("抜け\n0\n0\n", "抜けが1つもない"),
        ("抜け\n1\n1\n", "すべて抜けている"),
        ("時刻\n1\n", "列がありません"),
        ("番号\n1\n5000000\n", "飛んでいます"),
        ("番号\n-1\n", "0以上の整数"),
        ("抜け\n" + "0\n" * 40_001, "40,000行まで"),
    ):
        answer = page.post(reverse("simulators:load_loss"), trace(rows))
        assert answer.status_code == 422, sentence
        assert sentence in text(answer)


def test_a_result_is_kept_seen_compared_and_discarded(page, clerk):
    kept = {"inputs": urlencode({"kp": 100, "kd": 20}), "keep-name": "ゆるい制御", "keep-note": "会議用"}
    answer = page.post(reverse("simulators:keep_delay"), kept, follow=True)
    run = KeptRun.objects.get()
    assert (run.inputs["kp"], run.version, run.created_by) == (100, CALCULATORS["delay"].version, clerk)
    shown = text(answer)
    assert "64.7409ミリ秒" in shown
    assert "会議用" in shown
    assert "式が新しくなっています" not in shown
    assert "ゆるい制御" in text(page.get(reverse("search"), {"text": "ゆるい"}))
    other = facade.keep("delay", "かたい制御", "", {}, actor=clerk)
    compared = text(page.get(reverse("simulators:compare"), {"run": [run.pk, other]}))
    assert "43.1606ミリ秒" in compared
    assert compared.count("<td>違う</td>") >= 3
    assert "ゆるい制御" in text(page.get(reverse("simulators:runs"), follow=True))
    KeptRun.objects.filter(pk=run.pk).update(version=0)
    assert "式が新しくなっています" in text(page.get(reverse("simulators:run", args=[run.pk])))
    page.post(reverse("simulators:discard_run", args=[run.pk]))
    assert not KeptRun.objects.filter(pk=run.pk).exists()
    assert set(AuditEvent.objects.filter(name__startswith="simulators.").values_list("name", flat=True)) == {
        "simulators.kept", "simulators.discarded"
    }  # fmt: skip


def test_keeping_needs_a_name_and_a_result(page):
    for kept in ({"inputs": "kp=100", "keep-name": ""}, {"inputs": "kp=x", "keep-name": "名前"}):
        answer = page.post(reverse("simulators:keep_delay"), kept)
        assert answer.status_code == 422
        assert not KeptRun.objects.exists()


def test_what_cannot_be_compared_is_told(page, clerk):
    one = facade.keep("delay", "甲", "", {}, actor=clerk)
    two = facade.keep("chain", "乙", "", {}, actor=clerk)
    for numbers, sentence in (([one], "2つから6つ"), ([one, two], "同じ種類"), ([one, 999_999], "999999")):
        answer = page.get(reverse("simulators:compare"), {"run": numbers})
        assert answer.status_code == 422
        assert sentence in text(answer)


def test_a_calculator_is_one_operation_for_page_api_and_command(page, clerk):
    token = ApiToken.issue(clerk, "x", ["simulators.view", "simulators.keep"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    answer = page.get("/api/v1/simulators/delay", {"kp": 100, "kd": 20}, headers=headers).json()
    figures = {one["code"]: one["value"] for one in answer["figures"]}
    assert figures["limit_ms"] == pytest.approx(64.74092, abs=1e-4)
    assert answer["unknowns"]
    for wrong in ("nan", "inf", "-1", "1e308", "x"):
        assert page.get("/api/v1/simulators/delay", {"kp": wrong}, headers=headers).status_code == 422, wrong
    app = build()
    run = CliRunner().invoke(app, ["simulators", "delay", "--kp", "100", "--kd", "20", "--json"])
    assert json.loads(run.stdout)["sentence"] == answer["sentence"]
    told = CliRunner().invoke(app, ["simulators", "coverage", "--model", "hata_small"])
    assert told.exit_code == 1
    assert "範囲の外へは延ばしません" in told.stderr
    kept = {"calculator": "chain", "name": "甲", "inputs": {"budget": "200"}}
    sent = page.post("/api/v1/simulators/runs", kept, content_type="application/json", headers=headers)
    assert sent.status_code == 201
    assert sent.json()["inputs"]["budget"] == 200
    wrong = kept | {"inputs": {"budget": "NaN"}}
    assert (
        page.post(
            "/api/v1/simulators/runs", wrong, content_type="application/json", headers=headers
        ).status_code
        == 422
    )


def test_the_command_reads_steps_and_traces_from_files(in_yakuba_city, tmp_path):
    (tmp_path / "steps.txt").write_text("甲, 10, 0, 0\n乙, 5, 0, 0\n", encoding="utf-8")
    (tmp_path / "trace.csv").write_text("番号\n1\n2\n5\n4\n6\n9\n9\n", encoding="utf-8")
    app = build()
    run = CliRunner().invoke(app, ["simulators", "chain", "--steps", str(tmp_path / "steps.txt"), "--json"])
    figures = {one["code"]: one["value"] for one in json.loads(run.stdout)["figures"]}
    assert figures["mean"] == 15
    run = CliRunner().invoke(app, ["simulators", "fit", str(tmp_path / "trace.csv"), "--json"])
    assert json.loads(run.stdout) == {
        "packets": 9, "lost": 3, "bursts": 2, "late": 1, "twice": 1, "p": pytest.approx(1 / 3), "r": pytest.approx(2 / 3)
    }  # fmt: skip


def test_the_neighbour_sees_nothing_of_it(page, clerk, neighbour):
    run = facade.keep("delay", "甲", "", {}, actor=clerk)
    facade.load_trials(TABLE.format(title="甲の実験").encode(), actor=clerk)
    other = Client()
    other.force_login(neighbour)
    assert other.get(reverse("simulators:run", args=[run])).status_code in (403, 404)
    assert "甲の実験" not in text(other.get(reverse("simulators:trials"), follow=True))
