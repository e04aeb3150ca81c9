"""A command works in the municipality of the person it names, with that person's rights."""

import pytest
import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.tenancy import current_municipality


def test_the_person_tells_the_municipality(yakuba_city, neighbour_town, make_staff):
    neighbour = make_staff(neighbour_town, "ledger.view")
    with acting(neighbour.username, "ledger.view") as person:
        assert person == neighbour
        assert current_municipality() == neighbour_town


@pytest.mark.parametrize(
    ("code", "permission", "exit_code"), [("990019", "ledger.view", 2), ("", "audit.view", 3)]
)
def test_another_town_and_another_right_are_refused(
    yakuba_city, neighbour_town, make_staff, code, permission, exit_code
):
    neighbour = make_staff(neighbour_town, "ledger.view")
    with pytest.raises(typer.Exit) as refused, acting(neighbour.username, permission, municipality=code):
        raise AssertionError("worked for somebody who may not")
    assert refused.value.exit_code == exit_code


def test_who_left_or_never_was_is_refused(yakuba_city, make_staff):
    gone = make_staff(yakuba_city, "ledger.view")
    gone.is_active = False
    gone.save()
    for username in (gone.username, "nobody"):
        with pytest.raises(typer.Exit) as refused, acting(username, "ledger.view"):
            raise AssertionError("worked for nobody")
        assert refused.value.exit_code == 2


def test_a_token_that_is_no_text_is_nobodys(yakuba_city, make_staff, monkeypatch):
    """Bytes of an environment that are no UTF-8 come as halves of characters."""
    person = make_staff(yakuba_city)
    monkeypatch.setenv("YAKUBA_TOKEN", "\udcff\udcfe")
    with pytest.raises(typer.Exit) as refused, acting(person.username, ""):
        raise AssertionError("worked for nobody")
    assert refused.value.exit_code == 3
