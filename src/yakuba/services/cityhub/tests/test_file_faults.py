"""Files as loggers, spreadsheets and people write them: what is good is taken, what is not is told by its line."""

from __future__ import annotations

import io
import json
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import taking
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.requests import Path
from yakuba.services.cityhub.engine.space import Where
from yakuba.services.cityhub.models import Reading
from yakuba.services.cityhub.queries.space import ReadSpace

HEAD = "id,type,attribute,at,value,unit\n"
ROOT = (Path("/", False),)


def line(minutes=1, value="1.5", unit="mm"):
    return f"rain-1,Weather,precipitation,{written(time.time() - 60 * minutes)},{value},{unit}\n"


def read(content):
    return taking.read_file(io.BytesIO(content), {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("title", ["", "令和8年度 雨量計の記録,,,,,\n", "令和8年度 雨量計の記録\n\n"])
def test_tables_in_any_usual_encoding_below_a_title(in_yakuba_city, encoding, title):
    found, problems = read((title + HEAD + line(1, unit="℃") + line(2, unit="℃")).encode(encoding))
    assert (len(found), problems) == (2, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_json_in_any_usual_encoding(in_yakuba_city, encoding):
    one = {"id": "a", "type": "T", "attribute": "b", "at": written(time.time() - 60), "value": 1, "unit": "℃"}
    found, problems = read(json.dumps([one], ensure_ascii=False).encode(encoding))
    assert (len(found), problems) == (1, [])


@pytest.mark.parametrize(
    "bad",
    [
        '{"id":' * 1000 + "1" + "}" * 1000,
        '{"value":' + "[" * 900 + "]" * 900 + "}",
        "9" * 6000,
        '{"id":"\\ud800","type":"T","attribute":"a","at":"2026-01-01","value":1}',
        '{"id":"x","type":"T","attribute":"a","at":"2026-01-01","value":1,"unit":"\\ud800"}',
        '{"id":"x","type":"T","attribute":"a","at":"2026-01-01","value":1,"unit":"\\u0000"}',
        '{"id":"x","type":"T","attribute":"a","at":["2026"],"value":{"a":1}}',
    ],
)
def test_json_without_measure_is_told_and_what_stands_above_is_kept(in_yakuba_city, bad):
    good = {"id": "a", "type": "T", "attribute": "b", "at": written(time.time() - 60), "value": 1}
    found, problems = read(f"[{json.dumps(good)},\n{bad}]".encode())
    assert len(found) == 1
    assert [one.line for one in problems] == [2]


def test_ten_megabytes_of_one_value_are_told(in_yakuba_city):
    found, problems = read(b'[{"id":"' + b"a" * 10_000_000 + b'"}]')
    assert (found, len(problems)) == ([], 1)
    assert len(str(problems[0])) < 1_000


def test_two_values_of_one_moment_are_told_and_one_said_twice_is_one(in_yakuba_city, clerk):
    at = written(time.time() - 60)
    with pytest.raises(Invalid) as error:
        taking.take_text(f"{HEAD}a,T,b,{at},1,m\na,T,b,{at},2,m\n", actor=clerk)
    assert "2行目と同じ日時" in str(error.value.problems[0])
    taking.take_text(f"{HEAD}a,T,b,{at},1,m\na,T,b,{at},1,m\n", actor=clerk)
    assert Reading.objects.count() == 1


def test_no_look_up_goes_through_all_entities_of_a_type(in_yakuba_city, yakuba_city):
    """Of 40,000 new entities in a file each was looked up among all before it: minutes, with everybody waiting."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL counts its rows and chooses by that")
    space = ReadSpace(yakuba_city.pk, time.time())
    with CaptureQueriesContext(connection) as asked:
        space.named("a", "T", ROOT)
        space.named("a", "", ROOT)
        list(space.candidates(Where(ROOT, ids=("a",), types=("T",))))
        list(space.candidates(Where(ROOT, types=("T",), placed=True, box=(139.0, 35.0, 139.1, 35.1))))
        list(space.candidates(Where(ROOT, placed=True, box=(139.0, 35.0, 139.1, 35.1)), 20))
    assert len(asked.captured_queries) == 5
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert not any("SCAN cityhub_entity" in step for step in plan), plan
        first = next(step for step in plan if "SEARCH cityhub_entity" in step)
        assert "entity_id=?" in first or "rowid=?" in first, plan
