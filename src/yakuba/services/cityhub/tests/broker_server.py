"""A real mosquitto with the configuration of `deploy/mosquitto`, and whoever publishes to it."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

CONFIGURATION = Path(__file__).resolve().parents[5] / "deploy/mosquitto/yakuba.conf"
PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
needs_mosquitto = pytest.mark.skipif(
    PROGRAM is None, reason="mosquitto is not installed (scripts/debian_packages.sh test)"
)
GUARD = 600  # seconds until something is held to hang


class Mosquitto:
    """A broker of its own in a folder. limits: the lines of the configuration, those of `deploy/` where none are given."""

    def __init__(self, folder: Path, limits: str | None = None) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        kept = folder / "kept"
        kept.mkdir(parents=True)
        lines = CONFIGURATION.read_text() if limits is None else limits
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence_location {kept}/\n{lines}\nsys_interval 1\n"
        )
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [PROGRAM, "-c", str(folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "mosquitto.log").open("w"),
        )
        until = time.monotonic() + GUARD
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, (folder / "mosquitto.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.05)

    @property
    def address(self) -> str:
        """As a town writes it."""
        return f"mqtt://127.0.0.1:{self.port}"

    def publish(self, messages: Iterable[tuple[str, str]], qos: int = 1, retain: bool = False) -> int:
        """All of them at once; returns how many when the broker has acknowledged each."""
        client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        client.max_inflight_messages_set(1_000)
        client.max_queued_messages_set(0)
        connected = threading.Event()
        client.on_connect = lambda *_: connected.set()
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        assert connected.wait(GUARD)
        sent = [client.publish(topic, text, qos, retain) for topic, text in messages]
        for one in sent:
            one.wait_for_publish(GUARD)
        client.disconnect()
        client.loop_stop()
        return len(sent)

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(GUARD)
