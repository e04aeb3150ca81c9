"""Options stand in the order of the file that named them, in whichever database: several ticks are written in it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.conf import settings

from yakuba.demo import town
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import CaseValue, Procedure
from yakuba.services.reading.models import FormDefinition

OPTIONS = {"north": "北", "a": "甲", "loop": "循環", "B": "乙", "south-east": "南東", "1": "一", "east": "東"}


@pytest.fixture
def loaded(db):
    town.load_town("http://127.0.0.1:9")
    with town.in_yakuba_city():
        yield


def in_files(part: str) -> list[dict]:
    folder = Path(settings.YAKUBA.samples_dir) / part
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.yaml"))]


def test_options_of_a_procedure_keep_their_order(loaded):
    for written in in_files("procedures"):
        stored = {one.code: one for one in Procedure.objects.get(code=written["procedure"]).definition.fields}
        for one in written["fields"]:
            if one["type"] in ("choice", "choices"):
                assert list(stored[one["code"]].options.items()) == [
                    (str(code), label) for code, label in one["options"].items()
                ]


def test_marks_of_a_form_keep_their_order(loaded):
    for written in in_files("forms"):
        stored = FormDefinition.objects.filter(code=written["form"]).latest("pk").document
        for page, kept in zip(written["pages"], stored["pages"], strict=True):
            for box, found in zip(page["boxes"], kept["boxes"], strict=True):
                assert [*box.get("marks", {})] == [*found.get("marks", {})]


def test_several_ticks_are_written_in_that_order_and_read_back_so(loaded):
    document = {
        "procedure": "order", "title": "順", "version": 1,
        "baseline": {"minutes_per_case": 1, "kind": "estimated", "source": "試験"},
        "fields": [
            {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
            {"code": "ways", "label": "行き先", "type": "choices", "required": True, "options": OPTIONS},
        ],
    }  # fmt: skip
    ledger.load_procedure(document, actor=town.user("robot"))
    procedure = Procedure.objects.get(code="order")
    ways = procedure.definition.fields[1]
    assert list(ways.options) == list(OPTIONS)
    value = ",".join(code for code in ways.options if code in {"east", "north", "B", "a"})
    assert value == "north,a,B,east"
    case = ledger.open_case(procedure, "0800700178")
    ledger.record_value(case, "ways", value, trusted=True, source={})
    assert CaseValue.objects.get(case=case, field="ways").value == value
