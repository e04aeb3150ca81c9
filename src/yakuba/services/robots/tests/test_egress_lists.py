"""The egress and the deployment profile: protocol, port and the address behind a name; in a real browser, whatever a page
tries."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from yakuba.kernel.outbound.allowed import Allowed
from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.egress.client import EgressSession
from yakuba.services.robots.adapters.egress.http import BadRequest, protocol_of, target_of
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.tests.pages import Pages
from yakuba.services.robots.tests.test_egress import SERVER, House, Sink, house, pages, sink, until

__all__ = ["house", "pages", "sink"]  # fixtures

# An egress whose resolver answers what it is told: the first list first, the last one again and again.
TOLD = f"""
import sys
from pathlib import Path
from {SERVER.rpartition(".")[0]} import server
answers = {{}}
async def look_up(host, port):
    left = answers[host]
    Path(sys.argv[1]).with_name("asked").open("a").write(host + "\\n")
    return left.pop(0) if len(left) > 1 else left[0]
server.look_up = look_up
import json
answers.update(json.loads(sys.argv[2]))
sys.exit(server.main(Path(sys.argv[1]), 60.0))
"""


def plain(host: str, port: int, *protocols: str, networks: tuple[str, ...] = ()) -> dict[str, Any]:
    return Allowed(host, port, frozenset(protocols)).plain() | {"networks": list(networks)}


def said(session: EgressSession, request: str) -> bytes:
    """What the proxy answers to a head."""
    port = int(session.address().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 30) as channel:
        channel.sendall(request.encode("latin-1"))
        return channel.recv(200)


def tunnelled(session: EgressSession, target: str, content: bytes) -> bytes:
    """What comes back through a tunnel after that was sent; empty where it was closed."""
    port = int(session.address().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 30) as channel:
        channel.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        if not channel.recv(200).startswith(b"HTTP/1.1 200"):
            return b"refused"
        channel.sendall(content)
        with suppress(ConnectionError):
            return channel.recv(200)
        return b""


@pytest.mark.parametrize(
    "line",
    [
        "GET http://user@core/ HTTP/1.1", "CONNECT core@other:443 HTTP/1.1", "GET http://127.1/ HTTP/1.1",
        "GET http://2130706433/ HTTP/1.1", "CONNECT 0x7f.1:443 HTTP/1.1", "CONNECT core:65536 HTTP/1.1",
        "GET https://core/ HTTP/1.1", "GET ftp://core/ HTTP/1.1", "GET /path HTTP/1.1", "CONNECT core:443 x HTTP/1.1",
    ],
)  # fmt: skip
def test_a_head_that_tricks_is_refused(line: str) -> None:
    with pytest.raises(BadRequest):
        target_of(f"{line}\r\n\r\n".encode())


def test_a_head_has_one_spelling_for_a_host() -> None:
    assert target_of(b"CONNECT Core.Example.:443 HTTP/1.1\r\n\r\n")[1:3] == ("core.example", 443)
    assert target_of(b"CONNECT [::ffff:127.0.0.1]:443 HTTP/1.1\r\n\r\n")[1:3] == ("127.0.0.1", 443)
    assert protocol_of(b"\x16\x03\x01\x02") == "https"
    assert protocol_of(b"OPTI") == "http"
    assert protocol_of(b"SSH-2.0") == ""


def test_a_tunnel_carries_the_protocol_that_is_listed_and_no_other(
    house: House, pages: Pages, sink: Sink
) -> None:
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{pages.port}\r\nConnection: close\r\n\r\n".encode()
    target = f"127.0.0.1:{pages.port}"
    over_tls = house.open([plain("127.0.0.1", pages.port, "https")], "one")
    assert tunnelled(over_tls, target, request) == b""
    assert b"403" in said(over_tls, f"GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n")
    assert pages.asked == []
    clear = house.open([plain("127.0.0.1", pages.port, "http")], "two")
    assert tunnelled(clear, target, request).startswith(b"HTTP/1.1 200")
    assert said(clear, f"GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n").startswith(b"HTTP/1.1 200")
    port = int(sink.target.rpartition(":")[2])
    other = house.open([plain("127.0.0.1", port, "http")], "three")
    assert tunnelled(other, sink.target, b"\x16\x03\x01\x00\x05hello") == b""
    assert tunnelled(other, sink.target, b"SSH-2.0-x\r\n") == b""
    assert all(bytes(one) == b"" for one in sink.got)


def test_a_name_that_points_here_at_the_second_look_up_gets_nothing(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.2", 0), _Answer) as good:
        port = good.server_port
        with ThreadingHTTPServer(("127.0.0.1", port), _Answer) as inner:
            for one in (good, inner):
                one.asked = []
                threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
            folder = tmp_path / "egress"
            answers = {"rebind.example": [["127.0.0.2"], ["127.0.0.1"]], "plain.example": [["127.0.0.1"]]}
            command = [sys.executable, "-c", TOLD, str(folder), json.dumps(answers)]
            with subprocess.Popen(command) as process:
                try:
                    until(
                        lambda: (
                            (folder / "lock").exists() and (folder / "lock").read_text() == str(process.pid)
                        )
                    )
                    numbers = count(1)
                    listed = [
                        plain("rebind.example", port, "http", networks=("127.0.0.2/32",)),
                        Allowed("plain.example", port, inside=True).plain(),
                    ]
                    with EgressSession(folder, "run", lambda _: next(numbers), listed, seconds=60) as session:
                        session.open()
                        head = "GET http://{0}:{1}/ HTTP/1.1\r\nHost: {0}:{1}\r\n\r\n"
                        assert b"200" in said(session, head.format("rebind.example", port))[:15]
                        assert b"403" in said(session, head.format("rebind.example", port))
                        assert b"403" in said(session, head.format("plain.example", port))
                    assert (tmp_path / "asked").read_text().split() == ["rebind.example"] * 2 + [
                        "plain.example"
                    ]
                    assert (good.asked, inner.asked) == (["/"], [])
                finally:
                    process.kill()
                    good.shutdown()
                    inner.shutdown()


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Ears:
    """A UDP port: WebRTC asks there who it is, and a resolver would be asked there."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port = self._socket.getsockname()[1]

    def heard(self) -> bool:
        try:
            return bool(self._socket.recv(2000))
        except TimeoutError:
            return False

    def close(self) -> None:
        self._socket.close()


TRIES = """<h1>試み</h1>
<link rel=dns-prefetch href=//{sink}><link rel=preconnect href=http://{sink}><link rel=prefetch href=http://{sink}/prefetch>
<link rel=stylesheet href=http://{sink}/style><script src=http://{sink}/script></script>
<img src=http://{sink}/image><img src=http://localhost:{port}/name><img src=http://[::ffff:127.0.0.1]:{port}/wide>
<img src=http://2130706433:{port}/number><img src=https://{sink}/tls><img src=/away?http://{sink}/led>
<iframe src=http://{sink}/frame></iframe><object data=http://{sink}/object></object><video src=http://{sink}/video></video>
<form id=f action=http://{sink}/form target=_blank method=post><input name=a value=b></form>
<script>
const quiet = (work) => {{ try {{ const made = work(); if (made && made.catch) made.catch(() => 0); }} catch (error) {{ }} }};
quiet(() => fetch('http://{sink}/fetch', {{mode: 'no-cors'}}));
quiet(() => fetch('/away?http://{sink}/fetched', {{mode: 'no-cors'}}));
quiet(() => navigator.sendBeacon('http://{sink}/beacon', 'x'));
quiet(() => new WebSocket('ws://{sink}/socket'));
quiet(() => new WebSocket('wss://{sink}/socket'));
quiet(() => new EventSource('http://{sink}/events'));
quiet(() => new Worker(URL.createObjectURL(new Blob(["fetch('http://{sink}/worker', {{mode: 'no-cors'}}); new WebSocket('ws://{sink}/w')"]))));
quiet(() => navigator.serviceWorker.register('/service.js'));
quiet(() => {{ const one = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{ears}'}},
  {{urls: 'turn:127.0.0.1:{port}?transport=tcp', username: 'a', credential: 'b'}}]}});
  one.createDataChannel('x'); return one.createOffer().then((offer) => one.setLocalDescription(offer)); }});
quiet(() => new WebTransport('https://{sink}/transport'));
quiet(() => window.open('http://{sink}/popup'));
quiet(() => document.getElementById('f').submit());
</script>"""


@pytest.mark.browser
@pytest.mark.skipif(bool(missing()), reason="".join(missing()))
def test_whatever_a_page_tries_only_the_list_is_reached(
    house: House, pages: Pages, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    ears = Ears()
    port = int(sink.target.rpartition(":")[2])
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://{sink.target}")
    pages.html["/tries"] = TRIES.format(sink=sink.target, port=port, ears=ears.port)
    pages.html["/service.js"] = f"fetch('http://{sink.target}/service')"
    session = house.open([plain("127.0.0.1", pages.port, "http")])
    with ChromiumBrowser(["127.0.0.1"], way_out=session.address, patience=30) as browser:
        browser.open(f"{pages.base}/tries")  # what it shows then is a window that the page opened, refused
        until(lambda: any("/away?" in one for one in pages.asked))
        browser._do(lambda inside: inside._windows.front.wait_for_timeout(2000))
        # A context without the way out of its own: the browser's default leads nowhere.
        browser._do(_without_a_way_out(f"http://{sink.target}/bare"))
        browser._do(_without_a_way_out(f"{pages.base}/bare"))
        assert browser.open(f"{pages.base}/").headings == ("はい",)
    assert [bytes(one) for one in sink.got] == []
    assert not ears.heard()
    assert not any("/bare" in one or "/service.js" in one for one in pages.asked)
    ears.close()


def _without_a_way_out(url: str) -> Any:
    def visit(inside: Any) -> None:
        context = inside._browser.new_context()
        with suppress(Exception):
            context.new_page().goto(url, timeout=5000)
        context.close()

    return visit


@pytest.mark.browser
@pytest.mark.skipif(bool(missing()), reason="".join(missing()))
def test_web_sockets_reach_what_is_listed(house: House, pages: Pages, sink: Sink) -> None:
    """Else the test above would say nothing of them."""
    pages.html["/socket"] = f"<h1>対</h1><script>new WebSocket('ws://{sink.target}/yes')</script>"
    port = int(sink.target.rpartition(":")[2])
    session = house.open([plain("127.0.0.1", pages.port, "http"), plain("127.0.0.1", port, "http")])
    with ChromiumBrowser(["127.0.0.1"], way_out=session.address, patience=30) as browser:
        browser.open(f"{pages.base}/socket")
        until(lambda: any(b"/yes" in one for one in sink.got))
