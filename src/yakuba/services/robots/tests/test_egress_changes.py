"""The egress while its list changes, with a long list, and before peers that never end."""

from __future__ import annotations

import socket
from contextlib import suppress
from itertools import count
from typing import Any

import pytest

from yakuba.kernel.outbound import ProfileUnreadable
from yakuba.kernel.outbound.profile import MOST_FLOWS
from yakuba.services.robots.adapters.egress.client import EgressSession
from yakuba.services.robots.engine.errors import NoEgress, Trouble
from yakuba.services.robots.tests.test_egress import House, Sink, asked, house, sink, tunnel, until
from yakuba.services.robots.tests.test_egress_lists import plain

__all__ = ["house", "sink"]  # fixtures


def entry(sink: Sink, *protocols: str) -> dict[str, Any]:
    return plain("127.0.0.1", int(sink.target.rpartition(":")[2]), *protocols)


def changing(house: House, listed: Any) -> EgressSession:
    numbers = count(1)
    made = EgressSession(house.folder, "run", lambda least: max(least, next(numbers)), listed, seconds=60)
    made.open()
    house._opened.append(made)
    return made


def test_a_list_as_long_as_a_profile_may_be_is_taken(house: House, sink: Sink) -> None:
    """One line asks for it, and a reader gives up a line that is longer than it awaits."""
    networks = tuple(f"2001:db8:{number:x}::/48" for number in range(4))
    others = [
        plain(f"{number:03d}.{'a' * 60}.{'b' * 60}.example", 443, "https", networks=networks)
        for number in range(MOST_FLOWS - 1)
    ]
    session = house.open([*others, entry(sink, "http")])
    tunnel(session, sink.target).close()


def test_what_the_list_loses_is_cut_before_the_next_press(house: House, sink: Sink) -> None:
    listed = [entry(sink, "http")]
    session = changing(house, lambda: list(listed))
    before = session.address()
    session.mark(1)
    channel = tunnel(session, sink.target)
    channel.sendall(b"GET / HTTP/1.1\r\n")
    until(lambda: bool(sink.got) and sink.got[0].startswith(b"GET /"))
    listed.clear()
    with pytest.raises(Trouble, match="開き直された"):
        session.mark(2)
    until(lambda: sink.ended == 1)
    assert session.address() != before
    session.mark(2)
    answer = asked(session, f"GET http://{sink.target}/ HTTP/1.1\r\nHost: {sink.target}\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 403")


def test_a_page_goes_out_by_the_list_of_now(house: House, sink: Sink) -> None:
    listed: list[dict[str, Any]] = []
    session = changing(house, lambda: list(listed))
    before = session.address()
    assert session.address() == before
    listed.append(entry(sink, "http"))
    assert session.address() != before
    tunnel(session, sink.target).close()


def test_where_the_list_cannot_be_read_nothing_goes_on_until_it_is_mended(house: House, sink: Sink) -> None:
    wrong: list[Exception] = []

    def listed() -> list[dict[str, Any]]:
        if wrong:
            raise wrong[0]
        return [entry(sink, "http")]

    session = changing(house, listed)
    channel = tunnel(session, sink.target)
    wrong.append(ProfileUnreadable("配置プロファイルを使えません。"))
    for ask in (session.address, session.open, lambda: session.mark(1)):
        with pytest.raises(NoEgress, match="配置プロファイル"):
            ask()
    until(lambda: sink.ended == 1)
    channel.close()
    wrong.clear()
    session.address()
    tunnel(session, sink.target).close()


def test_the_target_hears_the_host_that_was_looked_at(house: House, sink: Sink) -> None:
    session = house.open([entry(sink, "http")])
    port = int(session.address().rpartition(":")[2])
    request = f"GET http://{sink.target}/a?b HTTP/1.1\r\nHOST: other.example\r\nHost : third\r\nX: y\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), 60) as channel:
        channel.sendall(request.encode())
        until(lambda: bool(sink.got) and sink.got[0].endswith(b"\r\n\r\n"))
    first = f"GET /a?b HTTP/1.1\r\nHost: {sink.target}\r\nX: y\r\nConnection: close\r\n\r\n"
    assert bytes(sink.got[0]) == first.encode()


def test_nothing_of_a_body_without_a_length_leaves(house: House, sink: Sink) -> None:
    session = house.open([entry(sink, "http")])
    chunked = f"POST http://{sink.target}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    with suppress(ConnectionError):
        assert asked(session, chunked).startswith(b"HTTP/1.1 411")
    assert sink.got == []


@pytest.mark.parametrize("request_line", ["CONNECT {0}", "GET http://{0}/", "POST http://{0}/"])
def test_a_page_that_is_gone_leaves_no_connection_to_a_silent_target(
    house: House, sink: Sink, request_line: str
) -> None:
    """Or pages that begin and give up would use up what all robots of this machine share."""
    session = house.open([entry(sink, "http")])
    port = int(session.address().rpartition(":")[2])
    for number in range(1, 4):
        with socket.create_connection(("127.0.0.1", port), 60) as channel:
            head = f"{request_line.format(sink.target)} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
            channel.sendall(head.encode())
            if head.startswith("CONNECT"):
                channel.recv(100)
                channel.sendall(b"GET / HTTP/1.1\r\n\r\n")
            until(lambda wanted=number: len(sink.got) == wanted and bytes(sink.got[-1]) != b"")
    until(lambda: sink.ended == 3)
