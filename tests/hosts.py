"""Machines of a small network on this one: each with its own network, processes and name, and a cable that can be pulled.

    with network() as net:
        first = net.host("first")
        process = first.start([...], env)
        first.cut()

They are Linux namespaces, which only root may make; without that the test is skipped. The machine itself has the first address of the
network, where the database listens.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

CLOCK = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"  # Debian package: faketime


@dataclass
class Host:
    """One machine. name: of its network namespace; port: its cable's end at the switch."""

    name: str
    port: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self, command: list[str], environment: Mapping[str, str], *, clock: str = ""
    ) -> subprocess.Popen[bytes]:
        """Start a program there, as the first process of a space of process numbers of its own. clock: by how much its clock
        is wrong (+3h, -2d); the clock that never jumps is left alone."""
        wrong = {"LD_PRELOAD": CLOCK, "FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"} if clock else {}
        apart = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts"]
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *apart, *command], env={**environment, **wrong}
        )
        self.processes.append(process)
        return process

    def cut(self) -> None:
        """Pull the cable: nothing comes or goes, and nobody is told."""
        _ip("link", "set", self.port, "down")

    def join(self) -> None:
        """Plug it in again."""
        _ip("link", "set", self.port, "up")

    def stop(self) -> None:
        """Ask its programs to end, and wait until they have."""
        for process in self.processes:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            for child in children.read_text().split():  # the program itself; what started it waits for it
                os.kill(int(child), signal.SIGTERM)
            process.wait(600)
        self.processes.clear()

    def kill(self) -> None:
        """Take away its power."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(600)
        self.processes.clear()


@dataclass
class Network:
    """A switch with this machine at `address` and hosts beside it."""

    switch: str
    prefix: str
    hosts: list[Host] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of this machine."""
        return f"{self.prefix}.1"

    def host(self) -> Host:
        """One more machine."""
        number = len(self.hosts) + 2
        name, port = f"{self.switch}h{number}", f"{self.switch}p{number}"
        _ip("netns", "add", name)
        host = Host(name, port)
        self.hosts.append(host)
        _ip("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", port, "master", self.switch, "up")
        _ip("-n", name, "addr", "add", f"{self.prefix}.{number}/24", "dev", "eth0")
        _ip("-n", name, "link", "set", "eth0", "up")
        _ip("-n", name, "link", "set", "lo", "up")
        return host


_numbers = itertools.count()


@contextmanager
def network() -> Iterator[Network]:
    """A network of its own, gone at the end with all that runs in it. Skips the test where it cannot be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
        pytest.skip(
            "only root can make networks, with the programs ip and unshare (Debian: iproute2, util-linux)"
        )
    number = os.getpid() % 200 + next(_numbers)
    net = Network(f"yk{os.getpid() % 10_000}x{number % 100}", f"10.77.{number % 250 + 1}")
    try:
        _ip("link", "add", net.switch, "type", "bridge")
    except RuntimeError as error:
        pytest.skip(f"this machine makes no networks: {error}")
    try:
        _ip("addr", "add", f"{net.address}/24", "dev", net.switch)
        _ip("link", "set", net.switch, "up")
        yield net
    finally:
        for host in net.hosts:
            host.kill()
            _ip("netns", "del", host.name)
        _ip("link", "del", net.switch)


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
