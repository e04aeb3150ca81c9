"""Maps read back from the pictures that are drawn."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from yakuba.kernel.charts.tests.drawn import right_edges, words
from yakuba.kernel.maps import Mapped, Shape, body_map, value_map
from yakuba.kernel.maps.drawing import of_japan
from yakuba.kernel.maps.geojson import read

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&\\"


def japan(**more):
    values = {f"{number:02}": float(number) for number in range(1, 48)}
    return body_map(values, title="1件あたりの時間", unit="分", **more)


def point(label, value, east=139.7, north=35.69):
    return Mapped(label, value, Shape(points=((east, north),)))


def shapes(svg):
    """What each titled shape is filled with."""
    root = ElementTree.fromstring(svg)
    return {
        group.findtext(f"{SVG}title"): [one.get("fill") for one in group if one.tag != f"{SVG}title"]
        for group in root.iter(f"{SVG}g")
        if group.find(f"{SVG}title") is not None
    }


def test_every_prefecture_is_drawn_with_its_name_and_value():
    for svg in (japan().svg, japan().narrow_svg):
        assert len(shapes(svg)) == 47
        assert "東京都 13分" in shapes(svg)
        assert "沖縄県 47分" in shapes(svg)
        told = " ".join(words(svg))
        assert "奄美群島と沖縄県" in told
        assert "ランベルト正角円錐図法" in told
        assert "200km" in told


def test_classes_are_told_without_colour():
    svg = japan().svg
    signs = {one[0] for one in shapes(svg).values()}
    assert len(signs) == 5
    root = ElementTree.fromstring(svg)
    lines = {one.get("id"): tuple(path.get("d") for path in one.iter(f"{SVG}path")) for one in root.iter(f"{SVG}pattern")}  # fmt: skip
    used = [lines[sign[5:-1]] for sign in signs]
    assert len(set(used)) == 4, (
        "each pattern has lines of its own; white and full have none and are light and dark"
    )
    listed = [line for line in words(svg) if re.fullmatch(r"\d+～\d+分（\d+）", line)]
    assert len(listed) == 5
    assert sum(int(line.rsplit("（", 1)[1][:-1]) for line in listed) == 47


def test_given_breaks_are_told_as_bounds():
    found = japan(breaks=[10, 20])
    assert [one.words for one in found.classes.listed] == ["10分未満", "10分以上20分未満", "20分以上"]
    assert [one.count for one in found.classes.listed] == [9, 10, 28]
    assert found.classes.of(10).words == "10分以上20分未満"
    for bad in ([2, 1], [1, 1], [1, 2, 3, 4, 5]):
        with pytest.raises(ValueError, match="breaks"):
            japan(breaks=bad)


def test_equal_values_are_never_parted():
    found = value_map(
        [point(f"園{number}", 0.0 if number < 30 else float(number)) for number in range(40)],
        title="図",
        unit="人",
    )
    assert sum(one.count for one in found.classes.listed) == 40
    assert found.classes.listed[0].count >= 30
    assert found.classes.of(0.0) is found.classes.listed[0]


def test_what_is_not_known_is_no_zero():
    found = value_map([point("中央", 3), point("東", None, 139.72)], title="空き", unit="人")
    assert "東 値なし" in shapes(found.svg)
    assert "値なし（1）" in words(found.svg)
    assert found.table.rows[1] == ("東", "―")


def test_municipalities_are_points_and_areas_where_they_are_known():
    square = Shape(areas=((((139.7, 35.6), (139.8, 35.6), (139.8, 35.7)),),))
    found = body_map({"131016": 1, "131024": 2}, title="図", unit="件", areas={"13102": square})
    assert found.mapped[0].shape.points
    assert found.mapped[1].shape is square
    assert any("国土数値情報" in one for one in found.sources)
    assert not any("Natural Earth" in one for one in found.sources), "nothing of it is in the picture"
    assert any(
        "Natural Earth" in one for one in body_map({"131016": 1, "011002": 2}, title="図", unit="件").sources
    )
    assert any("CC0" in one for one in found.sources)


def test_a_code_that_nobody_has_is_told_and_stays_in_the_table():
    found = body_map({"131016": 1, "999999": 2}, title="図", unit="件")
    assert found.left_out == ("団体コード 999999",)
    html = render_to_string("maps/figure.html", {"map": found})
    assert "地図にないもの：団体コード 999999" in html
    assert len(found.table.rows) == 2


def test_a_town_is_drawn_with_names_and_without_a_coast_that_would_mislead():
    found = value_map(
        [point("中央保育園", 3), point("東保育園", 1, 139.72), point("西保育園", 0, 139.69, 35.7)],
        title="空き",
        unit="人",
    )
    assert not of_japan(found)
    assert {"中央保育園 3", "東保育園 1", "西保育園 0"} <= set(words(found.svg))
    assert "#f7f7f7" not in found.svg


def test_lines_differ_in_width_and_dash():
    rows = [
        Mapped(f"道{n}", n, Shape(lines=(((139.7, 35.6 + n / 100), (139.8, 35.6 + n / 100)),)))
        for n in range(5)
    ]
    root = ElementTree.fromstring(value_map(rows, title="道路", unit="台").svg)
    looks = {(one.get("stroke-width"), one.get("stroke-dasharray")) for one in root.iter(f"{SVG}path") if one.get("stroke") == "#0017c1"}  # fmt: skip
    assert len(looks) == 5


def test_nothing_makes_no_picture_but_a_sentence():
    found = body_map({}, title="図", unit="件")
    assert found.svg == found.narrow_svg == ""
    assert "まだ表示できる記録がありません" in render_to_string("maps/figure.html", {"map": found})


def test_words_of_others_stay_words():
    found = value_map(
        [Mapped(HOSTILE, 1, Shape(points=((139, 35),)), note=HOSTILE)], title=HOSTILE, unit=HOSTILE
    )
    tags = {one.tag.rsplit("}", 1)[1] for one in ElementTree.fromstring(found.svg).iter()}
    assert tags <= {"svg", "defs", "pattern", "clipPath", "g", "title", "path", "rect", "circle", "text"}
    html = render_to_string("maps/figure.html", {"map": found})
    assert "<script>alert" not in html
    assert (
        json.loads(re.search(r'application/json">(.*?)</script>', html, re.S)[1])["mapped"][0]["label"]
        == HOSTILE
    )


def test_much_data_stays_within_both_widths():
    from yakuba.kernel.maps.places import places

    towns = [code for code, one in places().items() if one.at]
    found = body_map({code: float(number) for number, code in enumerate(towns)}, title="全国", unit="件")
    assert len(found.mapped) == len(towns) == 1_912
    for svg, width in ((found.svg, 670), (found.narrow_svg, 350)):
        assert max(right_edges(svg)) <= width
        assert len(svg) < 800_000
    assert len(found.table.rows) == 1_912


@pytest.mark.parametrize("value", [0, -3.5, 1e19])
def test_words_fit_whatever_the_values(value):
    found = value_map([point("特別徴収に係る保育園", value), point("東", 1, 139.9)], title="図", unit="円")
    assert max(right_edges(found.narrow_svg)) <= 350


def test_a_label_given_twice_and_no_numbers_are_refused():
    with pytest.raises(ValueError, match="same label"):
        value_map([point("園", 1), point("園", 2)], title="図", unit="人")
    with pytest.raises(ValueError, match="number"):
        value_map([point("園", float("nan"))], title="図", unit="人")


def test_the_same_input_gives_the_same_picture_and_two_maps_do_not_mix():
    assert japan().svg == japan().svg
    ids = [set(re.findall(r'id="([^"]+)"', svg)) for svg in (japan().svg, japan().narrow_svg, japan(breaks=[3]).signs_svg)]  # fmt: skip
    assert not ids[0] & ids[1]


def test_a_map_leaves_as_geojson():
    features = read(japan().geojson().encode())
    assert len(features) == 47
    assert features[12].properties == {"label": "東京都", "value": 13.0, "note": ""}
