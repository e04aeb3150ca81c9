"""Every field type goes the whole way round: form, ledger, paper, CSV, Excel, robot, API, and comes back as it was."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import numpy as np
import openpyxl
import pytest
from django import forms

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.ledger import actions, queries
from yakuba.kernel.ledger.exporting import Lacking, export
from yakuba.kernel.ledger.forms import raw_value, value_field
from yakuba.kernel.lists import Wanted
from yakuba.kernel.values import TYPES, FieldType, Picks, Script, calendar
from yakuba.kernel.values.field_type import Example
from yakuba.kernel.values.numbers import read_digits
from yakuba.services.reading.engine.alphabets import DIGITS, KATAKANA, alphabet
from yakuba.services.reading.engine.definitions import Box
from yakuba.services.reading.engine.fields import Work, conclude
from yakuba.services.reading.engine.recognition import decode
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.filling import FieldPart, Template

OPTIONS = {"a": "甲", "b": "乙"}
NUMBER = "0800000129"
KINDS = pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))


def document(kind: FieldType) -> dict:
    field = {"code": "one", "label": kind.label, "type": kind.code}
    if kind.picks is not Picks.NONE:
        field["options"] = OPTIONS
    number = {"code": "receipt_number", "label": "整理番号", "type": "receipt_number"}
    baseline = {"minutes_per_case": 1, "kind": "estimated"}
    return {"procedure": "p", "title": "見本", "version": 1, "baseline": baseline, "fields": [number, field]}


@pytest.fixture
def keeper(yakuba_city, make_staff):
    return make_staff(yakuba_city, "ledger.view", "ledger.export", "ledger.reveal", "reading.view")


def through_the_form(kind: FieldType, written: str) -> str:
    """What a clerk types, or presses, in the input for a field of the type."""
    definition = parse_procedure(document(kind), "見本").field("one")
    field = value_field(definition)
    codes = kind.canonical(written, OPTIONS).split(",")
    given = {Picks.NONE: written, Picks.ONE: codes[0], Picks.MANY: codes}[kind.picks]
    page = type("Page", (forms.Form,), {"one": field})({"one": given})
    assert page.is_valid(), page.errors
    return raw_value(page.cleaned_data["one"])


@KINDS
def test_every_type_goes_the_whole_way_and_back(kind: FieldType, in_yakuba_city, keeper, client) -> None:
    procedure = actions.load_procedure(document(kind))
    definition = procedure.definition.field("one")
    for number, example in enumerate(kind.examples):
        case = actions.open_case(procedure, f"{NUMBER}-{number + 2}")
        value = definition.canonical(through_the_form(kind, example.written))
        actions.confirm_value(case, "one", value, actor=keeper, seconds=1)
        assert queries.values_of(case)["one"] == value == example.value
        assert robot(kind, value, definition.options) == value
    cases = list(procedure.cases.order_by("receipt_number"))
    truth = [queries.values_of(case)["one"] for case in cases]
    for form in ("utf-8", "xlsx"):
        file = export(Wanted(), form, accept=False, actor=keeper)
        cells = column(form, file.content.read(), kind.label)
        assert [definition.canonical(str(cell)) for cell in cells] == truth, form
    client.force_login(keeper)
    assert [spoken(client, keeper, case) for case in cases] == truth


def test_a_new_type_needs_no_more_than_its_object(
    in_yakuba_city, keeper, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A type that no other file of the house knows goes the same way: the recipe has no hidden step."""
    made_up = replace(
        TYPES["digits"],
        code="library_card",
        label="利用者番号",
        read=lambda text: read_digits(text).zfill(6) if text.strip() else "",
        pattern="[0-9]{6}",
        examples=(Example("００１２", "000012", "000012"), Example("345678", "345678", "345678")),
    )
    monkeypatch.setitem(TYPES, made_up.code, made_up)  # type: ignore[arg-type]
    test_every_type_goes_the_whole_way_and_back(made_up, in_yakuba_city, keeper, client)
    test_what_stands_on_paper_is_read_by_the_types_script(made_up)


def robot(kind: FieldType, value: str, options: dict[str, str]) -> str:
    """The value as a robot types it into a field of the target, read back."""
    spec = FieldSpec("one", kind.label, kind.code, dict(options))
    filled = Template((FieldPart(spec, ()),), 1).fill({"one": value}, {})
    return kind.canonical("、".join(filled.texts), options)


def column(form: str, content: bytes, label: str) -> list[object]:
    if form == "xlsx":
        rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.values)
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return [row[-1] for row in rows[1:]] if rows[0][-1] == label else rows[0]


def spoken(client, person, case) -> str:
    """The value as the API tells it to a token with the scope for masked values."""
    _, token = ApiToken.issue(person, "見本", ["reading.view", "ledger.reveal"], proved=True)
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.get(f"/api/v1/reading/cases/{case.pk}/values", headers=headers)
    assert answer.status_code == 200, answer.content
    return next(row["value"] for row in answer.json() if row["field"] == "one")


@KINDS
def test_what_stands_on_paper_is_read_by_the_types_script(kind: FieldType) -> None:
    """A clear picture of each example, through the alphabet of the type's script and the format step; a character that
    the script lacks never becomes another one."""
    definition = parse_procedure(document(kind), "見本").field("one")
    if definition.kind.picks is not Picks.NONE:
        return  # marks, not characters
    for example in kind.examples:
        text, era, groups = on_paper(kind, example.value)
        characters = ("", *sorted({*text, *DIGITS, *KATAKANA}))
        letters = alphabet(kind.script, characters)
        read = decode(clear(text, characters), letters)
        box = Box("one", "date" if groups else "line", (0, 0, 9, 9))
        work = Work(box, definition, kind.script, era=era, groups=groups, read_views=[read])
        outcome = conclude(work)
        if letters.encode(text) is None or " " in text:
            assert read.posterior < 0.5 or outcome.value != example.value  # a person looks
        else:
            assert outcome.value == example.value


def on_paper(kind: FieldType, value: str) -> tuple[str, str, tuple[int, ...]]:
    """Characters, the marked era and the groups of digits of a date's combs."""
    if kind.line_script is not Script.DATE_LINE:
        return value, "", ()
    found = calendar.in_era(date.fromisoformat(value))
    return f"{found.year:02d}{found.day.month:02d}{found.day.day:02d}", found.era.code, (2, 2, 2)


def clear(text: str, characters: tuple[str, ...]) -> np.ndarray:
    """What a recogniser gives for a picture without doubt: each character, and a gap behind it."""
    rows = np.zeros((2 * len(text), len(characters)), np.float32)
    for place, character in enumerate(text):
        rows[2 * place, characters.index(character)] = rows[2 * place + 1, 0] = 1.0
    return rows


def test_names_are_reduced_on_export_alone_and_told(in_yakuba_city, keeper) -> None:
    kind = TYPES["name"]
    procedure = actions.load_procedure(document(kind))
    case = actions.open_case(procedure, NUMBER)
    actions.confirm_value(case, "one", "渡邉葛\U000e0100\U00020bb7", actor=keeper, seconds=1)
    actions.load_reduction("文字,縮退先\n邉,辺\nU+20BB7,吉\n", actor=keeper)
    with pytest.raises(Lacking) as lacking:
        export(Wanted(), "cp932", accept=False, actor=keeper)
    told = [problem.reason for problem in lacking.value.problems]
    assert len(told) == 3
    assert sum("縮退表により" in one for one in told) == 2
    file = export(Wanted(), "cp932", accept=True, actor=keeper)
    assert "渡辺葛吉" in file.content.read().decode("cp932")
    assert queries.values_of(case)["one"] == "渡邉葛\U000e0100\U00020bb7"
    assert (
        "渡邉葛\U000e0100\U00020bb7"
        in export(Wanted(), "utf-8", accept=False, actor=keeper).content.read().decode()
    )


def test_a_file_without_the_permission_holds_no_masked_value(
    in_yakuba_city, yakuba_city, make_staff, keeper
) -> None:
    procedure = actions.load_procedure(document(TYPES["my_number"]))
    case = actions.open_case(procedure, NUMBER)
    actions.confirm_value(case, "one", "123456789018", actor=keeper, seconds=1)
    clerk = make_staff(yakuba_city, "ledger.view", "ledger.export")
    assert column(
        "utf-8", export(Wanted(), "utf-8", accept=False, actor=clerk).content.read(), "個人番号"
    ) == ["*" * 12]


def test_the_api_masks_without_the_scope(in_yakuba_city, keeper, client) -> None:
    procedure = actions.load_procedure(document(TYPES["my_number"]))
    case = actions.open_case(procedure, NUMBER)
    actions.confirm_value(case, "one", "123456789018", actor=keeper, seconds=1)
    _, token = ApiToken.issue(keeper, "見本", ["reading.view"])
    answer = client.get(
        f"/api/v1/reading/cases/{case.pk}/values", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.json()[0]["value"] == "*" * 12
