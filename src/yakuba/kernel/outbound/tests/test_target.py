"""One spelling for each target; nothing that can be read in two ways."""

from __future__ import annotations

import pytest

from yakuba.kernel.outbound.allowed import Allowed, from_plain
from yakuba.kernel.outbound.target import Unclear, canonical_host, target_of


@pytest.mark.parametrize(
    ("written", "spelling"),
    [
        ("Core.Example.LG.jp", "core.example.lg.jp"),
        ("core.example.", "core.example"),
        ("役場.example", "xn--rlsz2o.example"),
        ("１２７.０.０.１", "127.0.0.1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("[::FFFF:7f00:1]", "127.0.0.1"),
    ],
)
def test_a_host_has_one_spelling(written: str, spelling: str) -> None:
    assert canonical_host(written) == spelling


@pytest.mark.parametrize(
    "written",
    [
        "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.5", "core.1", "core.0x1",
        "", " core", "core ", "co\tre", "core\r\nHost: other", "a..b", ".core", "-core", "core-", "a" * 64, "a." * 127 + "a",
        "fe80::1%eth0", "[::1", "core/", "core?", "core#x", "core@other", "core\\other", "%63ore", "co*re", "*",
    ],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_is_refused(written: str) -> None:
    with pytest.raises(Unclear):
        canonical_host(written)


@pytest.mark.parametrize(
    "url",
    [
        "https://core@other.example/", "https://core:443@other.example/", "http://core\\@other.example/", "http://core:0/",
        "http://core:65536/", "http://core:-1/", "http://core:80:80/", "http://core:８０/", "http:///", "http:core", "//core", "core",
        "file:///etc/passwd", "gopher://core/", "ftp://core/", "javascript:alert(1)", "http://[::1]x/", "http://[::1]x:80/", "http://x[::1]/",
        "http://core\r\n.other/", "\nhttp://core/", "http://co re/", "http://core/\r\nHost: other", "http://0x7f.1/",
    ],
)  # fmt: skip
def test_urls_that_trick_are_refused(url: str) -> None:
    with pytest.raises(Unclear):
        target_of(url)


def test_web_sockets_go_over_http() -> None:
    assert str(target_of("wss://Core.example./x")) == "core.example:443"
    assert target_of("ws://core.example:81").protocol == "http"
    assert target_of("s3://bucket.example").protocol == "https"


INNER = ("127.0.0.1", "::1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255",
         "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "::ffff:127.0.0.1",
         "no address")  # fmt: skip


@pytest.mark.parametrize("address", INNER)
@pytest.mark.parametrize("inside", [False, True])
def test_a_name_is_never_found_here_or_at_a_clouds_own_service(address: str, inside: bool) -> None:
    assert Allowed("core.example", 443, inside=inside).found_at([address]) == []


def test_private_addresses_are_good_only_where_they_are_listed() -> None:
    answers = ["10.1.2.3", "192.168.0.9", "fd12::1", "93.184.216.34", "100.64.0.1"]
    assert Allowed("core.example", 443).found_at(answers) == ["93.184.216.34"]
    older = Allowed("core.example", 443, inside=True)
    assert older.found_at(answers) == ["10.1.2.3", "192.168.0.9", "fd12::1", "93.184.216.34"]
    told = from_plain(
        {"host": "core.example", "port": 443, "protocols": [], "networks": ["10.1.2.0/24"], "inside": False}
    )
    assert told.found_at(answers) == ["10.1.2.3"]
    assert from_plain(told.plain()) == told
    listed = Allowed("127.0.0.1", 80)
    assert listed.found_at(["127.0.0.1", "127.0.0.2", "10.1.2.3"]) == ["127.0.0.1"]
    assert Allowed("localhost", 80).found_at(["127.0.0.1", "10.1.2.3"]) == ["127.0.0.1"]
