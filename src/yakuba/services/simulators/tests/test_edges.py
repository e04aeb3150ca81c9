"""What a stranger types, sends and loads: numbers with units, years of an era, tables that contradict what is there, odd traces."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from html import unescape
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import BadRow, rows
from yakuba.services.simulators import facade, operations
from yakuba.services.simulators.actions import trials as actions
from yakuba.services.simulators.contracts import Quantity
from yakuba.services.simulators.engine import CALCULATORS, chain
from yakuba.services.simulators.engine.loss import fitted, read_trace
from yakuba.services.simulators.engine.loss.trace import LOST, NUMBER
from yakuba.services.simulators.engine.route import calculator as route
from yakuba.services.simulators.engine.trials import number, year
from yakuba.services.simulators.models import Indicator, KeptRun, Measurement, Trial


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


def text(answer) -> str:
    return (b"".join(answer) if answer.streaming else answer.content).decode()


def at(code: str, **given) -> str:
    return f"{reverse(f'simulators:{code}')}?{urlencode(given)}"


# --- the chain


def test_all_steps_slow_together_is_never_told_to_fit_where_independent_ones_do_not():
    """One step with a long tail: the normal quantile is 12.6 ms, the gamma one 23.6 ms."""
    asked = CALCULATORS["chain"].initial | {"steps": "甲,0,1,5", "budget": 15.0}
    outcome = CALCULATORS["chain"].calculate(asked)
    assert outcome.holds is False
    assert "すべて同時に遅いと超えます" in outcome.sentence
    left = next(one.value for one in outcome.figures if one.code == "left")
    assert left < 0, "what is left belongs to the same value as the verdict"


def test_the_sum_of_gamma_percentiles_is_that_of_exponential_steps():
    """For sd = mean the gamma distribution is the exponential one: −ln(1 − p) × mean."""
    from math import log

    steps = [chain.Step("甲", 1, 2, 2), chain.Step("乙", 3, 5, 5), chain.Step("丙", 4, 0, 0)]
    assert chain.together_drawn(steps, 99) == pytest.approx(8 - 7 * log(0.01))


# --- numbers


@pytest.mark.parametrize("typed", ["4.7GHz", "４７００ＭＨｚ", "4700 MHz"])
def test_a_number_with_its_unit_is_told_to_come_without(page, typed):
    answer = page.get(at("coverage", frequency=typed))
    assert answer.status_code == 422
    assert "単位は書かず、MHzで数えた数だけにしてください" in text(answer)


def test_a_delay_of_minus_zero_is_zero(page):
    shown = text(page.get(at("delay", near="-0", far="−０.０")))
    assert "遅れ0ミリ秒" in shown
    assert "遅れ-0" not in shown


def test_a_loop_without_delay_is_not_called_unstable(page):
    shown = text(page.get(at("delay", plant="single", kp=2, kd=1.5, near=0, far=10)))
    assert "遅れ0ミリ秒は安定、遅れ10ミリ秒は不安定です" in shown


@pytest.mark.parametrize(
    "typed", ["1e999999999", "1e-999999999", "1_000", "٣", "1,2,3", "Infinity", "1" * 500, "5%"]
)
def test_what_is_no_amount_is_told(page, clerk, typed):
    facade.load_trials("実験,ねらい,指標,単位\n甲,乙,丙,社\n".encode(), actor=clerk)
    indicator = Indicator.objects.get()
    given = {"measured_on": "2026-05-01", "value": typed, "evidence": "記録"}
    answer = page.post(reverse("simulators:measure", args=[indicator.pk]), given)
    assert answer.status_code == 422
    assert not Measurement.objects.exists()
    with pytest.raises(Invalid):
        number(typed)


def test_amounts_as_staff_write_them():
    assert number("１，２３４．５") == Decimal("1234.5")
    assert number("−５") == -5
    with pytest.raises(Invalid, match="15桁"):
        number("1234567890123.4567")  # SQLite would keep …3.46
    assert str(number("-0")) == "0.0000"


@pytest.mark.parametrize(
    ("typed", "found"),
    [("令和元年度", 2019), ("平成31年度", 2019), ("R9", 2027), ("２０２７年度", 2027), ("", None)],
)
def test_a_fiscal_year_as_staff_write_it(typed, found):
    assert year(typed) == found


@pytest.mark.parametrize("typed", ["2200", "令和99", "昭和50", "27", "abc", "2027.0"])
def test_a_year_that_the_form_would_not_take_is_not_taken_from_a_table(typed):
    with pytest.raises(BadRow):
        year(typed)


# --- a model's refusal on the page of the drive


def test_the_drive_refuses_at_its_own_field(page):
    answer = page.get(at("route", mobile_height=0.5))
    assert answer.status_code == 422
    assert 'id="id_mobile_height_error"' in text(answer)


# --- traces


def traced(table: str, kind: str):
    problems: list = []
    return read_trace(rows(table.encode(), (kind,), problems), kind, problems), problems


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("抜け\n", "0個なので"),
        ("抜け\n1\n", "1個なので"),
        ("抜け\n0\n0\n", "1つもない"),
        ("抜け\n1\n1\n", "すべて抜けている"),
    ],
)
def test_a_trace_that_says_nothing_is_told_for_what_it_is(table, sentence):
    trace, problems = traced(table, LOST)
    assert not problems
    with pytest.raises(Invalid, match=sentence):
        fitted(trace)


def test_a_sender_that_began_anew_is_not_taken_for_packets_that_came_twice():
    table = "番号\n" + "\n".join(map(str, [*range(0, 3000, 2), *range(0, 3000, 2)]))
    _, problems = traced(table, NUMBER)
    assert problems
    assert "へ戻っています" in str(problems[0])


def test_full_width_digits_of_a_trace_are_digits():
    trace, problems = traced("番号\n１\n３\n", NUMBER)
    assert not problems
    assert (trace.counted.packets, trace.counted.lost) == (3, 1)


def test_more_bursts_than_gaps_between_what_arrived_is_refused(page):
    answer = page.get(at("loss", measured_packets=100, measured_lost=60, measured_bursts=60))
    assert answer.status_code == 422
    assert "41回まで" in text(answer)
    assert page.get(at("loss", measured_packets=100, measured_lost=60, measured_bursts=41)).status_code == 200


# --- the register


def test_a_table_cannot_turn_a_trial_that_is_there_around(in_yakuba_city, clerk):
    """The table says the start alone; the end stands in the register."""
    head = "実験,ねらい,始まり,終わり,指標,単位\n"
    facade.load_trials(f"{head}甲,乙,2026-04-01,2026-06-30,丙,社\n".encode(), actor=clerk)
    with pytest.raises(Invalid, match="終わり"):
        facade.load_trials(f"{head}甲,乙,2026-07-01,,丙,社\n".encode(), actor=clerk)
    assert Trial.objects.get().starts_on == date(2026, 4, 1)


def test_a_table_cannot_give_measured_values_another_unit(in_yakuba_city, clerk):
    """3 seconds must not become 3 milliseconds."""
    head = "実験,ねらい,指標,単位,測った日,値,根拠\n"
    facade.load_trials(f"{head}甲,乙,遅れ,秒,2026-05-01,3,記録\n".encode(), actor=clerk)
    with pytest.raises(Invalid, match="単位") as refusal:
        facade.load_trials(f"{head}甲,乙,遅れ,ミリ秒,2026-06-01,4,記録\n".encode(), actor=clerk)
    assert "今の記録の「秒」" in str(refusal.value.problems[0])
    assert Indicator.objects.get().unit == "秒"
    assert Measurement.objects.count() == 1


def test_two_rows_together_cannot_end_before_they_start(in_yakuba_city, clerk):
    head = "実験,ねらい,始まり,終わり,指標,単位\n"
    with pytest.raises(Invalid) as refusal:
        facade.load_trials(f"{head}甲,乙,2026-07-01,,丙,社\n甲,,,2026-06-30,丁,社\n".encode(), actor=clerk)
    assert "終わり" in str(refusal.value.problems[0])


def test_blanks_around_a_title_make_no_second_trial(in_yakuba_city, clerk):
    row = operations.trials.add_trial(clerk, title=" 甲　", aim=" 乙 ")
    assert row.title == "甲"
    with pytest.raises(Invalid):
        operations.trials.add_trial(clerk, title="　", aim="乙")
    facade.load_trials("実験,ねらい,指標,単位\n甲,乙,丙,社\n".encode(), actor=clerk)
    assert Trial.objects.count() == 1


def test_the_longest_value_goes_out_and_comes_in_the_same(page, clerk):
    value = Decimal("12345678901.4567")
    facade.load_trials(
        f"実験,ねらい,指標,単位,測った日,値,根拠\n=1+1,乙,丙,社,2026-05-01,{value},@記録\n".encode(),
        actor=clerk,
    )
    for form in ("csv", "xlsx"):
        answer = page.get(f"{reverse('simulators:trials_table')}?form={form}&accept=1")
        assert answer.status_code == 200, text(answer)
        data = b"".join(answer) if answer.streaming else answer.content
        if form == "xlsx":
            cells = [cell for row in load_workbook(io.BytesIO(data)).active.iter_rows() for cell in row]
            assert all(cell.data_type != "f" for cell in cells), "nothing of a register is a formula"
        assert actions.load(data, {}, actor=clerk) == 1
        assert Measurement.objects.get().value == value
        assert [row.title for row in Trial.objects.all()] == ["=1+1"]
        assert Measurement.objects.get().evidence == "@記録"


def test_a_target_on_the_wrong_side_of_the_start_is_asked_about(page, clerk):
    facade.load_trials(
        "実験,ねらい,指標,単位,始めの値,目標,向き\n甲,乙,丙,社,10,5,多いほどよい\n".encode(), actor=clerk
    )
    address = reverse("simulators:trial", args=[Trial.objects.get().pk])
    assert "向きが合っているか確かめてください" in text(page.get(address))
    Indicator.objects.update(rises=False)
    assert "向きが合っているか確かめてください" not in text(page.get(address))


# --- files of every making


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16"])
def test_tables_of_any_encoding_fill_in(page, encoding):
    data = "区間,いつもかかる分（ミリ秒）,揺れる分の平均,揺れる分の標準偏差\n無線,４,6,5\n".encode(encoding)
    answer = page.post(reverse("simulators:load_chain"), {"load-file": SimpleUploadedFile("a.csv", data)})
    assert answer.status_code == 302, text(answer)
    assert "99%の回が" in text(page.get(answer["Location"]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"PK\x03\x04broken",
        b"a,b\n1,2\n",
        "抜け\n".encode(),
        b"\x00" * 1000,
        "抜け\n=1+1\n".encode(),
    ],
)
@pytest.mark.parametrize("code", ["chain", "loss"])
def test_a_file_that_is_none_is_told_at_its_field(page, code, data):
    answer = page.post(reverse(f"simulators:load_{code}"), {"load-file": SimpleUploadedFile("a.csv", data)})
    assert answer.status_code == 422
    assert 'id="id_load-file_error"' in text(answer)


# --- kept results


def test_every_figure_of_a_comparison_has_a_name_of_its_own(in_yakuba_city, clerk):
    numbers = [
        facade.keep("chain", name, "", {"budget": budget}, actor=clerk)
        for name, budget in (("甲", 90), ("乙", 120))
    ]
    found = operations.runs.compare_runs(clerk, runs=numbers)
    labels = [row["label"] for row in found]
    assert len(labels) == len(set(labels)), labels
    numbers = [
        facade.keep("delay", name, "", {"near": near}, actor=clerk) for name, near in (("丙", 2), ("丁", 3))
    ]
    labels = [row["label"] for row in operations.runs.compare_runs(clerk, runs=numbers)]
    assert "行き過ぎ（遅れ2ミリ秒）／行き過ぎ（遅れ3ミリ秒）" in labels


def test_results_of_other_formulas_say_so_beside_one_another(page, clerk):
    numbers = [facade.keep("chain", name, "", {}, actor=clerk) for name in "甲乙"]
    KeptRun.objects.filter(pk=numbers[0]).update(version=1)
    (version,) = [
        row for row in operations.runs.compare_runs(clerk, runs=numbers) if row["label"] == "式の版"
    ]
    assert version["differs"]
    assert "式が新しくなっています" in text(page.get(reverse("simulators:run", args=[numbers[0]])))


def test_a_result_of_formulas_that_asked_otherwise_still_opens(page, clerk):
    """An input that has gone, one that came later, one that would be refused today."""
    number = facade.keep("delay", "古い", "", {}, actor=clerk)
    run = KeptRun.objects.get(pk=number)
    run.inputs = {name: value for name, value in run.inputs.items() if name != "far"} | {"gone": 5, "kp": -1}
    run.version = 0
    run.save()
    shown = text(page.get(reverse("simulators:run", args=[number])))
    assert "計算できません" in shown


def test_a_long_table_is_kept_as_it_was_shown(page):
    """Of 10,000 characters each may take nine in an address."""
    steps = "\n".join(f"{'区' * 38}{at:02},　{'　' * 140}1,1,1" for at in range(30))
    shown = text(page.get(at("chain", steps=steps)))
    inputs = unescape(shown.partition('name="inputs" value="')[2].partition('"')[0])
    padded = inputs.replace("steps=", "steps=" + ("%E3%80%80" * 190 + "%0A") * 20, 1)
    assert len(padded) > 60_000
    answer = page.post(reverse("simulators:keep_chain"), {"inputs": padded, "keep-name": "長い"})
    assert answer.status_code == 302, text(answer)
    kept = KeptRun.objects.get()
    assert kept.inputs["steps"].count("区" * 38) == 30
    assert kept.inputs["budget"] == 100


def test_an_address_that_says_a_thing_twice_or_in_brackets_has_an_answer(page):
    for query in (
        "kp=100&kp=225",
        "kp[]=5&kd[a]=2",
        "inputs=" + "x" * 10_000,
        "kp=225&kp-place=a&kp-slider=b",
    ):
        assert page.get(f"{reverse('simulators:delay')}?{query}").status_code in (200, 302, 422), query
    answer = page.get(f"{reverse('simulators:delay')}?kp={'9' * 10_000}")
    assert answer.status_code == 422
    assert "9" * 200 not in text(answer).partition('id="id_kp_error"')[2].partition("</")[0]


def test_every_number_says_what_it_is_or_has_a_unit():
    """A planner meets no bare letter: what has no unit says what it counts."""
    for calculator in CALCULATORS.values():
        for asked in calculator.inputs:
            if isinstance(asked, Quantity):
                assert asked.unit or asked.help, f"{calculator.code} {asked.name}"


def test_on_paper_inputs_and_ranges_have_their_headings(page):
    """What can be opened loses its summary in print."""
    shown = text(page.get(reverse("simulators:route")))
    for heading in ("この答えの入力", "式が成り立つ範囲"):
        assert f'<h2 class="print-only">{heading}</h2>' in shown


# --- the drive


def test_the_picture_of_a_drive_shows_the_weakest_and_the_strongest_place():
    asked = CALCULATORS["route"].initial | {"step": 10.0, "repeats": 1, "sigma": 12.0}
    (picture,) = CALCULATORS["route"].calculate(asked).pictures
    levels = [y for _, y in picture.curves["いちばん強い局"]]
    layout = route.layout_of(asked)
    rules = route._rules(asked)
    points = route.along(layout, asked["speed"] / 3.6, rules.step, 1)
    mean = route.levels(asked, route.MODELS[asked["model"]], layout, points)
    best = route._one(asked, rules, points, mean, asked["seed"]).levels.max(axis=1)
    assert (min(levels), max(levels)) == (pytest.approx(best.min()), pytest.approx(best.max()))
    assert len(levels) <= 2 * route.DRAWN


def test_no_formula_speaks_of_a_hand_over_behind_the_end_of_the_road():
    asked = CALCULATORS["route"].initial | {"model": "free", "stations": 2, "sigma": 0.0, "speed": 100.0}
    codes = [one.code for one in CALCULATORS["route"].calculate(asked | {"trigger": "256"}).figures]
    assert "closed_form" in codes
    codes = [one.code for one in CALCULATORS["route"].calculate(asked | {"trigger": "5120"}).figures]
    assert "closed_form" not in codes


def test_words_that_a_town_hall_reads_otherwise_stay_out(page):
    """予算 is money there, and a セル that of a spreadsheet."""
    for code in CALCULATORS:
        shown = text(page.get(reverse(f"simulators:{code}"))).partition("<main")[2]
        assert "予算" not in shown
        assert "セル" not in shown.replace("エクセル", "").replace("キャンセル", "")
