"""Peers that never come to an end: each answer is in time, and all of them together are not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.conf import settings

from yakuba.kernel.outbound import DataClass
from yakuba.kernel.outbound.dialling import mail

MOST = 200  # pieces after which even these give up, so that a test that fails comes to an end


class Dripping:
    """Says one piece again and again. done: it was let say all of them."""

    def __init__(self, first: bytes, piece: bytes, most: int, pause: float) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.done = False
        self._said = (first, piece, most, pause)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        first, piece, most, pause = self._said
        with suppress(OSError):
            channel, _ = self._server.accept()
            with channel:
                channel.sendall(first)
                for _ in range(most):
                    channel.sendall(piece)
                    if pause:
                        self._over.wait(pause)
                self.done = True

    def close(self) -> None:
        self._thread.join()
        self._over.set()
        self._server.close()


@pytest.fixture
def dripping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Dripping]]:
    made: list[Dripping] = []

    def drip(first: bytes, piece: bytes, most: int, pause: float = 0.0) -> Dripping:
        made.append(Dripping(first, piece, most, pause))
        monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", f"127.0.0.1:{made[0].port}")
        return made[0]

    yield drip
    for one in made:
        one.close()


def test_a_greeting_without_end_is_given_up(dripping: Callable[..., Dripping]) -> None:
    peer = dripping(b"", b"220-mail.example at your service\r\n" * 100, 10_000)
    with pytest.raises(OSError):
        mail(f"127.0.0.1:{peer.port}", 10.0, DataClass.PUBLIC)
    peer.close()
    assert not peer.done


def test_a_relay_that_drips_is_given_up(
    dripping: Callable[..., Dripping], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yakuba.kernel.outbound.dialling.WHOLE_MAIL", 1.0)
    peer = dripping(b"220", b"-", MOST, 0.1)
    with pytest.raises(OSError):
        mail(f"127.0.0.1:{peer.port}", 10.0, DataClass.PUBLIC)
    peer.close()
    assert not peer.done
