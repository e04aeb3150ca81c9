"""Lines, histograms, intervals and heat maps, read back from the pictures that are drawn."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from yakuba.kernel.charts import curve_chart, heat_map, histogram, interval_chart, line_chart
from yakuba.kernel.charts.palette import BLUE, ORANGE, SERIES, _luminance, shade, words_on
from yakuba.kernel.charts.tests.drawn import fills, lines, right_edges, strokes, words

MONTHS = [f"{month}月" for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
HOSTILE = "<script>alert(1)</script>\"'&\\"


def one_of_each(label: str = "保育所", value: float = 3.0, title: str = "図", unit: str = "件"):
    return [
        line_chart([label], {label: [value]}, title=title, unit=unit),
        curve_chart(
            {label: [(0.0, value), (1.0, value)]},
            title=title,
            x=label,
            x_unit=unit,
            unit=unit,
            levels={label: value},
        ),
        histogram([value], title=title, unit=unit),
        interval_chart([(label, value, (value - 1, value + 1))], title=title, unit=unit, interval=label),
        heat_map([(label, [value])], [label], title=title, unit=unit),
    ]


def test_of_many_places_some_are_named_and_every_value_is_drawn():
    places = [f"{number}日" for number in range(366)]
    values = [float(number % 7) for number in range(366)]
    values[200] = 50.0
    values[100], values[102] = None, None
    picture = line_chart(places, {"値": values}, title="年", unit="m").svg
    corners = [corner for piece in lines(picture) for corner in piece]
    assert len(corners) == 363  # without the two gaps and the value between them, which is a point
    assert min(y for _, y in corners) == corners[200 - 3][1]
    assert sum(word.endswith("日") for word in words(picture)) == 8
    points = [one for one in fills(picture) if one == SERIES[0]]
    assert len(points) == 1


def nothing(title: str = "図"):
    return [
        line_chart([], {}, title=title, unit="件"),
        line_chart(MONTHS, {"値": [None] * 12}, title=title, unit="件"),
        curve_chart({}, title=title, x="時間", x_unit="秒", unit="件"),
        curve_chart({"値": []}, title=title, x="時間", x_unit="秒", unit="件"),
        histogram([], title=title, unit="件"),
        histogram([None], title=title, unit="件"),
        interval_chart([], title=title, unit="件", interval="範囲"),
        interval_chart([("甲", None, None)], title=title, unit="件", interval="範囲"),
        heat_map([], [], title=title, unit="件"),
        heat_map([("甲", [None])], ["乙"], title=title, unit="件"),
    ]


@pytest.mark.parametrize("chart", one_of_each(HOSTILE, title=HOSTILE, unit=HOSTILE))
def test_words_of_others_stay_words(chart):
    root = ElementTree.fromstring(chart.svg)
    assert {element.tag.rsplit("}", 1)[1] for element in root.iter()} <= {"svg", "g", "path", "text", "tspan", "rect", "line"}  # fmt: skip
    html = render_to_string("charts/figure.html", {"chart": chart})
    assert "<script" not in html
    assert "&lt;script" in html


@pytest.mark.parametrize("chart", nothing())
def test_no_value_makes_no_picture_but_a_sentence(chart):
    assert chart.svg == chart.narrow_svg == ""
    assert "まだ表示できる記録がありません" in render_to_string("charts/figure.html", {"chart": chart})


@pytest.mark.parametrize("value", [0, 0.004, -3.5, 7, 1e19, -1e19])
def test_one_value_of_any_size_is_drawn_within_the_telephone(value):
    for chart in one_of_each(value=value):
        assert chart.table.rows
        assert words(chart.svg)
        assert float(ElementTree.fromstring(chart.narrow_svg).get("width")) <= 360
        assert max(right_edges(chart.narrow_svg)) <= 360
        assert max(right_edges(chart.svg)) <= 680


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e21])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="number"):
        line_chart(["甲"], {"値": [value]}, title="図", unit="件")
    for point in ((value, 0.0), (0.0, value)):
        with pytest.raises(ValueError, match="number"):
            curve_chart({"値": [point]}, title="図", x="時間", x_unit="秒", unit="件")
    with pytest.raises(ValueError, match="number"):
        histogram([value], title="図", unit="件")
    with pytest.raises(ValueError, match="number"):
        interval_chart([("甲", value, None)], title="図", unit="件", interval="範囲")
    with pytest.raises(ValueError, match="number"):
        heat_map([("甲", [value])], ["乙"], title="図", unit="件")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: line_chart(["甲"], {"値": [1, 2]}, title="図", unit="件"),
        lambda: line_chart(["甲", " 甲 "], {"値": [1, 2]}, title="図", unit="件"),
        lambda: line_chart(["甲"], {str(n): [1] for n in range(7)}, title="図", unit="件"),
        lambda: line_chart(["甲"], {"値": [1]}, bands={"他": [(0, 1)]}, title="図", unit="件"),
        lambda: line_chart(["甲"], {"値": [1]}, bands={"値": [(2, 0)]}, title="図", unit="件"),
        lambda: curve_chart(
            {str(n): [(0, 1)] for n in range(7)}, title="図", x="時間", x_unit="秒", unit="件"
        ),
        lambda: interval_chart([("甲", 1, (2, 0))], title="図", unit="件", interval="範囲"),
        lambda: interval_chart([("甲", 1, None)] * 2, title="図", unit="件", interval="範囲"),
        lambda: heat_map([("甲", [1, 2])], ["乙"], title="図", unit="件"),
        lambda: heat_map([("甲", [1]), ("甲", [2])], ["乙"], title="図", unit="件"),
    ],
)
def test_what_cannot_be_drawn_truthfully_is_refused(draw):
    with pytest.raises(ValueError):
        draw()


def test_a_line_lies_as_high_as_its_values_and_breaks_where_one_is_missing():
    chart = line_chart(["a", "b", "c", "d", "e"], {"値": [0, 10, None, 5, 20]}, title="図", unit="件")
    first, second = lines(chart.svg)
    (_, zero), (_, ten), (_, five), (_, twenty) = first + second
    height = (zero - ten) / 10
    assert zero - five == pytest.approx(5 * height, abs=0.01)
    assert zero - twenty == pytest.approx(20 * height, abs=0.01)
    steps = [right - left for (left, _), (right, _) in (*pairwise(first), *pairwise(second))]
    assert second[0][0] - first[1][0] == pytest.approx(2 * steps[0]), "a gap is as wide as what is missing"
    assert chart.table.rows[2] == ("c", "―")
    assert {"0", "10", "5", "20"} <= set(words(chart.svg))


def test_a_curve_lies_where_its_quantities_are_and_its_table_has_both_ends():
    points = [(0.0, 0.0), (1.0, 10.0), (4.0, 5.0)]
    chart = curve_chart({"値": points}, title="図", x="距離", x_unit="km", unit="dB")
    ((a, zero), (b, ten), (c, five)) = lines(chart.svg)[0]
    assert (c - a) / (b - a) == pytest.approx(4, abs=0.01), "three times as far stands three times as far"
    assert (zero - five) / (zero - ten) == pytest.approx(0.5, abs=0.01)
    many = curve_chart(
        {"甲": [(at / 7, at) for at in range(500)]}, title="図", x="距離", x_unit="km", unit="dB"
    ).table
    assert many.columns == ("距離（km）", "甲（dB）")
    assert len(many.rows) == 20
    assert (many.rows[0], many.rows[-1][1]) == (("0.0", "0"), "499")
    small = curve_chart({"甲": [(0.01, 76.2), (0.29, 123.6)]}, title="図", x="距離", x_unit="km", unit="dB")
    assert small.table.rows[0] == ("0.010", "76.2"), "as many decimals as the span needs"


def test_lines_are_told_apart_without_colour():
    series = {f"線{n}": [n, n + 1.0] for n in range(6)}
    chart = line_chart(["a", "b"], series, title="図", unit="件")
    drawn = strokes(chart.svg)
    assert [one.get("stroke") for one in drawn] == list(SERIES)
    assert len({one.get("stroke-dasharray") for one in drawn}) == 6
    points = {
        one.get("d")
        for one in ElementTree.fromstring(chart.svg).iter()
        if one.get("fill") in SERIES and one.get("d")
    }
    assert len(points) >= 6
    assert set(series) <= set(words(chart.narrow_svg))


def test_a_band_stands_in_picture_and_table_also_where_it_stands_alone():
    bands = {"割合": [(1, 5), None, (0.5, 3)]}
    chart = line_chart(["a", "b", "c"], {"割合": [3, None, 1.5]}, bands=bands, band="95%信頼区間", title="図", unit="%")  # fmt: skip
    assert chart.table.columns == ("項目", "割合（%）", "割合の95%信頼区間（%）")
    assert chart.table.rows == (("a", "3.0", "1.0～5.0"), ("b", "―", "―"), ("c", "1.5", "0.5～3.0"))
    assert "帯：95%信頼区間" in words(chart.narrow_svg)
    root = ElementTree.fromstring(chart.svg)
    rules = [abs(float(one.get("y2", 0))) for one in root.iter() if one.get("stroke-width") == "1" and one.get("stroke") == BLUE]  # fmt: skip
    high, low = sorted(length for length in rules if length)[::-1]
    assert high / low == pytest.approx(4 / 2.5, rel=0.01)


def test_large_amounts_are_counted_in_myriads_in_the_picture_and_in_full_in_the_table():
    chart = line_chart(["a", "b"], {"収支": [-12_345_678_901, 5e12]}, title="図", unit="円")
    assert "単位：億円" in words(chart.svg)
    assert {"-123.5", "50,000"} <= set(words(chart.svg))
    assert chart.table.rows == (("a", "-12,345,678,901"), ("b", "5,000,000,000,000"))
    assert "収支はaに-12,345,678,901円、bに5,000,000,000,000円。" in chart.description


def test_what_a_myriad_cannot_show_is_not_called_nothing():
    assert {"≈0", "0"} <= set(
        words(heat_map([("甲", [0, 3, 9e8])], ["a", "b", "c"], title="図", unit="円").svg)
    )


def test_a_histogram_counts_every_value_once_and_in_the_step_it_belongs_to():
    values = [n / 10 for n in range(30)]  # 0.3 is the third step's first value, and 0.3 // 0.1 is 2
    chart = histogram([*values, None], title="図", unit="分")
    assert [cells[0] for cells in chart.table.rows][:2] == ["0.0以上0.5未満", "0.5以上1.0未満"]
    assert [cells[1] for cells in chart.table.rows] == ["5"] * 6 + ["1"]
    assert chart.table.rows[-1] == ("値なし", "1")
    assert words(chart.svg).count("5") == 6
    assert fills(chart.svg).count(BLUE) == 6


def test_a_histogram_keeps_its_empty_steps_and_the_side_of_zero():
    chart = histogram([-5, -1, 0, 0, 95], title="図", unit="点")
    rows = dict(chart.table.rows)
    assert rows["-20以上0未満"] == "2"
    assert rows["0以上20未満"] == "2"
    assert rows["40以上60未満"] == "0"
    assert list(rows)[-1] == "80以上100未満"


@pytest.mark.parametrize("values", [[0.1, 0.2, 1e6], [1e19, 1e19 + 4096], [1e-9, 2e-9], [-1e19, 1e19], [5]])
def test_a_histogram_has_ten_steps_at_most(values):
    chart = histogram(values, title="図", unit="円")
    assert 1 <= len(chart.table.rows) <= 10
    assert sum(int(row[1]) for row in chart.table.rows) == len(values)


def test_an_interval_is_drawn_to_scale_and_told_in_words():
    rows = [("甲", 3.0, (2.0, 6.0)), ("乙", -1.0, (-3.0, 1.0)), ("丙", None, None), ("丁", 2.0, None)]
    chart = interval_chart(rows, title="図", unit="分", interval="中央の半数")
    assert {"3（2～6）", "-1（-3～1）", "―", "2", "点は値、線は中央の半数"} <= set(words(chart.svg))
    root = ElementTree.fromstring(chart.svg)
    rules = [abs(float(one.get("x2", 0))) for one in root.iter() if one.get("stroke-width") == "2" and one.get("x2")]  # fmt: skip
    assert len({round(length, 2) for length in rules if length}) == 1, "both are four minutes long"
    assert fills(chart.svg).count(BLUE) == 3
    assert chart.table.rows[0] == ("甲", "3", "2～6")
    assert chart.table.rows[2:] == (("丙", "―", "―"), ("丁", "2", "―"))


def test_a_cell_is_the_darker_the_larger_and_says_its_value():
    chart = heat_map(
        [("甲", [0, 60, 120]), ("乙", [3, None, 77])], ["0歳", "1歳", "2歳"], title="図", unit="人"
    )
    for picture in (chart.svg, chart.narrow_svg):
        assert {"0", "60", "120", "3", "―", "77", "0～120人"} <= set(words(picture))
    shades = [_luminance(shade(value, 0, 120)) for value in (0, 3, 60, 77, 120)]
    assert shades == sorted(shades, reverse=True)
    assert {shade(value, 0, 120) for value in (0, 3, 60, 77, 120)} <= set(fills(chart.svg))
    assert chart.table.rows[1] == ("乙", "3", "―", "77")
    assert "乙は0歳の3人から2歳の77人まで。" in chart.description


def test_below_zero_a_heat_map_has_a_second_hue():
    assert shade(-4, -4, 2) == ORANGE
    assert shade(0, -4, 2) == "#ffffff"
    assert shade(4, -4, 4) == BLUE
    assert "青は0より上、橙は0より下、濃いほど遠い" in words(
        heat_map([("甲", [-4, 2])], ["a", "b"], title="図", unit="").svg
    )


def test_words_on_every_shade_can_be_read():
    for low in (0, -100):
        for value in range(low, 101):
            fill = shade(value, low, 100)
            one, other = sorted((_luminance(fill), _luminance(words_on(fill))))
            assert (other + 0.05) / (one + 0.05) >= 4.5, fill


def test_a_year_of_cells_carries_its_values_on_a_telephone():
    chart = heat_map([("税", [n * 1e7 for n in range(12)])], MONTHS, title="図", unit="円")
    assert {"1,000", "11,000"} <= set(words(chart.narrow_svg))
    assert float(ElementTree.fromstring(chart.narrow_svg).get("width")) <= 360


def test_long_names_stay_within_the_telephone():
    long = [
        "特別徴収に係る給与所得者異動届出書（電子申請分を含む）の写しの枚数",
        "保育所等の利用申込書兼児童台帳（きょうだい分）の写しの枚数",
    ]
    one = line_chart(["a"], {long[0]: [1]}, title="図", unit="枚")
    both = line_chart(["a"], {name: [1] for name in long}, title="図", unit="枚")
    for chart in (one, both, interval_chart([(long[0], 1, (0, 2))], title="図", unit="枚", interval=long[1])):
        assert max(right_edges(chart.narrow_svg)) <= 365
