"""Behind a proxy that speaks HTTPS: cookies, HSTS and whose word counts."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from running_house import STAFF, Visitor, new_house

from yakuba.config.running import _warn_of_an_unnamed_proxy

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("https")]  # one house for all of them
CLIENT = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
PAGE = Path(__file__).resolve().parents[1] / "docs/operate/proxy.md"
LOCKED = (
    "import django; django.setup()\n"
    "from yakuba.kernel.audit.models import AuditEvent\n"
    "print(*AuditEvent.all_municipalities.filter(name='accounts.login_locked')"
    ".values_list('details__address', flat=True))"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = new_house(
        tmp_path_factory.mktemp("house"),
        YAKUBA_HTTPS="1",
        YAKUBA_HSTS_SECONDS="600",
        YAKUBA_TRUSTED_PROXIES="127.0.0.1",
    )
    with house.web():
        yield house


def fail_to_log_in(visitor: Visitor, **headers: str) -> int:
    """Five times; gives the last answer's status."""
    visitor.get("/login/", **headers)
    for _ in range(5):
        answer = visitor.post("/login/", {"username": STAFF, "password": "wrong"}, **headers)
    return answer.status


def test_the_browser_is_told_to_come_back_over_https_only(house):
    assert Visitor(house.port).get("/login/", **CLIENT).headers["Strict-Transport-Security"] == "max-age=600"
    assert "Strict-Transport-Security" not in Visitor(house.port).get("/login/").headers


def test_a_person_logs_in_through_the_proxy_and_the_record_knows_the_pc(house):
    referer = {"Referer": f"https://127.0.0.1:{house.port}/login/"}
    assert fail_to_log_in(Visitor(house.port), **CLIENT, **referer) == 429
    elsewhere = CLIENT | {"X-Forwarded-For": "198.51.100.8"}
    visitor = Visitor(house.port)
    visitor.log_in(**elsewhere, **referer)
    cookies = visitor.get("/login/", **elsewhere).headers.get_all("Set-Cookie", [])
    assert all("Secure" in cookie for cookie in cookies)
    assert visitor.get("/cases/?sort=", **elsewhere).status == 200
    assert "198.51.100.7" in house.python(LOCKED).split()


def test_a_client_that_the_proxy_cannot_write_down_is_not_taken_for_the_proxy(house):
    """Such a header does not come through the server; the failed logins would be the proxy's own."""
    assert (
        Visitor(house.port).get("/login/", **CLIENT | {"X-Forwarded-For": "\xff, 198.51.100.9"}).status == 400
    )


def test_without_a_named_proxy_the_start_says_what_to_do(tmp_path):
    """And `yakuba up` says it before anything else; here it ends because the port is taken."""
    house = new_house(tmp_path, YAKUBA_HTTPS="1")
    with socket.create_server(("127.0.0.1", house.port)):
        told = house.yakuba("up").stderr
    assert "YAKUBA_TRUSTED_PROXIES=127.0.0.1" in told.split("注意: ")[1]


@pytest.mark.parametrize(
    ("https", "proxies", "told"),
    [(True, "", True), (True, " , ", True), (True, "192.0.2.1", False), (False, "", False)],
)
def test_the_warning_comes_only_where_something_is_wrong(settings, capsys, https, proxies, told):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"https": https, "trusted_proxies": proxies})
    _warn_of_an_unnamed_proxy()
    assert ("注意" in capsys.readouterr().err) == told


class SecureVisitor(Visitor):
    """Over HTTPS, with a certificate that nobody vouches for."""

    def _connection(self) -> http.client.HTTPConnection:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=600, context=trusting)


@pytest.fixture
def nginx(house, tmp_path):
    """The page's nginx, with the ports and files of this test in the place of its own."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed (Debian package: nginx)")
    (port, plain), block = free_ports(), re.search(r"```nginx\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]
    write_certificate(tmp_path)
    for written, here in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "/etc/ssl/yakuba.pem": str(tmp_path / "certificate"),
        "/etc/ssl/private/yakuba.key": str(tmp_path / "key"),
        "127.0.0.1:8000": f"127.0.0.1:{house.port}",
        "https://$host": f"https://$host:{port}",
    }.items():
        assert written in block
        block = block.replace(written, here)
    folders = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    around = f"pid {tmp_path}/pid;\nerror_log stderr;\ndaemon off;\nmaster_process off;\nevents {{}}\n"
    (tmp_path / "nginx.conf").write_text(f"{around}http {{\naccess_log off;\n{folders}{block}}}\n")
    with subprocess.Popen([program, "-p", tmp_path, "-c", tmp_path / "nginx.conf"]) as process:
        try:
            wait_for(port, process)
            yield SecureVisitor(port), Visitor(plain)
        finally:
            process.kill()


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        assert process.poll() is None, "nginx ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=600):
            return
        time.sleep(0.1)
    raise AssertionError("nginx does not answer")


def write_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate").write_bytes(made.public_bytes(pem))
    form = serialization.PrivateFormat.PKCS8
    (folder / "key").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))


def test_the_pages_nginx_serves_the_house(house, nginx):
    secure, plain = nginx
    origin = {"Referer": f"https://127.0.0.1:{secure.port}/login/"}
    assert plain.get("/login/").headers["Location"] == f"https://127.0.0.1:{secure.port}/login/"
    secure.log_in(**origin)
    answer = secure.get("/cases/?sort=")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=600"
    assert secure.post("/reading/upload/", {"name": "x" * 3_000_000}, **origin).status == 422, (
        "the body came whole"
    )
    stranger = SecureVisitor(secure.port)
    assert stranger.post("/cases/", {"name": "x" * 100_000}, **origin).status == 302
    assert fail_to_log_in(stranger, **origin, **{"X-Forwarded-For": "198.51.100.99"}) == 429
    assert "198.51.100.99" not in house.python(LOCKED), "what a client says of itself ends at the proxy"
