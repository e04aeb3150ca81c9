"""Connections that are really made: to the address that was looked at, to nobody else."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from yakuba.kernel.outbound import DataClass, OutboundRefused, dialling
from yakuba.kernel.outbound.tests.conftest import flow, serving

Put = Callable[..., Path]
PUBLIC = DataClass.PUBLIC


def ask(url: str, holds: DataClass = PUBLIC) -> tuple[int, bytes]:
    connection = dialling.http(url, 5.0, holds)
    try:
        connection.request("GET", "/x")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Resolver:
    """Answers one after another; the last one again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_a_name_that_points_here_at_the_second_look_up_gets_nothing(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving("127.0.0.2") as good, serving("127.0.0.1", good.port) as inner:
        put(flow("rebind.example", good.port, more=", アドレス: [127.0.0.2]"))
        resolver = Resolver(["127.0.0.2"], ["127.0.0.1"])
        monkeypatch.setattr(dialling, "look_up", resolver)
        assert ask(f"http://rebind.example:{good.port}/") == (200, b"127.0.0.2")
        assert resolver.asked == 1, "whoever looks up twice can be told two things"
        with pytest.raises(OutboundRefused, match="この機械自身"):
            ask(f"http://rebind.example:{good.port}/")
        assert inner.asked == []


@pytest.mark.parametrize(
    "said", [["127.0.0.1"], ["::1"], ["169.254.169.254"], ["::ffff:127.0.0.1"], ["10.9.9.9"]]
)
def test_a_listed_name_does_not_open_this_machine_or_the_inside(
    put: Put, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    with serving() as inner:
        put(flow("outside.example", inner.port))
        monkeypatch.setattr(dialling, "look_up", Resolver(said))
        with pytest.raises(OutboundRefused):
            ask(f"http://outside.example:{inner.port}/")
        assert inner.asked == []


def test_without_a_profile_a_name_does_not_open_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as inner:
        monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", f"core.example:{inner.port}")
        monkeypatch.setattr(dialling, "look_up", Resolver(["127.0.0.1"]))
        with pytest.raises(OutboundRefused):
            ask(f"http://core.example:{inner.port}/")
        assert inner.asked == []


def test_a_redirection_is_not_followed(put: Put) -> None:
    with serving() as other:
        with serving(leads_to=f"http://127.0.0.1:{other.port}/secret") as first:
            put(flow("127.0.0.1", first.port))
            assert ask(f"http://127.0.0.1:{first.port}/")[0] == 302
            with pytest.raises(OutboundRefused):
                ask(f"http://127.0.0.1:{other.port}/")
        assert other.asked == []


def test_a_proxy_of_the_environment_is_not_asked(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy, serving() as target:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        put(flow("127.0.0.1", target.port))
        assert ask(f"http://127.0.0.1:{target.port}/")[0] == 200
        assert (proxy.asked, target.asked) == ([], ["/x"])


def test_another_protocol_of_the_same_port_is_refused(put: Put) -> None:
    with serving() as target:
        put(flow("127.0.0.1", target.port, protocol="https"))
        with pytest.raises(OutboundRefused, match="http の通信"):
            ask(f"http://127.0.0.1:{target.port}/")
        assert target.asked == []


def test_a_flow_carries_no_higher_class_than_it_says(put: Put) -> None:
    with serving() as target:
        put(flow("127.0.0.1", target.port, most="機密性2"))
        url = f"http://127.0.0.1:{target.port}/"
        assert ask(url, DataClass.INTERNAL)[0] == 200
        with pytest.raises(OutboundRefused, match="機密性2までしか送れません"):
            ask(url, DataClass.RESIDENTS)
        assert target.asked == ["/x"]


def test_a_flow_that_comes_in_lets_nothing_out(put: Put) -> None:
    with serving() as target:
        put(flow("127.0.0.1", target.port, way="入る"))
        with pytest.raises(OutboundRefused):
            ask(f"http://127.0.0.1:{target.port}/")
        assert target.asked == []


def test_mail_goes_to_the_listed_relay_at_its_own_address(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as relay:
        port = relay.getsockname()[1]
        relay.settimeout(0.2)
        put(flow("mail.example", port, protocol="smtp"))
        monkeypatch.setattr(dialling, "look_up", Resolver(["127.0.0.1"]))
        with pytest.raises(OutboundRefused):
            dialling.mail(f"mail.example:{port}", 5.0, DataClass.INTERNAL)
        with pytest.raises(OutboundRefused):
            dialling.mail(f"127.0.0.1:{port}", 5.0, DataClass.INTERNAL)
        with pytest.raises(TimeoutError):
            relay.accept()
