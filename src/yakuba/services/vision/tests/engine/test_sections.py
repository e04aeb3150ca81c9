"""Road sections: where a picture lies, sections along a drive, priorities, tables."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.kernel.maps import geojson
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import rows
from yakuba.services.vision.contracts import Damage
from yakuba.services.vision.engine.positions import Fix
from yakuba.services.vision.engine.priorities import Candidate, Weights, ranked
from yakuba.services.vision.engine.sections import Net, Section, along, trend
from yakuba.services.vision.engine.tables import REQUIRED, of_features, of_rows

ROAD = Section("A", ((138.5, 35.6), (138.51, 35.6)))
CROSSING = Section("B", ((138.505, 35.595), (138.505, 35.605)))


def test_a_place_belongs_to_the_nearest_section_and_to_none_far_away():
    net = Net([ROAD, CROSSING])
    section, away = net.nearest(Fix(35.60005, 138.502))
    assert section.code == "A"
    assert away == pytest.approx(5.56, abs=0.1)
    assert net.nearest(Fix(35.602, 138.50501))[0].code == "B"
    assert net.nearest(Fix(35.6003, 138.502)) is None
    assert net.nearest(Fix(0, 0)) is None
    assert ROAD.metres == pytest.approx(904, abs=3)


def test_sections_along_a_drive_are_of_one_length_and_end_where_nobody_drove():
    places = [Fix(35.6, 138.5 + 0.0001 * one) for one in range(60)]  # 9 m apart
    places += [Fix(35.65, 138.5 + 0.0001 * one) for one in range(5)]  # elsewhere
    made = along(places, 100, "R1")
    assert [one.code for one in made[:2]] == ["R1-0001", "R1-0002"]
    assert all(one.metres == pytest.approx(100, abs=0.5) for one in made[:4])
    assert made[-1].line[0][1] == 35.65
    assert sum(one.metres for one in made[:-1]) == pytest.approx(59 * 9.04, abs=3)
    with pytest.raises(Invalid):
        along(places[:1], 100, "R1")
    with pytest.raises(Invalid):
        along(places, 1, "R1")


def test_a_trend_needs_two_figures():
    assert trend(0.1, 0.2) == "悪くなった"
    assert trend(0.2, 0.1) == "よくなった"
    assert trend(0.2, 0.201) == "ほぼ同じ"
    assert trend(None, 0.2) == ""


def test_the_order_of_repair_adds_up_and_leaves_out_what_was_not_measured():
    today = date(2026, 4, 1)
    found = ranked(
        [
            Candidate("quiet", Damage.HEAVY, 50, None, None, 0),
            Candidate("busy", Damage.HEAVY, 200, 5_000, date(2016, 4, 1), 9),
            Candidate("good", Damage.LIGHT, 100, 20_000, date(2026, 3, 1), 0),
            Candidate("unknown", None, 500, 20_000, date(1990, 1, 1), 5),
        ],
        Weights(50, 10, 20, 10, 10),
        today,
    )
    assert [one.code for one in found] == ["busy", "quiet", "good"]
    assert found[0].points == pytest.approx(50 + 10 + 10 + 5 + 10, abs=0.1)
    assert found[1].points == pytest.approx(55)
    assert [one.value for one in found[1].steps][2:4] == ["分からない", "分からない"]


def test_sections_come_from_a_table_with_faults_by_line():
    text = '番号,路線名,緯度,経度,交通量,修繕日\n1,市道1号,35.6,138.5,"1,200",令和3年4月1日\n1,,35.6,138.51,,\n2,,35.6,x,,\n3,,0,0,,\n4,,35.6,138.5,,\n5,,35.6,138.5,many,\n5,,35.6,138.6,,\n'
    found, faults = of_rows(rows(text.encode(), REQUIRED, []))
    assert [(one.code, one.traffic, one.repaired, len(one.line)) for one in found] == [
        ("1", 1200, date(2021, 4, 1), 2)
    ]
    assert [one.line for one in faults] == [4, 5, 6, 7]


def test_sections_come_from_geojson():
    text = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"12","name":"市道12号","traffic":300},"geometry":{"type":"LineString","coordinates":[[138.5,35.6],[138.51,35.6]]}},{"type":"Feature","properties":{"code":"x"},"geometry":{"type":"Point","coordinates":[138.5,35.6]}}]}'
    found, faults = of_features(geojson.read(text.encode()))
    assert found[0].code == "12"
    assert found[0].traffic == 300
    assert "線ではありません" in faults[0].reason
