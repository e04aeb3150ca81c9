"""The front door with real sockets: strangers who send slowly, much, or both, and a clerk who goes on working."""

from __future__ import annotations

import json
import socket
import tempfile
import time
from pathlib import Path

import pytest
from running_house import PASSWORD, STAFF, Visitor, new_house

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("front_door")]  # one house for all of them

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("house"))
    with house.web():
        yield house


@pytest.fixture
def clerk(house):
    """Logged in, once the strangers of the test before have left their seats."""
    visitor, until = Visitor(house.port), time.monotonic() + 600
    while True:
        try:
            visitor.log_in()
        except AssertionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return visitor


def begin(house, path: str, length: int, *, more: str = "") -> socket.socket:
    """Send a request's head and the first byte of its body."""
    stranger = socket.create_connection(("127.0.0.1", house.port), timeout=600)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n{FORM}{more}\r\n"
    stranger.sendall(head.encode() + b"a")
    return stranger


def status_of(stranger: socket.socket) -> int:
    return int(stranger.recv(64).split()[1])


@pytest.mark.parametrize("number", [8, 64])
@pytest.mark.parametrize("path", ["/login/", "/", "/api/v1/reading/batches"])
def test_slow_strangers_stop_nobody(house, clerk, path, number):
    strangers = [begin(house, path, 1000) for _ in range(number)]
    try:
        assert clerk.get("/cases/?sort=").status == 200
    finally:
        for stranger in strangers:
            stranger.close()


def test_one_address_sends_only_so_many_bodies_at_a_time(house):
    strangers = [begin(house, "/login/", 1000) for _ in range(17)]
    try:
        assert status_of(strangers[16]) == 429
    finally:
        for stranger in strangers:
            stranger.close()


def test_a_slow_body_ends_by_itself(house):
    status, until = 429, time.monotonic() + 600
    while (
        status == 429 and time.monotonic() < until
    ):  # the strangers of another test may still hold their seats
        status = status_of(begin(house, "/login/", 1000))
    assert status == 408


def test_a_silent_connection_ends_by_itself(house):
    for said in (b"", b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"):
        with socket.create_connection(("127.0.0.1", house.port), timeout=600) as stranger:
            stranger.sendall(said)
            assert stranger.recv(1000)[:12] in {b"", b"HTTP/1.1 408"}


@pytest.mark.parametrize(
    ("length", "status"), [("Content-Length: 200000000", 413), ("Transfer-Encoding: chunked", 411)]
)
def test_a_strangers_upload_is_refused_unread(house, length, status):
    head = f"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{FORM}{length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", house.port), timeout=600) as stranger:
        stranger.sendall(head.encode())
        assert status_of(stranger) == status


@pytest.mark.parametrize(
    ("length", "cut", "status"),
    [
        ("Content-Length: 500000", "", 400),
        ("Transfer-Encoding: chunked", "", 411),
        ("Transfer-Encoding: chunked", "zz\r\n", 411),
    ],
)
def test_a_body_that_broke_off_is_no_body(house, clerk, length, cut, status):
    """Rows of a table, or pages of a scan, that did not arrive would be missed by nobody."""
    cookie = "; ".join(f"{name}={value}" for name, value in clerk.cookies.items())
    head = f"POST /reading/upload/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n{FORM}{length}\r\n\r\n"
    rows = "name=" + "a" * 4091
    body = f"1000\r\n{rows}\r\n{cut}" if "chunked" in length else rows
    with socket.create_connection(("127.0.0.1", house.port), timeout=600) as line:
        line.sendall((head + body).encode())
        line.shutdown(socket.SHUT_WR)
        assert status_of(line) == status


@pytest.mark.parametrize(
    "cookie", ['theirs={"a": 1, "b": 2}', "a[b]=1", "a=x y", "path=1", 'open="b', "junk", r'nul="a\000"']
)
def test_another_programs_cookie_makes_nobody_a_stranger(house, clerk, cookie):
    """Cookies are shared by all programs of a host, whatever their port."""
    clerk.cookies = {cookie.partition("=")[0]: cookie.partition("=")[2]} | clerk.cookies
    assert clerk.post("/reading/upload/", {"name": "x"}).status == 422


@pytest.mark.parametrize(("path", "status"), [("/", 302), ("/reading/upload/", 302), ("/api/v1/x", 404)])
def test_elsewhere_a_strangers_body_is_never_read(house, path, status):
    """The answer comes although the body never does."""
    with begin(house, path, 200_000_000, more="Cookie: sessionid=made-up\r\n") as stranger:
        assert status_of(stranger) == status


def test_a_strangers_file_is_refused_unread(house):
    head = "POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    with socket.create_connection(("127.0.0.1", house.port), timeout=600) as stranger:
        stranger.sendall(head.encode() + b"Content-Length: 1000\r\n\r\n")
        assert status_of(stranger) == 415


def test_who_was_logged_out_meanwhile_comes_back_to_where_one_can_look(house):
    with begin(house, "/logout/", 1000) as stranger:
        assert b"location: /login/\r\n" in stranger.recv(4000)
    with begin(house, "/reading/confirm/", 1000) as stranger:
        assert b"location: /login/?next=/reading/confirm/\r\n" in stranger.recv(4000)


def test_a_strangers_token_opens_nothing(house):
    with begin(house, "/api/v1/reading/batches", 1000, more="Authorization: Bearer made-up\r\n") as stranger:
        assert status_of(stranger) == 401


def test_a_known_person_sends_what_is_large(house, clerk):
    """Larger than what is kept in memory; nothing with a name is left in the temporary folder."""
    before = set(Path(tempfile.gettempdir()).iterdir())
    answer = clerk.post("/reading/upload/", {"name": "x" * 3_000_000})
    assert answer.status in {200, 400, 422}, "Django saw the body"
    left = [
        path for path in set(Path(tempfile.gettempdir()).iterdir()) - before if path.name.startswith("tmp")
    ]
    assert not [path for path in left if path.is_file() and path.stat().st_size >= 3_000_000]


def test_a_session_and_a_token_are_known(house, clerk):
    token = house.yakuba(
        "accounts", "token", STAFF, "--name", "試験", "--scope", "reading.confirm"
    ).stdout.strip()
    visitor = Visitor(house.port)
    answer = visitor._ask(
        "POST", "/api/v1/reading/questions/1/answer", b"{}", {"Authorization": f"Bearer {token}"}
    )
    assert answer.status == 422, "the body was read"
    assert PASSWORD not in answer.text
    assert clerk.post("/logout/", {}).status == 302
    assert clerk.get("/cases/?sort=").status == 302


def test_a_programs_file_arrives_whole(house):
    """Longer than what is kept in memory; what Django makes of it shows that nothing was lost on the way."""
    told = house.yakuba("accounts", "token", STAFF, "--name", "試験", "--scope", "reading.upload")
    head = (
        'Content-Disposition: form-data; name="files"; filename="scan.pdf"\r\nContent-Type: application/pdf'
    )
    content = bytes(range(256)) * 10_000
    body = b"--x\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n--x--\r\n"
    headers = {
        "Authorization": f"Bearer {told.stdout.strip()}",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    answer = Visitor(house.port)._ask("POST", "/api/v1/reading/batches", body, headers)
    assert answer.status == 422
    assert "PDF・TIFF・JPEG・PNGのどれでもありません" in answer.text
    assert "scan.pdf" in answer.text


WAYS_IN = f"""
import django, json
django.setup()
from yakuba.kernel.accounts import actions, proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.signin import inviting
from yakuba.kernel.signin.tests.signing import give_phone
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
with active_municipality(Municipality.objects.get()):
    keeper = proof.give_for_good(User.objects.get(username="{STAFF}"))
    phone, guest = (actions.save_staff(name, roles=[], password="{PASSWORD}") for name in ("phone", "guest"))
    print(json.dumps([give_phone(phone)[1], inviting.invite(guest, actor=keeper)]))
"""


def test_every_way_in_is_open(house):
    """The second factor and an invitation are sent by who is nobody yet."""
    codes, invitation = json.loads(house.python(WAYS_IN))
    with_phone = Visitor(house.port)
    with_phone.get("/login/")
    half = with_phone.post("/login/", {"username": "phone", "password": PASSWORD})
    assert half.headers["Location"] == "/login/second/"
    assert with_phone.post("/login/second/", {"code": "wrong"}).status == 422
    assert with_phone.post("/login/second/", {"code": codes[0]}).headers["Location"] == "/"
    invited, address = Visitor(house.port), f"/login/invitation/{invitation}/"
    invited.get(address)
    assert invited.post(address, {"new_password1": "short", "new_password2": "short"}).status == 422
    own = {"new_password1": "kawatta-kotoba", "new_password2": "kawatta-kotoba"}
    assert invited.post(address, own).headers["Location"] == "/signin/"
    assert [one.get("/signin/").status for one in (with_phone, invited)] == [200, 200]
