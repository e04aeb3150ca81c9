"""The map of a round's facilities, from the list that was taken in."""

from __future__ import annotations

import pytest

from yakuba.services.nursery.actions import taking
from yakuba.services.nursery.queries.facility_map import facility_map, position

HEAD = "施設番号,施設名,0歳,1歳,緯度,経度\n"
LIST = (
    HEAD
    + "N1,中央保育園,1,2,35.69,139.70\nN2,東保育園,0,,35.70,139.72\nN3,西保育園,3,0,,\nN4,西保育園,1,0,139.7,35.7\n"
)


def take(desk, text):
    return taking.facilities_from_file(desk.round, text.encode())


def test_facilities_are_points_with_their_free_seats(desk, clerk, client):
    take(desk, LIST)
    found = facility_map(desk.round)
    placed = {one.label: (one.value, one.note, one.shape.points) for one in found.mapped}
    assert placed["中央保育園"] == (3, "0歳 1、1歳 2", ((139.70, 35.69),))
    assert placed["東保育園"] == (0, "", ((139.72, 35.70),))
    # Latitude in the column of longitude is not put into the sea: it is told, and stands in the table.
    assert found.left_out == ("西保育園（N3）", "西保育園（N4）")
    assert len(found.table.rows) == 4
    client.force_login(clerk)
    text = client.get(f"/nursery/rounds/{desk.round.pk}/facilities/").content.decode()
    assert "<title>中央保育園 3人</title>" in text
    assert "地図にないもの：西保育園（N3）、西保育園（N4）" in text


def test_a_list_without_places_has_no_map_and_says_how_to_get_one(desk, clerk, client):
    take(desk, "施設番号,施設名,0歳\nN1,中央保育園,1\n")
    assert facility_map(desk.round) is None
    client.force_login(clerk)
    text = client.get(f"/nursery/rounds/{desk.round.pk}/facilities/").content.decode()
    assert "「緯度」と「経度」の列" in text
    assert "data-map" not in text


@pytest.mark.parametrize("facts", [{}, {"緯度": "35.7"}, {"緯度": "nan", "経度": "139"}, {"緯度": "北", "経度": "139"}, {"緯度": "35.7", "経度": "1e999"}])  # fmt: skip
def test_what_is_no_place_in_japan_is_none(facts):
    assert position(facts) is None
