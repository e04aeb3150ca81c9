import io
import subprocess
from xml.etree import ElementTree

import pypdfium2
import pytest
import vl_convert
from PIL import Image
from weasyprint import HTML

from yakuba.kernel.charts import ChartRefused, bar_chart, before_after, person_and_machine, svg, table

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=1>"


def points(**more) -> dict:
    return {
        "data": {"values": [{"x": 1, "y": 2}]},
        "mark": "point",
        "encoding": {"x": {"field": "x"}},
        **more,
    }


def test_the_same_specification_gives_the_same_picture():
    chart = before_after([("保育所入所申込", 14, 3.2)], title="時間")
    again = before_after([("保育所入所申込", 14, 3.2)], title="時間")
    from yakuba.kernel.charts import drawing

    first = chart.svg
    drawing._drawn.cache_clear()
    assert again.svg == first


def test_hostile_labels_stay_words():
    chart = bar_chart([(HOSTILE, {HOSTILE: 3, "b": 1})], title=HOSTILE, unit="分", stacked=True)
    root = ElementTree.fromstring(chart.svg)
    names = {element.tag.rsplit("}", 1)[1] for element in root.iter()}
    assert names <= {"svg", "g", "rect", "path", "text", "tspan"}
    words = "".join(root.itertext())
    assert "<script>alert(1)" in words
    assert "<script" not in chart.svg
    assert "onerror" not in {name for element in root.iter() for name in element.attrib}


@pytest.mark.parametrize(
    "spec",
    [
        points(data={"url": "http://127.0.0.1/x.json"}),
        points(data={"url": "file:///etc/passwd", "format": {"type": "csv"}}),
        points(mark={"type": "image", "height": 10}),
        points(mark="image"),
        points(encoding={"href": {"field": "x"}}),
        points(
            transform=[{"lookup": "x", "from": {"data": {"url": "data.csv"}, "key": "x", "fields": ["y"]}}]
        ),
        {"layer": [points(), points(data={"url": "x.csv"})]},
    ],
)
def test_a_chart_may_not_reach_outside_itself(spec):
    with pytest.raises(ChartRefused):
        svg(spec)


def test_what_is_no_chart_is_refused_with_a_reason():
    with pytest.raises(ChartRefused, match="Vega-Lite"):
        svg({"mark": "no such mark", "data": {"values": []}})
    with pytest.raises(ChartRefused, match="aggregate"):
        svg(points(data={"values": [{"x": n} for n in range(20_001)]}))


def test_the_picture_is_html_whatever_other_libraries_do_to_the_table_of_prefixes():
    ElementTree.register_namespace("other", "http://www.w3.org/2000/svg")
    picture = bar_chart([("名前空間", {"値": 1})], title="字", unit="")
    assert picture.svg.startswith("<svg ")
    assert picture.svg.count("xmlns") == 1


def test_data_may_have_a_column_called_url():
    assert "<svg" in svg(points(data={"values": [{"x": 1, "url": "http://example.org"}]}))


def test_two_charts_in_one_page_do_not_share_identifiers():
    def clipped(limit: int) -> set[str]:
        scale = {"domain": [0, limit]}
        spec = points(
            mark={"type": "bar", "clip": True},
            encoding={"x": {"field": "x", "type": "quantitative", "scale": scale}},
        )
        return {
            element.get("id") for element in ElementTree.fromstring(svg(spec)).iter() if element.get("id")
        }

    one, two = clipped(5), clipped(6)
    assert one
    assert two
    assert not one & two


def test_the_table_of_any_specification_is_its_data():
    assert table(points()).columns == ("x", "y")
    assert table(points()).rows == (("1", "2"),)
    assert table({"mark": "bar"}).rows == ()


def _japanese_font() -> bool:
    try:
        found = subprocess.run(["fc-list", ":lang=ja"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return bool(found.stdout.strip())


def _ink(character: str) -> bytes:
    chart = bar_chart([(character, {"値": 1})], title="字", unit="")
    image = Image.open(io.BytesIO(vl_convert.svg_to_png(chart.svg))).convert("L")
    return image.crop((0, 0, 30, image.height)).tobytes()


@pytest.mark.skipif(not _japanese_font(), reason="no Japanese font on this machine")
def test_japanese_is_drawn_as_glyphs_not_as_boxes():
    missing = _ink("\U0010fffe")  # a code point without a glyph: what a missing character looks like
    drawn = [_ink(character) for character in "申請書辻塚あア"]
    assert len(set(drawn)) == len(drawn)
    assert missing not in drawn


@pytest.mark.skipif(not _japanese_font(), reason="no Japanese font on this machine")
def test_the_same_picture_stands_in_a_pdf_with_its_words():
    chart = person_and_machine([("これまで", 14, 0), ("いま", 2.1, 1.1)], title="内訳")
    pdf = HTML(string=f"<html lang=ja><body>{chart.svg}</body></html>").write_pdf()
    page = pypdfium2.PdfDocument(pdf)[0]
    words = page.get_textpage().get_text_range()
    assert "これまで" in words
    assert "計 3.2分" in words
    shapes = [item for item in page.get_objects() if item.type == pypdfium2.raw.FPDF_PAGEOBJ_PATH]
    assert len(shapes) >= 4
