"""Crowds at the front door, with real sockets: a clerk is answered whatever strangers hold open, ask for or leave."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from running_house import Visitor, new_house

from yakuba.config.serving import connections
from yakuba.config.serving.connections import Connections, Line
from yakuba.kernel.addresses import networks

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("front_door_crowd")]  # one house for all of them
LARGE = 50_000_000  # bytes


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("house"))
    (house.folder / "static").mkdir(exist_ok=True)
    with open(house.folder / "static/large.bin", "wb") as file:
        file.truncate(LARGE)
    with house.web() as process:
        house.process = process
        yield house


@pytest.fixture
def clerk(house):
    visitor = Visitor(house.port)
    visitor.log_in()
    return visitor


def ended(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 600
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.2)


def open_lines(house, stack: ExitStack, number: int) -> list[socket.socket]:
    return [
        stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=600))
        for _ in range(number)
    ]


def test_silent_connections_of_one_address_shut_nobody_out(house, clerk):
    with ExitStack() as stack:
        lines = open_lines(house, stack, 1100)
        assert clerk.get("/cases/?sort=").status == 200
        assert Visitor(house.port).get("/login/").status == 200
        wait_until(lambda: sum(map(ended, lines)) >= 1100 - connections.SILENT_AT_ONCE)


def test_a_crowd_of_questions_leaves_the_clerk_answers(house, clerk):
    ask = b"GET /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n%b\r\n"
    for cookie in (b"", b"Cookie: sessionid=made-up\r\n", b"Authorization: Bearer made-up\r\n"):
        assert clerk.get("/cases/?sort=").status == 200  # who works was here within the last minute
        with ExitStack() as stack:
            lines = open_lines(house, stack, 300)
            for line in lines:
                line.sendall(ask % cookie)
            assert [clerk.get("/cases/?sort=").status for _ in range(5)] == [200] * 5
            told = {int(line.recv(64).split()[1]) for line in lines}
        assert told <= {200, 503}


def resident(house) -> int:
    """Bytes that the web process's children have had in memory at most."""
    children = Path(f"/proc/{house.process.pid}/task/{house.process.pid}/children").read_text().split()
    return max(
        int(line.split()[1]) * 1024
        for child in children
        for line in Path(f"/proc/{child}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )


def test_large_answers_are_not_held_in_memory(house):
    Visitor(house.port).get("/static/large.bin")
    before = resident(house)
    ask = b"GET /static/large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        slow = open_lines(house, stack, 6)  # that take nothing
        for line in slow:
            line.sendall(ask)
        answer = Visitor(house.port).get("/static/large.bin")
        assert len(answer.text) == int(answer.headers["Content-Length"]) == LARGE
        assert resident(house) - before < LARGE


def test_who_leaves_in_the_middle_of_a_large_answer_leaves_nothing(house, clerk):
    """Each answer lies in a file of the private folder as long as its connection, and no longer."""
    wait_until(lambda: not answers_of(house))  # those of another test
    with ExitStack() as stack:
        lines = open_lines(house, stack, 5)
        for line in lines:
            line.sendall(b"GET /static/large.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert line.recv(100)
        assert len(answers_of(house)) == 5
    wait_until(lambda: not answers_of(house))
    assert clerk.get("/cases/?sort=").status == 200


def answers_of(house) -> list[Path]:
    return list((house.folder / "tmp").glob("*/answer-*"))


@contextmanager
def a_line(server: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the house's and the other side's."""
    with socket.create_connection(server.getsockname(), timeout=600) as theirs:
        ours, _ = server.accept()
        ours.settimeout(60)
        with ours:
            yield ours, theirs


def give_more_than_is_taken(ours: socket.socket) -> None:
    ours.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            ours.send(bytes(65536))


def ask(connections: Connections, theirs: socket.socket) -> None:
    address, port = theirs.getsockname()
    with connections.request(f"{address}:{port}"):
        pass


def test_who_still_takes_an_answer_is_not_idle(monkeypatch):
    monkeypatch.setattr(connections, "QUIET_AT_ONCE", 1)
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        counted = Connections(server.getsockname()[1], ())
        lines = [stack.enter_context(a_line(server)) for _ in range(3)]
        for _, theirs in lines:
            ask(counted, theirs)
        give_more_than_is_taken(lines[0][0])
        counted.look()
        assert [ended(theirs) for _, theirs in lines[1:]] == [True, True]
        assert lines[0][1].recv(100), "the oldest, and it goes on"


def test_who_takes_nothing_of_an_answer_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as server, a_line(server) as (ours, theirs):
        counted = Connections(server.getsockname()[1], (), patience=0.5)
        ask(counted, theirs)
        give_more_than_is_taken(ours)
        counted.look()
        ours.settimeout(60)
        with pytest.raises(TimeoutError, match="110"):  # the kernel's ETIMEDOUT, not the guard's
            while True:
                ours.send(bytes(65536))


def lines_of(*held: tuple[str, int, bool, int]) -> dict[tuple[str, int], Line]:
    """`(address, how many, asked, under way)` each; the first is the oldest, the last quiet for longer than the grace."""
    found: dict[tuple[str, int], Line] = {}
    first = time.monotonic() - 10_000
    for address, number, asked, under_way in held:
        for _ in range(number):
            found[address, len(found)] = Line(first + len(found), asked, under_way)
    return found


@pytest.mark.parametrize(
    ("held", "left"),
    [
        ([("192.0.2.1", 70, False, 0), ("192.0.2.2", 3, False, 0)], {"192.0.2.1": 64, "192.0.2.2": 3}),
        ([("192.0.2.1", 600, True, 0)], {"192.0.2.1": 512}),
        ([("192.0.2.1", 600, True, 1)], {"192.0.2.1": 600}),
        ([("10.0.0.1", 1000, False, 0)], {"10.0.0.1": 1000}),
        ([("10.0.0.1", 1100, False, 0)], {"10.0.0.1": 1024}),
        (
            [("2001:db8::1", 40, False, 0), ("2001:db8::2", 40, False, 0)],
            {"2001:db8::1": 24, "2001:db8::2": 40},
        ),
    ],
    ids=["silent", "idle", "under-way", "proxy", "proxy-in-all", "one-subscriber"],
)
def test_which_connections_end(held, left):
    lines = lines_of(*held)
    over = Connections(1, networks("10.0.0.1"))._over(lines)
    kept = [address for address, number in lines if (address, number) not in over]
    assert {address: kept.count(address) for address in left} == left
