"""Whose request it is behind a reverse proxy, and what may be said of it by whom."""

from types import SimpleNamespace

import pytest
from django.http import parse_cookie
from pydantic import ValidationError

from yakuba.config.environment import Environment
from yakuba.config.serving.bridge import environ_of
from yakuba.kernel.addresses import client_of, is_within, networks, place_of

PROXIES = networks("127.0.0.1, ::1, 10.1.0.0/16")


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # no proxy of ours: what it says counts for nothing
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first was made up by the client
        ("127.0.0.1", "203.0.113.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("::1", "2001:db8::5", "2001:db8::5"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_tells_the_client(peer, said, client):
    assert client_of(peer, said, PROXIES) == client


def scope(peer, **headers):
    pairs = [(name.replace("__", "-"), value) for name, value in headers.items()]
    return SimpleNamespace(
        client=f"{peer}:5000",
        server="127.0.0.1:8000",
        method="GET",
        path="/受付/",
        query_string="q=1",
        http_version="1.1",
        scheme="http",
        headers=SimpleNamespace(items=lambda: pairs, keys=lambda: [name for name, _ in pairs]),
    )


def test_a_strangers_forwarded_headers_are_dropped():
    headers = {"x__forwarded__proto": "https", "x__forwarded__for": "198.51.100.1", "cookie": "a=1"}
    outside = environ_of(scope("192.0.2.7", **headers), PROXIES)
    assert "HTTP_X_FORWARDED_PROTO" not in outside
    assert outside["REMOTE_ADDR"] == "192.0.2.7"
    inside = environ_of(scope("127.0.0.1", **headers), PROXIES)
    assert (inside["HTTP_X_FORWARDED_PROTO"], inside["REMOTE_ADDR"]) == ("https", "198.51.100.1")


def test_a_header_that_passes_for_another_is_dropped():
    environ = environ_of(scope("127.0.0.1", x_forwarded_proto="https"), PROXIES)
    assert "HTTP_X_FORWARDED_PROTO" not in environ
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/受付/"


def test_a_cookie_brings_no_nul():
    """Django reads an escape in quotation marks as the character; PostgreSQL answers a NUL with an error."""
    for written in (r'"\000aaaaaaaa"', r'"\00\0000aaaaaaaa"'):
        environ = environ_of(scope("127.0.0.1", cookie=f"sessionid={written}"), PROXIES)
        assert "\0" not in parse_cookie(environ["HTTP_COOKIE"])["sessionid"]


def test_a_wrong_list_of_proxies_is_refused_at_the_start():
    with pytest.raises(ValidationError, match=r"proxy\.example"):
        Environment(trusted_proxies="127.0.0.1,proxy.example")


def test_one_subscriber_is_one_place_and_a_mapped_address_its_own():
    assert place_of("2001:db8:0:7::1") == place_of("2001:db8:0:7::ffff") != place_of("2001:db8:0:8::1")
    assert place_of("::ffff:192.0.2.1") == place_of("192.0.2.1") != place_of("::ffff:192.0.2.2")
    assert place_of("nonsense") == "nonsense"
    assert is_within("::ffff:10.1.2.3", PROXIES)
    assert not is_within("", PROXIES)
