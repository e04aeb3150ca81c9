"""A browser without a screen: logs in, follows the pages and fills them from what their HTML says."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

PASSWORD = "coresystem-demo"


@dataclass(frozen=True)
class Page:
    status: int
    text: str
    location: str = ""

    @property
    def title(self) -> str:
        return re.search(r"<h1>(.*?)</h1>", self.text)[1]

    @property
    def errors(self) -> dict[str, str]:
        """Message by the id of the input at which it stands."""
        return dict(re.findall(r'<span class="error" id="err_(\w+)">(.*?)</span>', self.text))

    @property
    def hidden(self) -> dict[str, str]:
        """Hidden values of the first form below the heading."""
        form = self.text.split("<h1>")[1].split("</form>")[0]
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', form))

    @property
    def rows(self) -> dict[str, str]:
        """Heading → cell of every table row that has exactly one of each."""
        return _rows(self.text)

    @property
    def registration_number(self) -> str:
        return re.search(r'id="toroku_no">(K-[0-9]{6,})<', self.text)[1]


class Client:
    """One keep-alive connection and its cookie."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.cookie = ""

    def timeout(self, seconds: float) -> None:
        """From now on wait that long for an answer."""
        self._connection.sock.settimeout(seconds)

    def close(self) -> None:
        self._connection.close()

    def request(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Page:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent["Cookie"] = self.cookie
        self._connection.request(method, path, body, sent)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        set_cookie = answer.getheader("Set-Cookie")
        if set_cookie:
            self.cookie = set_cookie.split(";")[0]
        return Page(answer.status, text, answer.getheader("Location", ""))

    def get(self, path: str) -> Page:
        return self.request("GET", path)

    def post(self, path: str, form: Mapping[str, object]) -> Page:
        body = urlencode(form, doseq=True)
        return self.request("POST", path, body, Content_Type="application/x-www-form-urlencoded")

    def login(self, names: tuple[str, str] = ("shokuin_no", "password"), password: str = PASSWORD) -> Page:
        return self.post("/login", {names[0]: "90001", names[1]: password})

    def fill(self, procedure: str, pages: list[dict[str, object]]) -> Page:
        """Begin an entry and go through its three pages; returns the confirmation page."""
        page = self.get(f"/{procedure}/entry")
        for values in pages:
            page = self.post(f"/{procedure}/entry", {**page.hidden, **values, "action": "next"})
        return page

    def register(self, procedure: str, confirmation: Page) -> Page:
        return self.post(f"/{procedure}/entry", confirmation.hidden)

    def enter(self, procedure: str, pages: list[dict[str, object]]) -> Page:
        """The whole entry; returns the completion page."""
        return self.register(procedure, self.fill(procedure, pages))


class _RowReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, str] = {}
        self._cells: list[list[str]] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self._cells = []
        if tag in ("th", "td"):
            self._cells.append([tag, ""])
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._open = False
        if tag == "tr" and [cell[0] for cell in self._cells] == ["th", "td"]:
            self.rows[self._cells[0][1].strip()] = self._cells[1][1].strip()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._cells[-1][1] += data


def _rows(text: str) -> dict[str, str]:
    reader = _RowReader()
    reader.feed(text)
    return reader.rows
