"""The operator of a shared installation: sees nothing, then what the town allows, while it allows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.registry import permission_names
from yakuba.kernel.signin.tests.signing import give_phone, grow_old
from yakuba.kernel.support import actions, queries
from yakuba.kernel.support.models import SupportGrant
from yakuba.kernel.tenancy import active_municipality, every_municipality

HOUR = timedelta(hours=1)


@pytest.fixture
def operator(neighbour) -> User:
    """A person of another organisation, with every permission there."""
    with active_municipality(neighbour.municipality):
        actions.name_operator(neighbour)
    give_phone(neighbour)
    return neighbour


@pytest.fixture
def town(yakuba_city, clerk):
    with active_municipality(yakuba_city):
        yield yakuba_city


def visitor(operator: User, grant: SupportGrant) -> Client:
    client = Client()
    client.force_login(operator)
    assert client.post(f"/support/visits/{grant.pk}/enter/").status_code == 302
    return client


def allowed(operator: User, clerk: User, *, with_cases: bool = False) -> SupportGrant:
    return actions.allow(operator, "仕事が終わらない", HOUR, with_cases=with_cases, actor=clerk)


def test_without_a_grant_nothing_is_seen(operator, town):
    client = Client()
    client.force_login(operator)
    assert "いま見られる自治体はありません" in client.get("/support/visits/").content.decode()
    home = client.get("/").content.decode()
    assert "やくば市" not in home
    assert 'href="/support/visits/"' in home


def test_who_is_no_operator_is_not_shown_the_way(clerk, town):
    client = Client()
    client.force_login(clerk)
    assert 'href="/support/visits/"' not in client.get("/").content.decode()


def test_a_town_lets_an_operator_look_on_the_page(operator, clerk, town):
    client = Client()
    client.force_login(clerk)
    fields = {"operator": operator.pk, "reason": "画面が開かない", "hours": "4"}
    grow_old(client)
    assert client.post("/support/new/", fields).status_code == 403
    empty = client.post("/support/new/", fields | {"reason": ""}).content.decode()
    assert "理由：必ず入れてください。" in empty
    assert not SupportGrant.objects.exists()
    grow_old(client, 0)
    to = client.post("/support/new/", fields)["Location"]
    row = SupportGrant.objects.get()
    assert (row.with_cases, row.granted_by, row.holds) == (False, clerk, True)
    page = client.get("/cases/", follow=True).content.decode()
    assert "この自治体の画面を見られます" in page
    visit = visitor(operator, row)
    home = visit.get("/").content.decode()
    assert "運用者として見ています" in home
    assert "やくば市" in home
    assert visit.get("/administration/checks/").status_code == 200
    seen = client.get(to).content.decode()
    assert "/administration/checks/" in seen
    assert AuditEvent.objects.filter(name="support.looked", actor=operator).count() == 2
    assert client.post(f"{to}end/").status_code == 302
    assert visit.get("/administration/checks/")["Location"] == "/support/visits/"
    assert "この自治体の画面を見られます" not in client.get("/").content.decode()


def test_cases_only_where_the_town_says_so(operator, clerk, town):
    assert visitor(operator, allowed(operator, clerk)).get("/cases/").status_code == 403
    with_cases = visitor(operator, allowed(operator, clerk, with_cases=True))
    assert with_cases.get("/cases/", follow=True).status_code == 200


EXPORTS = (
    "/cases/?form=xlsx",
    "/cases/export/",
    "/administration/jobs/?form=csv",
    "/administration/people/?form=xlsx",
)


@pytest.mark.parametrize("path", EXPORTS)
def test_a_visitor_takes_nothing_along(operator, clerk, town, path):
    visit = visitor(operator, allowed(operator, clerk, with_cases=True))
    assert visit.get(path).status_code in {403, 404}


def test_a_visitor_does_nothing(operator, clerk, town):
    visit = visitor(operator, allowed(operator, clerk, with_cases=True))
    for path in ("/cases/", "/administration/jobs/", "/password/", "/signin/codes/", "/town-settings/"):
        assert visit.post(path, {"x": "1"}).status_code == 403, path
    for path in (
        "/search/?text=a",
        "/signin/",
        "/persons/",
        "/protection/",
        "/administration/audit/",
        "/api/v1/openapi.json",
    ):
        assert visit.get(path).status_code == 403, path


def test_no_proof_counts_for_a_visitor(operator, town):
    with every_municipality("the operator's account is of another town"):
        guest = proof.give_for_good(User.objects.get(pk=operator.pk))
    proof.visits(guest)
    with pytest.raises(proof.NotForVisitors):
        proof.require(proof.give_for_good(guest))
    assert not proof.is_fresh(guest)
    with pytest.raises(RuntimeError):
        guest.save()
    with pytest.raises(proof.NotForVisitors):
        proof.require_own(guest)


def test_it_ends_by_itself(operator, clerk, town):
    row = allowed(operator, clerk)
    visit = visitor(operator, row)
    SupportGrant.objects.filter(pk=row.pk).update(until=timezone.now())
    assert visit.get("/")["Location"] == "/support/visits/"
    assert "やくば市" not in visit.get("/support/visits/").content.decode()
    assert visit.get("/").status_code == 200, "back in the own organisation"


def test_the_operator_leaves(operator, clerk, town):
    visit = visitor(operator, allowed(operator, clerk))
    assert visit.post("/support/leave/")["Location"] == "/support/visits/"
    assert "運用者として見ています" not in visit.get("/").content.decode()


def test_it_ends_with_the_operators_name(operator, clerk, town):
    visit = visitor(operator, allowed(operator, clerk))
    done = CliRunner().invoke(
        build(), ["support", "dismiss", operator.username, "--municipality", operator.municipality.code]
    )
    assert done.exit_code == 0, done.output
    assert visit.get("/administration/checks/").status_code == 302
    assert SupportGrant.objects.get().ended_at is not None


def test_only_the_named_person_looks(operator, clerk, make_staff, neighbour_town, town):
    row = allowed(operator, clerk)
    other = make_staff(neighbour_town, *permission_names())
    with active_municipality(neighbour_town):
        actions.name_operator(other)
    client = Client()
    client.force_login(other)
    assert client.post(f"/support/visits/{row.pk}/enter/").status_code == 404
    session = client.session
    session["support_grant"] = row.pk
    session.save()
    assert client.get("/")["Location"] == "/support/visits/"


def test_who_looks_has_a_second_factor_and_has_just_proved_it(neighbour, clerk, town):
    with active_municipality(neighbour.municipality):
        actions.name_operator(neighbour)
    row = allowed(neighbour, clerk)
    client = Client()
    client.force_login(neighbour)
    assert client.post(f"/support/visits/{row.pk}/enter/").status_code == 409
    told = "先に「二つ目の確認」を設定してください"
    assert told in client.get("/support/visits/").content.decode()
    give_phone(neighbour)
    assert told not in client.get("/support/visits/").content.decode()
    grow_old(client)
    assert client.post(f"/support/visits/{row.pk}/enter/").status_code == 403


def test_not_for_strangers_oneself_or_ever(operator, clerk, newcomer, town):
    for person, lasts in ((newcomer, HOUR), (operator, timedelta(days=8)), (operator, timedelta(0))):
        with pytest.raises(Conflict):
            actions.allow(person, "x", lasts, with_cases=False, actor=clerk)
    actions.name_operator(clerk)
    with pytest.raises(Conflict):
        actions.allow(clerk, "x", HOUR, with_cases=False, actor=clerk)
    assert not queries.grants().exists()


def test_a_token_of_the_operator_sees_nothing_of_the_town(operator, clerk, town):
    allowed(operator, clerk, with_cases=True)
    token = ApiToken.issue(operator, "試験", sorted(permission_names()), proved=True)[1]
    answer = Client().get("/api/v1/reform/effects", headers={"Authorization": f"Bearer {token}"})
    assert "やくば市" not in answer.content.decode()
    assert not AuditEvent.objects.filter(name="support.looked").exists()


def test_what_is_not_recorded_is_not_seen(operator, clerk, town, monkeypatch):
    visit = visitor(operator, allowed(operator, clerk))
    visit.raise_request_exception = False

    def broken(*_, **__):
        raise OSError("the record cannot be written")

    monkeypatch.setattr("yakuba.kernel.support.visiting.record", broken)
    assert visit.get("/administration/checks/").status_code == 500
