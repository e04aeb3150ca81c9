"""Sessions, the troubles that can be switched on, and what survives a kill."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from coresystem_client import Client
from coresystem_entries import BUS, NURSERY
from coresystem_process import FOLDER, TOKEN

GONE = (http.client.RemoteDisconnected, ConnectionError)


def test_every_page_needs_a_login(server):
    client = Client(server.port)
    for path in (
        "/",
        "/menu",
        "/bus-pass/entry",
        "/bus-pass/search",
        "/bus-pass/list",
        "/bus-pass/detail/K-000001",
    ):
        page = client.get(path)
        assert (page.status, page.location) == (303, "/login")
    assert client.post("/bus-pass/entry", {"action": "register"}).location == "/login"


@pytest.mark.parametrize(("number", "password"), [("90001", "wrong"), ("90002", "coresystem-demo"), ("", "")])
def test_wrong_login_is_refused(server, number, password):
    client = Client(server.port)
    page = client.post("/login", {"shokuin_no": number, "password": password})
    assert "職員番号またはパスワードが正しくありません。" in page.text
    assert client.cookie == ""


def test_password_comes_from_the_option(start):
    with start("--password", "another") as server:
        client = Client(server.port)
        assert client.login().status == 200
        assert client.login(password="another").location == "/menu"


def test_logout_ends_the_session(server):
    client = server.client()
    client.post("/logout", {})
    assert client.get("/menu").location == "/login?reason=ended"


def test_session_ends_after_its_time_without_use_and_takes_the_entry_along(start):
    with start("--session-timeout", "1.5") as server:
        client = server.client()
        for _ in range(3):
            time.sleep(0.6)
            assert client.get("/menu").status == 200  # being used keeps it alive
        confirmation = client.fill("bus-pass", BUS)
        time.sleep(1.8)
        assert client.register("bus-pass", confirmation).location == "/login?reason=ended"
        assert "ログアウトしました" in client.get("/login?reason=ended").text
        client.login()
        page = client.register("bus-pass", confirmation)
        assert page.status == 409
        assert "有効期限" in page.text
        assert server.stored() == []


def test_slow_delays_a_page_with_jitter(start):
    with start("--slow", "0.2", "--seed", "3") as server:
        client = Client(server.port)
        took = []
        for _ in range(4):
            begin = time.monotonic()
            client.get("/login")
            took.append(time.monotonic() - begin)
    assert min(took) > 0.09
    assert len({round(seconds, 2) for seconds in took}) > 1


def test_slow_submit_holds_before_the_row_is_stored(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    server.control(slow_submit=2.0)
    pressing = threading.Thread(target=client.register, args=("bus-pass", confirmation))
    pressing.start()
    time.sleep(0.2)
    assert server.control()["counters"]["stored"] == 0
    pressing.join()
    assert server.control()["counters"]["stored"] == 1


def test_a_row_is_stored_even_when_the_client_has_gone_meanwhile(server):
    """Why a robot that was killed must not believe an early look-up."""
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    server.control(slow_submit=3.0)
    client.timeout(0.1)
    with pytest.raises(TimeoutError):
        client.register("bus-pass", confirmation)
    client.close()
    assert server.control()["counters"]["stored"] == 0
    deadline = time.monotonic() + 600
    while not server.control()["counters"]["stored"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(server.stored()) == 1


def test_error_500_comes_before_storing(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    server.control(error_rate=1)
    page = client.register("bus-pass", confirmation)
    assert page.status == 500
    assert "システムエラー" in page.text
    assert server.stored() == []
    server.control(error_rate=0)
    assert client.register("bus-pass", confirmation).registration_number == "K-000001"
    assert server.control()["counters"]["errors"] == 1


def test_logout_in_the_middle(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    server.control(logout_rate=1)
    assert client.register("bus-pass", confirmation).location == "/login?reason=ended"
    assert server.stored() == []
    assert server.control()["counters"]["logouts"] == 1


def test_drop_stores_the_row_and_answers_nothing(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    server.control(drop_rate=1)
    with pytest.raises(GONE):
        client.register("bus-pass", confirmation)
    assert len(server.stored()) == 1
    for _ in range(3):  # a browser repeats the request by itself and gets no answer either
        with pytest.raises(GONE):
            client.register("bus-pass", confirmation)
    assert len(server.stored()) == 1
    counters = server.control()["counters"]
    assert (counters["stored"], counters["dropped"]) == (1, 1)


def test_broken_stores_the_row_and_answers_500(server):
    client = server.client()
    server.control(broken_rate=1)
    assert client.register("bus-pass", client.fill("bus-pass", BUS)).status == 500
    assert len(server.stored()) == 1
    assert server.control()["counters"]["broken"] == 1


def test_late_answers_nothing_and_stores_long_after(server):
    client = server.client()
    confirmation = client.fill("bus-pass", BUS)
    server.control(late_rate=1, late_seconds=2.0)
    with pytest.raises(GONE):
        client.register("bus-pass", confirmation)
    assert server.stored() == []
    deadline = time.monotonic() + 600
    while not server.control()["counters"]["stored"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(server.stored()) == 1
    told = server.control()
    assert (told["counters"]["late"], told["late"][-1:]) == (1, [server.stored()[0]["receipt_number"]])


def test_refuse_known_takes_a_receipt_number_once(server):
    client = server.client()
    server.control(refuse_known=1)
    assert client.register("bus-pass", client.fill("bus-pass", BUS)).registration_number == "K-000001"
    refused = client.register("bus-pass", client.fill("bus-pass", BUS))
    assert (refused.status, "すでに登録されています" in refused.text) == (409, True)
    assert len(server.stored()) == 1


def _outcomes(server, count: int) -> list[int]:
    client = Client(server.port)
    return [client.get("/login").status for _ in range(count)]


def test_troubles_repeat_with_their_seed(start):
    with start("--error-rate", "0.3", "--seed", "7") as server:
        first = _outcomes(server, 40)
        server.control(seed=7)
        assert _outcomes(server, 40) == first
        server.control(seed=8)
        assert _outcomes(server, 40) != first
    assert 4 <= first.count(500) <= 20


def test_control_is_refused_without_its_token(server, start):
    client = Client(server.port)
    body = json.dumps({"error_rate": 1})
    for headers in ({}, {"X_Control_Token": ""}, {"X_Control_Token": TOKEN + "x"}):
        assert client.request("POST", "/_control", body, **headers).status == 403
        assert client.request("GET", "/_control", **headers).status == 403
    assert client.get("/login").status == 200


def test_control_is_off_when_no_token_was_given(start):
    with start("--control-token", "") as server:
        assert Client(server.port).request("GET", "/_control", X_Control_Token="").status == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"error_rate": 2}',
        '{"error_rate": "1"}',
        '{"slow": -1}',
        '{"slow": true}',
        '{"layout": 3}',
        '{"speed": 1}',
        '{"slow": 1e999}',
        '{"slow": NaN}',
        '{"seed": 1.5}',
    ],
)
def test_control_refuses_what_makes_no_sense(server, body):
    page = Client(server.port).request("POST", "/_control", body, X_Control_Token=TOKEN)
    assert page.status == 400
    assert json.loads(page.text)["error"]
    assert server.control()["settings"]["slow"] == 0


def test_a_wrong_option_or_database_is_said_plainly(tmp_path):
    for options in (["--error-rate", "3"], ["--database", str(tmp_path / "no" / "folder.sqlite3")]):
        command = [
            sys.executable,
            str(FOLDER / "server.py"),
            "--port",
            "0",
            "--database",
            str(tmp_path / "a"),
        ]
        result = subprocess.run([*command, *options], capture_output=True, text=True, timeout=600)
        assert result.returncode == 1
        assert "起動できません" in result.stderr
        assert "Traceback" not in result.stderr


def test_stored_prints_json_and_a_short_list(server):
    server.client().enter("bus-pass", BUS)
    command = [sys.executable, str(FOLDER / "stored.py"), str(server.database)]
    full = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True)
    assert json.loads(full.stdout) == server.stored()
    short = subprocess.run(command, check=True, capture_output=True, text=True)
    assert short.stdout.startswith("K-000001 0800030018 ")


def test_stored_says_when_there_is_no_database(tmp_path):
    command = [sys.executable, str(FOLDER / "stored.py"), str(tmp_path / "none.sqlite3")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert "データベースを読めません" in result.stderr
    assert not (tmp_path / "none.sqlite3").exists()


def test_oversized_and_malformed_requests_are_refused(server):
    assert Client(server.port).request("POST", "/login", b"x" * 300_000).status == 413
    assert Client(server.port).request("POST", "/login", b"", Content_Length="9" * 5000).status == 411
    client = server.client()
    assert client.get("/../../etc/passwd").status == 404
    assert client.get("/bus-pass/detail/K-" + "9" * 30).status == 404
    assert client.get("/bus-pass/detail/../../x").status == 404
    assert client.request("POST", "/bus-pass/entry", b"\xff\xfe=1").status == 409


def _enter_until_killed(port: int, answered: list[str], serial: int) -> None:
    client = Client(port)
    client.login()
    number = serial
    while True:
        number += 1
        pages = [NURSERY[0] | {"uketsuke_no": f"{number:010d}"}, *NURSERY[1:]]
        try:
            client.enter("nursery-admission", pages)
        except (*GONE, http.client.HTTPException, OSError):
            return
        answered.append(f"{number:010d}")


@pytest.mark.parametrize("seed", range(3))
def test_sigkill_while_writing_keeps_every_answered_row_and_a_sound_database(start, seed):
    answered: list[str] = []
    with start() as server:
        writers = [
            threading.Thread(target=_enter_until_killed, args=(server.port, answered, serial * 1_000_000))
            for serial in range(1, 4)
        ]
        for writer in writers:
            writer.start()
        time.sleep(0.8 + random.Random(seed).random() * 0.4)
        server.process.kill()
        for writer in writers:
            writer.join(timeout=600)
    assert answered
    with start() as server:
        rows = server.stored()
        server.client().enter("bus-pass", BUS)
        assert len(server.stored()) == len(rows) + 1
    connection = sqlite3.connect(server.database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    numbers = [row["receipt_number"] for row in rows]
    assert set(answered) <= set(numbers)
    assert len(set(numbers)) == len(numbers)
    assert len(numbers) <= len(answered) + len(
        writers
    )  # at most one row a writer was stored but not answered
    assert all(row["values"]["child_name"] == "髙橋一郎" for row in rows)


def test_many_clients_at_once_lose_nothing(server):
    def enter_ten(serial: int) -> None:
        client = server.client()
        for number in range(10):
            client.enter("bus-pass", [BUS[0] | {"uketsuke_no": f"{serial * 100 + number:010d}"}, *BUS[1:]])

    threads = [threading.Thread(target=enter_ten, args=(serial,)) for serial in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = server.stored()
    assert len({row["receipt_number"] for row in rows}) == len(rows) == 80


def test_the_program_knows_nothing_of_yakuba():
    for path in [*Path(FOLDER).glob("*.py"), *Path(FOLDER / "core").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert "import django" not in text
        assert "yakuba" not in text.lower() or path.name == "__init__.py", path
