"""One kept connection to the target, through the egress, and its cookies."""

from __future__ import annotations

import base64
import re
import select
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from yakuba.services.robots.adapters.plain.channel import Channel
from yakuba.services.robots.adapters.watch import Sending
from yakuba.services.robots.engine.errors import NotPlain, NotReady, Trouble

LARGEST = 8 * 1024 * 1024  # bytes of an answer; a longer page is none that a person reads
IDLE = 5.0  # seconds after which a kept connection is not trusted with what must leave once
_AGE = re.compile(r"-?[0-9]{1,10}")
_LINE = re.compile(r"[\x20-\x7e]*")
_ADDRESS = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")  # what a browser would send as it stands
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@dataclass(frozen=True)
class Got:
    """An answer. kind: its Content-Type.  location: where it points, or empty.  as_utf8: the body is not as it came, but
    written anew in UTF-8, as a browser gives it away."""

    url: str
    status: int
    kind: str
    body: bytes = field(repr=False)
    location: str = ""
    as_utf8: bool = False


class Cookies:
    """Cookies as RFC 6265 wants them kept, without those for a whole domain of several hosts."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], tuple[str, bool, float | None]] = {}

    def note(self, url: str, headers: Sequence[str]) -> None:
        parts = urlsplit(url)
        for header in headers:
            pair, *rest = header.split(";")
            name, _, value = (one.strip() for one in pair.partition("="))
            about = {
                key.strip().lower(): text.strip() for key, _, text in (one.partition("=") for one in rest)
            }
            domain = about.get("domain", "").lstrip(".").lower()
            if not name or (domain and domain != parts.hostname):
                continue
            path = about.get("path", "")
            if not path.startswith("/"):
                path = parts.path.rpartition("/")[0] or "/"
            key = (parts.hostname or "", path, name)
            until = _until(about)
            if until is not None and until <= time.time():
                self._kept.pop(key, None)
            else:
                self._kept[key] = (value, "secure" in about, until)

    def header(self, url: str) -> str:
        parts, now = urlsplit(url), time.time()
        path = parts.path or "/"
        found = [
            (under, f"{name}={value}")
            for (host, under, name), (value, secure, until) in self._kept.items()
            if host == parts.hostname
            and (path == under or path.startswith(under.rstrip("/") + "/"))
            and (not secure or parts.scheme == "https")
            and (until is None or until > now)
        ]
        return "; ".join(pair for _, pair in sorted(found, key=lambda one: -len(one[0])))

    def clear(self) -> None:
        self._kept.clear()


def _until(about: Mapping[str, str]) -> float | None:
    if _AGE.fullmatch(about.get("max-age", "")):
        return time.time() + int(about["max-age"])
    try:
        return parsedate_to_datetime(about["expires"]).timestamp() if about.get("expires") else None
    except (ValueError, OverflowError):
        return None


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Wire:
    """Sends one request after another. hosts: the only names that may be contacted.  way_out: the egress's address now,
    empty for none.  patience: seconds to wait for one answer.

    What changes something is written once and never repeated: a connection that breaks is trouble, and what became
    of the request is asked by a look-up. A request that only reads is repeated once on a new connection, since an
    old one may have been closed meanwhile.
    """

    def __init__(self, hosts: Sequence[str], way_out: Callable[[], str], patience: float) -> None:
        self._hosts, self._way_out, self._patience = frozenset(hosts), way_out, patience
        self._channel: Channel | None = None
        self._to = ("", "", 0)
        self._used = 0.0
        self._credentials = self._credentials_of = ""
        self._way = ""
        self.cookies = Cookies()
        self.agent = AGENT

    def authenticate(self, base: str, user: str, password: str) -> None:
        """Send name and word with everything that goes to the base's server from here on."""
        self._credentials_of = origin_of(base)
        self._credentials = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")

    def forget(self) -> None:
        """Session and credentials."""
        self.cookies.clear()
        self._credentials = ""
        self.close()

    def close(self) -> None:
        """End the connection. Never raises."""
        if self._channel is not None:
            self._channel.close()
        self._channel = None

    def lists(self, url: str) -> bool:
        """Whether an address is one that may be contacted."""
        parts = urlsplit(url)
        return parts.hostname in self._hosts and parts.scheme in ("http", "https")

    def send(self, one: Sending, referer: str = "", *, once: bool = False) -> Got:
        """The answer, redirects unfollowed. once: it may change something, whatever its method is, and leaves by the way
        out of what was sent before it or not at all. Raises `NotReady` for a host that is not listed, `NotPlain`, and
        `Trouble`."""
        parts = urlsplit(one.url)
        once = once or one.method != "GET"
        if not self.lists(one.url):
            raise NotReady(f"{parts.hostname} への接続は許可されていません。設定の接続先を確かめてください。")
        try:
            for last in (False, True):
                channel, kept = self._open(one, once)
                try:
                    self._write(channel, one, referer)
                    return self._read(channel, one)
                except ConnectionError:
                    self.close()
                    if once or last or not kept:
                        raise
        except TimeoutError:
            self.close()
            raise Trouble(f"{self._patience:g}秒待っても相手システムの画面が出ません。") from None
        except OSError as error:
            self.close()
            raise Trouble(f"相手システムとの通信が切れました（{type(error).__name__}）。") from None
        raise AssertionError

    def _open(self, one: Sending, once: bool) -> tuple[Channel, bool]:
        """A connection to the address's server, and whether it was used before."""
        parts = urlsplit(one.url)
        secure = parts.scheme == "https"
        to = (parts.scheme, parts.hostname or "", parts.port or (443 if secure else 80))
        if self._channel is not None and self._to == to:
            stale = once and time.monotonic() - self._used > IDLE
            if not stale and not select.select([self._channel.socket], [], [], 0)[0]:
                return self._channel, True
        self.close()
        before, self._way = self._way, self._way_out()
        if once and before and before != self._way:
            raise Trouble("通信の出口が開き直されたため、送らずに照会からやり直します。")
        way = urlsplit(self._way)
        proxy = (way.hostname, way.port or 80) if way.hostname else None
        self._channel, self._to = Channel(to[1], to[2], proxy, self._patience, secure=secure), to
        return self._channel, False

    def _write(self, channel: Channel, one: Sending, referer: str) -> None:
        parts = urlsplit(one.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        lines = [f"{one.method} {path} HTTP/1.1", f"Host: {parts.netloc}", *self._headers(one, referer)]
        if not _ADDRESS.fullmatch(path) or not all(_LINE.fullmatch(line) for line in lines):
            raise NotPlain("画面の行き先に送れない文字があるため、ブラウザーで入力します。")
        channel.write("\r\n".join([*lines, "", ""]).encode("ascii") + (one.body or b""))

    def _read(self, channel: Channel, one: Sending) -> Got:
        try:
            reply = channel.read(LARGEST)
        except ValueError:
            self.close()
            raise NotPlain("画面が大きすぎるため、ブラウザーで入力します。") from None
        self._used = time.monotonic()
        if cookies := reply.every("set-cookie"):
            self.cookies.note(one.url, cookies)
        if not reply.stays:
            self.close()
        if reply.header("refresh") or reply.header("content-encoding").lower() not in ("", "identity"):
            raise NotPlain("相手の答え方（自動の移動や圧縮）を扱えないため、ブラウザーで入力します。")
        return Got(one.url, reply.status, reply.header("content-type"), reply.body, reply.header("location"))

    def _headers(self, one: Sending, referer: str) -> list[str]:
        found = [
            f"User-Agent: {self.agent}",
            "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language: ja-JP",
            "Accept-Encoding: identity",
        ]
        if cookie := self.cookies.header(one.url):
            found.append(f"Cookie: {cookie}")
        if self._credentials and origin_of(one.url) == self._credentials_of:
            found.append(f"Authorization: Basic {self._credentials}")
        if referer:
            same = origin_of(referer) == origin_of(one.url)
            found.append(f"Referer: {referer if same else origin_of(referer) + '/'}")
        if one.body is not None:
            found += [f"Content-Type: {one.kind}", f"Content-Length: {len(one.body)}"]
            found.append(f"Origin: {origin_of(one.url)}")
        return found
