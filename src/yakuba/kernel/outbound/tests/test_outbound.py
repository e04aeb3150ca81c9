"""What may be contacted: hosts and ports, and nothing that is not listed."""

from __future__ import annotations

import pytest
from django.conf import settings

from yakuba.config.environment import Environment
from yakuba.kernel.outbound import OutboundRefused, allow_here, allowed_targets, require_target


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        settings.YAKUBA, "outbound_hosts", "Core.example.lg.jp, 127.0.0.1:8199,[::1]:81,bad:port,:8080,"
    )
    monkeypatch.setenv("YAKUBA_OUTBOUND_HOSTS", "")


def test_nothing_is_allowed_that_is_not_listed() -> None:
    assert Environment.model_fields["outbound_hosts"].default == ""


def test_a_host_without_a_port_has_two_and_one_with_a_port_has_one(listed: None) -> None:
    assert allowed_targets() == {
        "core.example.lg.jp:80",
        "core.example.lg.jp:443",
        "127.0.0.1:8199",
        "::1:81",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:5432/",
        "http://localhost:8199/",
        "http://core.example.lg.jp:8080/",
        "ftp://core.example.lg.jp/",
        "http://example.com/",
    ],
)
def test_other_ports_of_a_listed_host_are_refused(listed: None, url: str) -> None:
    with pytest.raises(OutboundRefused, match="YAKUBA_OUTBOUND_HOSTS"):
        require_target(url)


def test_what_is_listed_may_be_contacted(listed: None) -> None:
    for url in ("http://127.0.0.1:8199/", "https://core.example.lg.jp", "http://[::1]:81"):
        require_target(url)
    allow_here("http://127.0.0.1:8321")
    require_target("http://127.0.0.1:8321")


@pytest.mark.parametrize("said", ["", " "])
def test_an_empty_variable_is_no_profile(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a compose file hands it on. A path of it would be the folder at hand, and close everything."""
    monkeypatch.setenv("YAKUBA_DEPLOYMENT", said)
    assert Environment().deployment is None
    monkeypatch.setenv("YAKUBA_DEPLOYMENT", "/etc/yakuba/profile.yaml")
    assert str(Environment().deployment) == "/etc/yakuba/profile.yaml"
