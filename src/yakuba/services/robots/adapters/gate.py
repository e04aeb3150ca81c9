"""What leaves the tab while a row is entered: nothing store-like before the intent, nothing twice after it."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import APIResponse, Request, Route
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

from yakuba.services.robots.engine.browser import ANY_FORM

_EVERYTHING = "**/*"
# Hidden fields by which systems say what is to be done. The others may carry a row's data.
_VERB = re.compile(
    r"(.*[^a-z])?(form)?(action|act|cmd|command|mode|do|op|operation|event|eventtarget|step|proc|process|task|dispatch"
    r"|forward|page|screen)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z_]{1,40}|[0-9]{1,2}")
_OF_THIS_ROW = re.compile(r"[^/]*[0-9][^/]*|[^/]{20,}")  # parts of a path that name a record or a session
_PART = re.compile(rb'name="([^"]*)"\r\n\r\n([^\r]*)\r\n')


class Gate:
    """Stands between one tab and its network. Open, it does not look at all.

    Watching (before the commit step), a form that is sent with anything but GET is compared with those that the
    same step sent before: the vendor may have dropped the confirmation page, and then this one would store.

    Guarding (from the commit step to the next row), everything that may change something is sent from here, once
    each. Chromium by itself repeats a request, a POST too, whose kept-alive connection breaks before the answer:
    a target that stored the row and dropped the connection would get it two or three times. A form that the page
    itself sends twice gets the first one's answer. All other requests pass: a page may check, store and tell in
    requests of its own, and which of them stores is nothing that can be seen from outside.
    """

    def __init__(self, tab: Tab, hosts: frozenset[str], patience: float) -> None:
        self._tab = tab
        self._hosts = hosts
        self._patience = patience
        self._routed = self._guarding = False
        self._forms = ANY_FORM
        self._buttons = self._hidden = frozenset[str]()
        self.sent: list[str] = []
        self.stopped = ""
        self._answers: dict[tuple[str, str, bytes], APIResponse | None] = {}
        self._changed = False

    def open(self) -> None:
        """Let everything pass, unseen."""
        if self._routed:
            with suppress(PlaywrightError):
                self._tab.unroute(_EVERYTHING, self._see)
        self._routed = self._guarding = self._changed = False
        self.sent, self.stopped = [], ""
        self._answers.clear()

    def watch(self, forms: frozenset[str], buttons: frozenset[str], hidden: frozenset[str]) -> None:
        """The next press begins. forms: what it may send.  buttons, hidden: names of those on the page."""
        self._forms, self._buttons, self._hidden, self.sent = forms, buttons, hidden, []
        self._route()

    def guard(self) -> None:
        """The commit step comes next."""
        self._guarding, self._changed = True, False
        self._answers.clear()
        self._route()

    def _route(self) -> None:
        if not self._routed:
            self._tab.route(_EVERYTHING, self._see)
            self._routed = True

    def _see(self, route: Route) -> None:
        request = route.request
        changes = request.method not in ("GET", "HEAD", "OPTIONS")
        if changes and not self._guarding and request.is_navigation_request():
            form = shape(request, self._buttons, self._hidden)
            if not self._forms & {*ANY_FORM, form}:
                self.stopped = form
                route.abort("aborted")  # the page stays as it is
                return
            self.sent.append(form)
        # A form may be stored by GET as well; once something was sent, a GET only reads what became of it.
        stores = changes or (request.is_navigation_request() and not self._changed)
        if self._guarding and stores:
            self._changed = True
            self._send_once(route)
        else:
            route.fallback()

    def _send_once(self, route: Route) -> None:
        request = route.request
        if urlsplit(request.url).hostname not in self._hosts:
            route.abort()
            return
        key = (request.method, request.url, request.post_data_buffer or b"")
        if request.is_navigation_request() and key in self._answers:
            self._answer(route, self._answers[key])
            return
        if request.is_navigation_request():
            self._answers[key] = None
        try:
            answer = route.fetch(max_redirects=0, max_retries=0, timeout=self._patience * 1000)
        except PlaywrightError:
            answer = None
        if request.is_navigation_request():
            self._answers[key] = answer
        self._answer(route, answer)

    def _answer(self, route: Route, answer: APIResponse | None) -> None:
        with suppress(PlaywrightError):  # the page may be gone: a beacon, a form that was sent again
            if answer is None:
                route.abort("connectionreset")
            else:
                route.fulfill(response=answer)


def shape(request: Request, buttons: frozenset[str], hidden: frozenset[str]) -> str:
    """A sent form by what does not change from row to row: method, path, the button, and fields that are verbs."""
    parts = urlsplit(request.url)
    path = "/".join("*" if _OF_THIS_ROW.fullmatch(one) else one for one in parts.path.split("/"))
    body = request.post_data_buffer or b""
    if body.startswith(b"--"):
        found = [
            (name.decode("utf-8", "replace"), value.decode("utf-8", "replace"))
            for name, value in _PART.findall(body)
        ]
    else:
        found = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    fixed = {
        f"{name}={value}"
        for name, value in found
        if name in buttons or (name in hidden and _VERB.fullmatch(name) and _WORD.fullmatch(value))
    }
    return " ".join([request.method, path, *sorted(fixed)])
