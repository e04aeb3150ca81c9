"""What a town sets holds for that town alone, is of the right kind, and reaches the parts that ask."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.kernel.approvals import actions
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry import ApprovalKind, Setting, rooms
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.townsettings.actions import set_values
from yakuba.kernel.townsettings.models import TownSetting
from yakuba.kernel.townsettings.reading import declared, fits

KINDS = (
    Setting("things.name", "名", "", largest=5),
    Setting("things.days", "日数", 7, least=1, largest=30),
    Setting("things.shown", "見せる", False),
    Setting("things.form", "形", "a", options={"a": "甲", "b": "乙"}),
)
KIND = ApprovalKind("things.publish", "公開", "audit.view", "", days=5)


@pytest.fixture(autouse=True)
def things(monkeypatch):
    manifests = rooms.manifests()
    declared = (*manifests, type(manifests[0])("things", "もの", "", town_settings=KINDS, approvals=(KIND,)))
    monkeypatch.setattr(rooms, "manifests", lambda: declared)
    monkeypatch.setattr("yakuba.kernel.accounts.permissions.manifests", lambda: declared)


def test_each_town_has_its_own_and_the_usual_value_is_not_kept(clerk, in_yakuba_city, neighbour_town):
    assert set_values({"things.days": 3, "things.name": ""}, actor=clerk) == ["things.days"]
    assert value("things.days") == 3
    with active_municipality(neighbour_town):
        assert value("things.days") == 7
    set_values({"things.days": 7}, actor=clerk)
    assert not TownSetting.objects.exists()
    assert AuditEvent.objects.filter(name="townsettings.changed").count() == 2


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("things.days", 0),
        ("things.days", 31),
        ("things.days", "3"),
        ("things.days", True),
        ("things.name", "x" * 6),
        ("things.form", "c"),
        ("things.shown", 1),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(clerk, in_yakuba_city, name, wrong):
    with pytest.raises(Invalid):
        set_values({"things.name": "abc", name: wrong}, actor=clerk)
    usual = declared(name).usual
    assert value(name) == usual
    TownSetting.objects.create(name=name, value=wrong)
    assert value(name) == usual, "a value from before the setting was narrowed counts as none"
    assert fits(declared(name), usual)


def test_a_name_that_nobody_declares_is_a_mistake(in_yakuba_city):
    with pytest.raises(LookupError):
        value("things.nothing")


def test_set_on_the_page(clerk, client, make_staff, yakuba_city, in_yakuba_city):
    client.force_login(clerk)
    page = client.get("/town-settings/").content.decode()
    assert "ふつうは「7」" in page
    assert "ふつうは「甲」" in page
    given = {"part": "things", "things-things.name": "やくば", "things-things.days": "5"}
    answer = client.post("/town-settings/", given | {"things-things.form": "b", "things-things.shown": "on"})
    assert answer.status_code == 302
    kept = [value(one.name) for one in KINDS]
    assert kept == ["やくば", 5, True, "b"]
    wrong = client.post("/town-settings/", given | {"things-things.form": "b", "things-things.days": "99"})
    assert wrong.status_code == 422
    assert value("things.days") == 5
    assert client.post("/town-settings/", {"part": "nothing"}).status_code == 404
    client.force_login(make_staff(yakuba_city, "ledger.view"))
    assert client.get("/town-settings/").status_code == 403


def test_the_deadline_of_approvals_is_the_towns(clerk, in_yakuba_city):
    for set_to, days in ((0, 5), (3, 3)):
        set_values({"approvals.days": set_to}, actor=clerk)
        row = actions.propose(KIND.name, f"thing:{set_to}", actor=clerk, summary="x", reason="y")
        assert row.deadline == timezone.localdate() + timedelta(days=days)
