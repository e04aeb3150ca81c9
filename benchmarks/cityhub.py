"""The city hub: durable updates, batches, places, aggregates, and what survives being killed.

    python benchmarks/cityhub.py [--seconds 10] [--kills 5] [--entities 100000] [--only updates,batch,geo,hours,kills]

A database of its own in a temporary folder; the hub as its own process; the client on the same machine, so it takes its share
of the processor. Absolute figures depend on the disk: beside them stands what the same disk does with one durable transaction
after the other, measured directly before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONNECTIONS = 64
CODE = "132012"
TARGETS = "updates ≥ 2.5 × single transactions and ≥ 3,600/s (quiet machine); batch ≥ 9,000/s; geo p95 < 50 ms; hours < 20 ms"


class Town:
    """A data folder with one town and a token."""

    def __init__(self, folder: Path, receiver: str = "") -> None:
        self.folder = folder
        self.environment = os.environ | {"YAKUBA_DATA_DIR": str(folder), "YAKUBA_OUTBOUND_HOSTS": receiver}
        self.environment["YAKUBA_CITYHUB_RATE"] = "1000000"
        subprocess.run(
            [sys.executable, "-m", "yakuba", "prepare"], env=self.environment, check=True, capture_output=True
        )
        made = subprocess.run(
            [sys.executable, "-c", _TOKEN], env=self.environment, check=True, capture_output=True, text=True
        )
        self.token = made.stdout.strip()
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self) -> None:
        """Start the hub; its port is told on its error stream."""
        command = [sys.executable, "-m", "yakuba", "cityhub", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        self.port = int(line.split(":")[-1].split("/")[0]) if "http" in line else self.port
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """One request."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"X-Auth-Token": self.token}
        if body is not None:
            headers["Content-Type"] = "application/json"
        line.request(method, path, None if body is None else json.dumps(body).encode(), headers)
        answer = line.getresponse()
        content = answer.read()
        line.close()
        return answer.status, content

    def rows(self, sql: str) -> Any:
        """What the database says."""
        base = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            return base.execute(sql).fetchall()
        finally:
            base.close()

    @property
    def database(self) -> Path:
        return next(self.folder.glob("*.sqlite3"))


_TOKEN = f"""
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
django.setup()
from yakuba.kernel.accounts.models import ApiToken, Role, User
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
town, _ = Municipality.objects.get_or_create(code="{CODE}", defaults={{"name": "測る町"}})
with active_municipality(town):
    scopes = ["cityhub.view", "cityhub.write", "cityhub.manage"]
    role = Role.objects.create(name="hub", permissions=scopes, municipality=town)
    person = User.objects.create_user(username="hub", password="measure-measure", municipality=town)
    person.roles.add(role)
    print(ApiToken.issue(person, "measuring", scopes)[1])
"""


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, make: Any, noted: Any, ended: Any) -> None:
        self._make, self._noted, self._ended = make, noted, ended
        self._buffer = b""
        self._what: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        made = self._make()
        if made is None:
            self._transport.close()
            return
        self._what, request = made
        self._at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        status = int(self._buffer[9:12])
        length = 0
        if status != 204:
            at = self._buffer.lower().find(b"content-length:")
            length = int(self._buffer[at + 15 : self._buffer.index(b"\r\n", at)])
        if len(self._buffer) < head + 4 + length:
            return
        self._buffer = self._buffer[head + 4 + length :]
        self._noted(status, self._what, time.perf_counter() - self._at)
        self._next()

    def connection_lost(self, error: Any) -> None:
        self._ended()


async def drive(port: int, connections: int, make: Any, noted: Any) -> None:
    """Keep so many connections asking until `make` gives nothing, or the other side is gone."""
    loop = asyncio.get_running_loop()
    left = connections
    done = loop.create_future()

    def ended() -> None:
        nonlocal left
        left -= 1
        if not left and not done.done():
            done.set_result(None)

    for _ in range(connections):
        try:
            await loop.create_connection(lambda: Client(make, noted, ended), "127.0.0.1", port)
        except OSError:
            ended()
    await done


def request(town: Town, method: str, path: str, body: Any) -> bytes:
    """A request as bytes."""
    content = json.dumps(body).encode()
    return (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: {town.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def single_transactions(folder: Path, seconds: float) -> float:
    """Durable transactions a second of one SQLite connection, WAL, synchronous=FULL: one row of history and one value each."""
    base = sqlite3.connect(folder / "plain.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    base.execute("CREATE TABLE last (id INTEGER PRIMARY KEY, value TEXT)")
    base.execute("CREATE TABLE history (id INTEGER PRIMARY KEY, at INTEGER, value REAL)")
    number, until, began = 0, time.perf_counter() + seconds, time.perf_counter()
    while time.perf_counter() < until:
        base.execute("BEGIN IMMEDIATE")
        base.execute("INSERT OR REPLACE INTO last VALUES (1, ?)", ('{"value": 1}',))
        base.execute("INSERT INTO history (at, value) VALUES (?, ?)", (number, 1.0))
        base.execute("COMMIT")
        number += 1
    rate = number / (time.perf_counter() - began)
    base.close()
    return rate


def updates(town: Town, seconds: float) -> dict[str, Any]:
    """One attribute of one entity, 64 connections."""
    town.ask(
        "POST", "/v2/entities?options=upsert", {"id": "E", "type": "T", "a": {"type": "Number", "value": 0}}
    )
    number, times, bad = 0, [], 0
    until = time.perf_counter() + seconds

    def make() -> Any:
        nonlocal number
        if time.perf_counter() > until:
            return None
        number += 1
        return number, request(
            town, "PUT", "/v2/entities/E/attrs/a?type=T", {"value": number, "type": "Number"}
        )

    def noted(status: int, _: Any, took: float) -> None:
        nonlocal bad
        times.append(took)
        bad += status != 204

    began = time.perf_counter()
    asyncio.run(drive(town.port, CONNECTIONS, make, noted))
    times.sort()
    return {
        "updates/s": round(len(times) / (time.perf_counter() - began)),
        "p50 ms": round(times[len(times) // 2] * 1000, 1),
        "p99 ms": round(times[int(len(times) * 0.99)] * 1000, 1),
        "not 204": bad,
    }


def batch(town: Town, seconds: float) -> dict[str, Any]:
    """100 entities in one /v2/op/update, 8 connections."""
    number = done = 0
    until = time.perf_counter() + seconds

    def make() -> Any:
        nonlocal number
        if time.perf_counter() > until:
            return None
        number += 1
        entities = [
            {"id": f"b{(number * 100 + one) % 5000}", "type": "B", "a": {"type": "Number", "value": number}}
            for one in range(100)
        ]
        return number, request(town, "POST", "/v2/op/update", {"actionType": "append", "entities": entities})

    def noted(status: int, _: Any, took: float) -> None:
        nonlocal done
        done += 100 if status == 204 else 0

    began = time.perf_counter()
    asyncio.run(drive(town.port, 8, make, noted))
    return {"entities/s": round(done / (time.perf_counter() - began))}


def geo(town: Town, entities: int) -> dict[str, Any]:
    """Near queries (1 km and 5 km) over so many entities."""
    draw = random.Random(1)
    for start in range(0, entities, 1_000):
        listed = [
            {
                "id": f"g{start + one}",
                "type": "G",
                "location": {
                    "type": "geo:json",
                    "value": {
                        "type": "Point",
                        "coordinates": [132.2 + draw.random() * 0.5, 35.1 + draw.random() * 0.5],
                    },
                },
            }
            for one in range(1_000)
        ]
        assert town.ask("POST", "/v2/op/update", {"actionType": "append", "entities": listed})[0] == 204
    found: dict[str, Any] = {}
    for metres in (1_000, 5_000):
        times = []
        for _ in range(100):
            where = f"{35.1 + draw.random() * 0.5},{132.2 + draw.random() * 0.5}"
            began = time.perf_counter()
            status, _content = town.ask(
                "GET",
                f"/v2/entities?type=G&georel=near;maxDistance:{metres}&geometry=point&coords={where}&limit=100",
            )
            times.append(time.perf_counter() - began)
            assert status == 200
        times.sort()
        found[f"{metres} m p50/p95 ms"] = f"{times[50] * 1000:.1f} / {times[95] * 1000:.1f}"
    return found


_HOURS = """
import os, time, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
django.setup()
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.services.cityhub.actions.hours import prepare
from yakuba.services.cityhub.models import Hour, Reading, Series
from yakuba.services.cityhub.queries import looking
town = Municipality.objects.get(code="132012")
with active_municipality(town):
    now = int(time.time())
    for name, number, step in (("hours", 10_000, 60), ("year", 525_600, 60)):
        row = Series.objects.create(path="/", entity_id=name, entity_type="T", attribute="a")
        base = now - number * step
        for start in range(0, number, 50_000):
            Reading.objects.bulk_create([Reading(series=row, at=(base + at * step) * 1_000_000, number=at % 97)
                for at in range(start, min(number, start + 50_000))], batch_size=5_000)
        began = time.perf_counter(); prepare(row, now); took = time.perf_counter() - began
        if name == "hours":
            print("hourly aggregate over 10,000, stored, ms|%.1f" % (took * 1000))
            from django.db import connection
            times = []
            for _ in range(20):
                began = time.perf_counter()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT at / 3600000000, COUNT(*), AVG(number), MIN(number), MAX(number) FROM cityhub_reading WHERE series_id = %s GROUP BY 1", [row.pk])
                    cursor.fetchall()
                times.append(time.perf_counter() - began)
            print("hourly aggregate over 10,000, read, median ms|%.1f" % (sorted(times)[10] * 1000))
        else:
            print("a year of minutes made ready once, ms|%.0f" % (took * 1000))
            row.refresh_from_db()
            looking.chart(row, "year").svg
            began = time.perf_counter(); chart = looking.chart(row, "year"); chart.svg; chart.narrow_svg
            print("its chart drawn, ms|%.0f" % ((time.perf_counter() - began) * 1000))
"""


def hours(town: Town) -> dict[str, Any]:
    """Aggregates and the chart of a year of minutes."""
    made = subprocess.run(
        [sys.executable, "-c", _HOURS], env=town.environment, capture_output=True, text=True, check=True
    )
    return dict(line.split("|") for line in made.stdout.splitlines() if "|" in line)


class Receiver:
    """Takes notifications, or is dead; remembers each value that came."""

    def __init__(self) -> None:
        self.values: dict[str, set[int]] = {}
        self.number = 0
        self.dead = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.dead:
                    self.close_connection = True
                    return
                for entity in json.loads(body)["data"]:
                    outer.values.setdefault(entity["id"], set()).add(entity["a"]["value"])
                    outer.number += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def kills(folder: Path, times: int, between: float) -> dict[str, Any]:
    """SIGKILL under 64 connections, with a subscription to everything and a receiver that is dead for a third of the time."""
    receiver = Receiver()
    town = Town(folder, f"127.0.0.1:{receiver.port}")
    town.start()
    for entity in range(16):
        town.ask(
            "POST", "/v2/entities", {"id": f"k{entity}", "type": "K", "a": {"type": "Number", "value": 0}}
        )
    status, _ = town.ask(
        "POST",
        "/v2/subscriptions",
        {
            "subject": {"entities": [{"idPattern": ".*", "type": "K"}]},
            "notification": {"http": {"url": f"http://127.0.0.1:{receiver.port}/notify"}},
        },
    )
    assert status == 201
    acknowledged: list[tuple[str, int]] = []
    number = 0
    memory = []

    def make() -> Any:
        nonlocal number
        if time.perf_counter() > until:
            return None
        number += 1
        name = f"k{number % 16}"
        path = f"/v2/entities/{name}/attrs/a?type=K"
        return (name, number), request(town, "PUT", path, {"value": number, "type": "Number"})

    def noted(status: int, what: Any, _took: float) -> None:
        if status == 204:
            acknowledged.append(what)

    for one in range(times + 1):
        receiver.dead = times // 3 <= one < 2 * times // 3
        until = time.perf_counter() + between * 3
        if one < times:
            killer = threading.Timer(between * (0.5 + random.random()), town.kill)
            killer.start()
        else:
            until = time.perf_counter() + between
        asyncio.run(drive(town.port, CONNECTIONS, make, noted))
        if one < times:
            killer.join()
            town.start()
        memory.append(_memory(town))
    deadline = time.time() + 300
    while town.rows("SELECT COUNT(*) FROM cityhub_delivery")[0][0] and time.time() < deadline:
        time.sleep(0.5)
    stored = {
        (name, int(value))
        for name, value in town.rows(
            "SELECT entity_id, number FROM cityhub_reading r JOIN cityhub_series s ON s.id = r.series_id WHERE entity_type = 'K'"
        )
    }
    lost = [one for one in acknowledged if one not in stored]
    untold = [one for one in acknowledged if one[1] not in receiver.values.get(one[0], set())]
    waiting = town.rows("SELECT COUNT(*) FROM cityhub_delivery")[0][0]
    town.stop()
    return {
        "SIGKILLs": times,
        "acknowledged": len(acknowledged),
        "acknowledged and lost": len(lost),
        "acknowledged and never told": len(untold),
        "still waiting in the outbox": waiting,
        "notifications received": receiver.number,
        "memory MB, least and most": f"{min(memory)} {max(memory)}",
    }


def _memory(town: Town) -> int:
    assert town.process is not None
    status = Path(f"/proc/{town.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--between", type=float, default=5.0)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--only", default="updates,batch,geo,hours,kills")
    given = parser.parse_args()
    only = given.only.split(",")
    print(f"targets: {TARGETS}\nload before: {os.getloadavg()[0]:.1f}, processors: {os.cpu_count()}")
    with tempfile.TemporaryDirectory(prefix="cityhub-") as name:
        folder = Path(name)
        if set(only) - {"kills"}:
            (folder / "town").mkdir()
            town = Town(folder / "town")
            town.start()
            try:
                if "updates" in only:
                    plain = single_transactions(folder, given.seconds / 2)
                    found = updates(town, given.seconds)
                    _print(
                        {"single durable transactions/s": round(plain)}
                        | found
                        | {"ratio": f"{found['updates/s'] / plain:.1f}"}
                    )
                if "batch" in only:
                    _print(batch(town, given.seconds))
                if "geo" in only:
                    _print({"entities": given.entities} | geo(town, given.entities))
                if "hours" in only:
                    _print(hours(town))
            finally:
                town.stop()
        if "kills" in only:
            (folder / "kills").mkdir()
            _print(kills(folder / "kills", given.kills, given.between))


def _print(figures: dict[str, Any]) -> None:
    for what, value in figures.items():
        print(f"| {what} | {value} |", flush=True)


if __name__ == "__main__":
    main()
