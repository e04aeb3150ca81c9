"""Permissions fail closed; logins are audited and throttled."""

import pytest
from django.core.exceptions import PermissionDenied

from yakuba.kernel.accounts import allowed, granted, require
from yakuba.kernel.accounts.models import ApiToken, Role, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.tenancy import active_municipality


def test_nobody_may_anything_without_a_role(newcomer, in_yakuba_city):
    assert granted(newcomer) == frozenset()
    with pytest.raises(PermissionDenied):
        require(newcomer, "ledger.view")


def test_a_misspelt_permission_is_an_error_and_not_a_yes(clerk, in_yakuba_city):
    with pytest.raises(LookupError):
        allowed(clerk, "ledger.veiw")


def test_a_role_counts_only_in_its_own_municipality(clerk, yakuba_city, neighbour_town):
    with active_municipality(yakuba_city):
        assert allowed(clerk, "ledger.view")
    with active_municipality(neighbour_town):
        assert not allowed(clerk, "ledger.view")


def test_a_role_of_another_municipality_gives_nothing(newcomer, yakuba_city, neighbour_town):
    with active_municipality(neighbour_town):
        role = Role.objects.create(name="よその役割", permissions=["ledger.view"])
    newcomer.roles.add(role)
    with active_municipality(yakuba_city):
        assert not allowed(User.objects.get(pk=newcomer.pk), "ledger.view")


def test_an_inactive_person_may_nothing(clerk, in_yakuba_city):
    clerk.is_active = False
    assert granted(clerk) == frozenset()


def test_only_the_digest_of_a_token_is_kept(clerk):
    row, token = ApiToken.issue(clerk, "連携", ["ledger.view"])
    assert token not in str(row.__dict__)
    assert row.digest == ApiToken.digest_of(token)
    assert row.valid


def test_login_is_audited_and_five_failures_lock(client, clerk, yakuba_city):
    assert client.post("/login/", {"username": clerk.username, "password": "違う"}).status_code == 200
    answer = client.post("/login/", {"username": clerk.username, "password": "yakuba-test-word"})
    assert answer.status_code == 302
    with active_municipality(yakuba_city):
        names = list(AuditEvent.objects.order_by("sequence").values_list("name", flat=True))
    assert names == ["accounts.login_failed", "accounts.logged_in"]
    client.logout()
    for _ in range(5):
        last = client.post("/login/", {"username": clerk.username, "password": "違う"})
    assert last.status_code == 429
    last = client.post("/login/", {"username": clerk.username, "password": "yakuba-test-word"})
    assert last.status_code == 429


@pytest.mark.django_db
def test_a_person_without_a_municipality_sees_nothing(client):
    user = User.objects.create_user("drifter", password="yakuba-test-word")
    client.force_login(user)
    assert client.get("/").status_code == 403
    assert client.get("/cases/").status_code == 403
