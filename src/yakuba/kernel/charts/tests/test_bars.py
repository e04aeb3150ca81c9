import re
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from yakuba.kernel.charts import bar_chart, before_after, person_and_machine
from yakuba.kernel.charts.chart import wrapped
from yakuba.kernel.charts.palette import BLUE, GREY, LIGHT_BLUE, WORDS_ON


def bars(chart) -> list[tuple[str, float]]:
    """(colour, width) of every bar, as drawn."""
    found = []
    for element in ElementTree.fromstring(chart.svg).iter():
        match = re.fullmatch(r"M([\d.]+),[\d.-]+h([\d.]+)v[\d.]+h-[\d.]+Z", element.get("d", ""))
        if match and element.get("fill") in WORDS_ON:
            found.append((element.get("fill"), float(match.group(2))))
    return found


def words(chart) -> list[str]:
    root = ElementTree.fromstring(chart.svg)
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]


def test_bars_are_as_long_as_their_values():
    drawn = bars(before_after([("申込", 14, 3.5), ("異動届", 7, 7)], title="時間"))
    assert [colour for colour, _ in drawn] == [GREY, BLUE, GREY, BLUE]
    unit = drawn[0][1] / 14
    assert [round(width / unit, 3) for _, width in drawn] == [14, 3.5, 7, 7]


def test_every_bar_carries_its_name_and_value():
    shown = words(before_after([("申込", 14, 3.25)], title="時間"))
    assert "これまで 14.0分" in shown
    assert "いま 3.3分" in shown


def test_stacked_bars_add_up_and_tell_small_parts_beside():
    chart = person_and_machine([("これまで", 14, 0), ("いま", 2.5, 0.5)], title="内訳")
    drawn = bars(chart)
    longest = max(width for _, width in drawn)
    now = [(colour, width) for colour, width in drawn if width < longest]
    assert {colour for colour, _ in now} == {BLUE, LIGHT_BLUE}
    assert sum(width for _, width in now) == pytest.approx(longest * 3 / 14, rel=0.01)
    assert "計 3.0分（職員 2.5分、機械 0.5分）" in words(chart)
    assert {"職員", "機械"} <= set(words(chart))


def test_long_names_of_parts_stand_in_them_or_give_way_to_their_values():
    rows = [("見本の子育て課", {"操作している": 23.0, "間が空いている": 13.2})]
    chart = bar_chart(rows, title="時間", unit="時間", stacked=True)
    assert {"操作している 23.0時間", "13.2時間", "計 36.2時間"} <= set(words(chart))
    width = float(ElementTree.fromstring(chart.svg).get("width"))
    assert sum(each for _, each in bars(chart)) > 0.5 * width  # and leave the bars their room


def test_of_one_series_the_title_tells_the_name():
    shown = words(bar_chart([("EXCEL", {"時間": 5.4})], title="アプリごとの時間", unit="時間"))
    assert "5.4時間" in shown


@pytest.mark.parametrize("longest", [0.1, 14, 123456.7])
def test_nothing_written_beside_a_bar_leaves_the_picture(longest):
    chart = person_and_machine([("これまで", longest, longest / 50), ("いま", 0, 0)], title="内訳")
    root = ElementTree.fromstring(chart.svg)
    right = float(root.get("width"))
    for text in root.iter("{http://www.w3.org/2000/svg}text"):
        words = "".join(text.itertext())
        if words.startswith("計"):
            x = float(re.match(r"translate\(([\d.]+)", text.get("transform")).group(1))
            assert x + 7.5 * sum(2 if ord(c) > 255 else 1 for c in words) < right


def test_the_table_and_the_sentence_hold_the_same_values():
    chart = person_and_machine([(str(n), n, 1.5) for n in range(5)], title="内訳")
    assert chart.table.columns == ("項目", "職員（分）", "機械（分）", "計（分）")
    assert chart.table.rows[4] == ("4", "4.0", "1.5", "5.5")
    assert "0は職員0.0分、機械1.5分。" in chart.description
    assert "ほか2件は表にあります。" in chart.description


def test_whole_numbers_have_no_decimals_and_a_missing_series_is_a_dash():
    chart = bar_chart([("a", {"件数": 1200}), ("b", {"別": 3})], title="件数", unit="件")
    assert chart.table.rows == (("a", "1,200", "―"), ("b", "―", "3"))


@pytest.mark.parametrize(
    "rows",
    [
        [("a", {"x": -1})],
        [("a", {"x": float("nan")})],
        [("a", {"x": float("inf")})],
        [("a", {"x": 1}), (" a ", {"x": 2})],
        [("a", {str(n): 1 for n in range(7)})],
    ],
)
def test_what_cannot_be_drawn_truthfully_is_refused(rows):
    with pytest.raises(ValueError):
        bar_chart(rows, title="t", unit="分")


def test_no_rows_make_no_picture_but_a_sentence_in_the_page():
    chart = before_after([], title="時間")
    assert chart.svg == ""
    html = render_to_string("charts/figure.html", {"chart": chart})
    assert "まだ表示できる記録がありません" in html
    assert "role=" not in html


def test_all_zero_is_drawn():
    assert "いま 0分" in words(before_after([("申込", 0, 0)], title="時間"))


def test_the_figure_escapes_its_words_and_gives_the_table():
    chart = before_after([("<script>1</script>", 2, 1)], title="<b>時間</b>")
    html = render_to_string("charts/figure.html", {"chart": chart, "open": True})
    assert "<script" not in html
    assert "<b>" not in html
    assert "<details open>" in html
    assert '<th scope="row" data-label="項目">&lt;script&gt;1&lt;/script&gt;</th>' in html


def test_long_labels_are_broken_not_cut():
    label = "特別徴収に係る給与所得者異動届出書（電子申請分を含む）"
    lines = wrapped(label, 24).split("\n")
    assert "".join(lines) == label
    assert max(len(line) for line in lines) == 12


def test_on_a_telephone_a_chart_is_as_wide_as_its_screen_and_nothing_is_cut_off():
    rows = [("特別徴収に係る給与所得者異動届出書", 1234.5, 1.1), ("保育所入所申込", 14, 3.2)]
    for chart in (before_after(rows, title="時間"), person_and_machine(rows, title="内訳")):
        root = ElementTree.fromstring(chart.narrow_svg)
        assert float(root.get("width")) <= 360
        assert len(list(root.iter("{http://www.w3.org/2000/svg}text"))) >= 4


def test_the_page_gives_both_pictures_and_paper_the_wide_one_alone():
    chart = before_after([("申込", 14, 3.2)], title="時間")
    page = render_to_string("charts/figure.html", {"chart": chart})
    wide, _, narrow = page.partition("chart__picture--narrow")
    assert chart.svg in wide
    assert chart.narrow_svg in narrow
    paper = render_to_string("charts/figure.html", {"chart": chart, "paper": True})
    assert chart.svg in paper
    assert chart.narrow_svg not in paper


def test_the_table_beside_names_its_columns_at_every_cell():
    chart = before_after([("申込", 14, 3.2)], title="時間")
    assert chart.table.labelled == [[("項目", "申込"), ("これまで（分）", "14.0"), ("いま（分）", "3.2")]]
    html = render_to_string("charts/figure.html", {"chart": chart})
    assert 'data-label="これまで（分）"' in html
    assert html.count("<svg") == 2


def test_a_chart_rounds_as_the_tables_beside_it_do():
    """Seen: 6.2 in the picture and 6.3 in the table, of 6.25."""
    chart = bar_chart([("A", {"分": 6.25}), ("B", {"分": 11.5})], title="かかった時間", unit="分")
    assert "6.3" in str(chart.table)
