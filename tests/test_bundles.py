"""A town hands a procedure with its form, scenario and rules to another as one file."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from django.conf import settings

from yakuba.kernel.bundles import actions
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import Definition, packed, unpacked
from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.nursery import facade as nursery
from yakuba.services.reading import facade as reading
from yakuba.services.robots.actions.scenarios import load_scenario

SAMPLES = Path(settings.YAKUBA.samples_dir)
CODE = "nursery-admission"
KINDS = ["procedure", "form", "scenario", "rules"]


@pytest.fixture
def content(yakuba_city, clerk) -> bytes:
    """The bundle of a town that uses all kinds."""
    with active_municipality(yakuba_city):
        ledger.load_procedure(read_document(SAMPLES / "procedures" / f"{CODE}.yaml"))
        reading.load_form(SAMPLES / "forms" / CODE, actor=clerk)
        load_scenario((SAMPLES / "scenarios" / f"{CODE}.yaml").read_text("utf-8"), actor=clerk)
        nursery.load_rules((SAMPLES / "nursery-rules/yakuba-city.yaml").read_text("utf-8"), actor=clerk)
        return actions.export(CODE, actor=clerk)


def test_another_town_drafts_tries_and_uses_what_it_was_handed(content, neighbour, neighbour_town):
    with active_municipality(neighbour_town):
        drafts = actions.draft(content, actor=neighbour)
        assert {row.kind for row in drafts} == set(KINDS)
        assert not Procedure.objects.exists()
        actions.try_out(drafts, actor=neighbour)
        assert not Procedure.objects.exists()
        actions.publish(drafts, actor=neighbour)
        assert actions.export(CODE, actor=neighbour) == content
        assert actions.draft(content, actor=neighbour) == []  # all of it is in force


def test_what_was_not_tried_is_not_published(content, neighbour, neighbour_town):
    with active_municipality(neighbour_town):
        drafts = actions.draft(content, actor=neighbour)
        with pytest.raises(DefinitionError, match="先に試して"):
            actions.publish(drafts, actor=neighbour)
        assert not Procedure.objects.exists()


def test_one_wrong_definition_leaves_the_house_as_it_was(content, neighbour, neighbour_town):
    whole = unpacked(content)
    form = next(one for one in whole if one.kind == "form")
    broken = Definition(
        form.kind,
        form.code,
        form.version,
        form.title,
        form.text.replace("kind: comb", "kind: comp"),
        form.files,
    )
    changed = packed(CODE, [broken if one.kind == "form" else one for one in whole])
    with active_municipality(neighbour_town):
        drafts = actions.draft(changed, actor=neighbour)
        with pytest.raises(DefinitionError, match=r"様式.*kind「comp」"):
            actions.try_out(drafts, actor=neighbour)
        assert not Procedure.objects.exists()
        assert set(DefinitionVersion.objects.values_list("state", flat=True)) == {"draft"}


def test_a_newer_version_withdraws_the_one_before_and_a_form_can_be_taken_out(
    content, neighbour, neighbour_town
):
    with active_municipality(neighbour_town):
        drafts = actions.draft(content, actor=neighbour)
        actions.try_out(drafts, actor=neighbour)
        actions.publish(drafts, actor=neighbour)
        old = next(one for one in unpacked(content) if one.kind == "procedure")
        newer = Definition(old.kind, old.code, "2", old.title, old.text.replace("version: 1", "version: 2"))
        again = actions.draft(packed(CODE, [newer]), actor=neighbour)
        actions.try_out(again, actor=neighbour)
        actions.publish(again, actor=neighbour)
        states = dict(DefinitionVersion.objects.filter(kind="procedure").values_list("version", "state"))
        assert states == {"1": "withdrawn", "2": "published"}
        form = DefinitionVersion.objects.get(kind="form")
        actions.withdraw(form, actor=neighbour)
        assert "form" not in {one.kind for one in unpacked(actions.export(CODE))}
        with pytest.raises(DefinitionError, match="取り下げられません"):
            actions.withdraw(DefinitionVersion.objects.get(kind="rules"), actor=neighbour)


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name.replace("_", "."), text)
    return buffer.getvalue()


def listed(**row: object) -> str:
    return json.dumps({"bundle": 1, "definitions": [row]})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no archive", "定義の束ではありません"),
        (archive(other="x"), "bundle.yaml がありません"),
        (archive(bundle_yaml="bundle: 2"), "読めない束"),
        (archive(bundle_yaml="{bundle: 1, definitions: []}"), "並べてください"),
        (archive(bundle_yaml=listed(kind="..", code="x")), "名前か"),
        (archive(bundle_yaml=listed(kind="form", code="../../etc")), "名前か"),
        (archive(bundle_yaml=listed(kind="form", code="x", files=["../y"])), "名前か"),
        (archive(bundle_yaml=listed(kind="form", code="x")), "definition.yaml がありません"),
        (archive(bundle_yaml="#" * 2_000_000), "大きすぎます"),
    ],
)
def test_what_is_no_bundle_is_refused(content, words):
    with pytest.raises(DefinitionError, match=words):
        unpacked(content)


def test_a_kind_that_no_room_knows_is_refused(in_yakuba_city):
    with pytest.raises(DefinitionError, match="種類「spell」"):
        actions.draft(packed(CODE, [Definition("spell", "x", "1", "x", "a: 1")]))
