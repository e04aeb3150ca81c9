"""What leaves the browser while a row is entered: nothing unknown before the intent, nothing twice after it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import APIResponse, BrowserContext, Request, Route
from playwright.sync_api import Error as PlaywrightError

from yakuba.services.robots.adapters.watch import Sending, Watch
from yakuba.services.robots.engine.browser import ANY_FORM

_EVERYTHING = "**/*"
_REDIRECTS = 5
_PAPERS = frozenset({"application/pdf", "text/csv"})


class Gate(Watch):
    """Stands between one browser context, all its windows, and the network. Open, it does not look at all.

    Watching (from the first step of the entry to the commit step), whatever may change something is compared with
    what was sent when the scenario was tried: a form with those of the same step, a request by a script with those
    of all pages. The vendor may have dropped the confirmation page, and then this one would store.

    Guarding (from the commit step to the next row), all that passes: a page may check, store and tell in requests
    of its own, and which of them stores is nothing that can be seen from outside.

    Both times what may change something is sent from here, once each. Chromium by itself repeats a request, a POST
    too, whose kept-alive connection breaks before the answer: a target that stored the row and dropped the
    connection would get it two or three times. It also follows a redirect that keeps method and body without asking
    anybody; from here that is one more request of the same kind, compared and sent once. A form that the page itself
    sends twice gets the first one's answer.
    """

    def __init__(self, context: BrowserContext, hosts: frozenset[str], patience: float) -> None:
        super().__init__()
        self._context = context
        self._hosts = hosts
        self._patience = patience
        self._routed = False
        self._answers: dict[tuple[str, str, bytes], tuple[APIResponse, str] | None] = {}
        self._receiving = self._catching = False
        self.caught: list[Sending] = []
        self.foreign = ""  # a host that is not to be contacted and was asked for

    def receive(self, wanted: bool) -> None:
        """Whether a document that the browser would show by itself (a PDF) is to come down as a file."""
        self._receiving = wanted
        if wanted:
            self._route()

    def open(self) -> None:
        """Let everything pass, unseen."""
        if self._routed:
            with suppress(PlaywrightError):
                self._context.unroute(_EVERYTHING, self._see)
        self._routed = self._guarding = self._changed = self._catching = False
        self.sent, self.elsewhere, self.stopped = [], set(), ""
        self._answers.clear()

    def watch(self, elsewhere: frozenset[str], committing: frozenset[str]) -> None:
        """The entry begins. See `Browser.entry_begins`."""
        self.open()
        self._elsewhere, self._committing = elsewhere, committing
        self._forms, self._buttons, self._hidden = ANY_FORM, frozenset(), frozenset()
        self._route()

    def step(self, forms: frozenset[str], buttons: frozenset[str], hidden: frozenset[str]) -> None:
        """The next press begins. forms: what it may send.  buttons, hidden: names of those on the page."""
        self._forms, self._buttons, self._hidden, self.sent = forms, buttons, hidden, []
        self._answers.clear()
        self._route()

    def guard(self, buttons: frozenset[str], hidden: frozenset[str]) -> None:
        """The commit step comes next."""
        self._guarding, self._changed = True, False
        self._buttons, self._hidden, self.sent = buttons, hidden, []
        self._answers.clear()
        self._route()

    def catch(self) -> None:
        """From here on nothing at all leaves; what was about to change something or to lead on is kept in `caught`."""
        self._catching, self.caught = True, []
        self._route()

    def _route(self) -> None:
        if not self._routed:
            self._context.route(_EVERYTHING, self._see)
            self._routed = True

    def _see(self, route: Route) -> None:
        request = route.request
        if self._catching:
            self._keep(request)
            route.abort("aborted")
            return
        changes = request.method not in ("GET", "HEAD", "OPTIONS")
        goes = request.is_navigation_request()
        # A form may be stored by GET as well; once something was sent, a GET only reads what became of it.
        stores = changes or (self._guarding and goes and not self._changed)
        if not (stores or goes):
            route.fallback()
        elif not self._lets(request, request.url, goes):
            route.abort("aborted")  # the page stays as it is
        elif stores or self._receiving:
            self._changed = self._changed or stores
            self._send_once(route)
        else:
            route.fallback()

    def _keep(self, request: Request) -> None:
        if request.method != "GET" or request.is_navigation_request():
            self.caught.append(requested(request))
            self.stopped = (
                self.stopped or f"{request.method} {request.url}"
            )  # the page stays: nothing more comes

    def _lets(self, request: Request, url: str, goes: bool) -> bool:
        return self.lets(request.method, url, request.post_data_buffer or b"", goes)

    def _send_once(self, route: Route) -> None:
        request = route.request
        if not request.is_navigation_request():
            self._answer(route, self._sent(route))
            return
        key = (request.method, request.url, request.post_data_buffer or b"")
        if key not in self._answers:
            self._answers[key] = None
            self._answers[key] = self._sent(route)
        self._answer(route, self._answers[key])

    def _sent(self, route: Route) -> tuple[APIResponse, str] | None:
        """The answer and the address that gave it; None when there is none, or the redirect may not be followed."""
        request, url = route.request, route.request.url
        for _ in range(_REDIRECTS):
            if urlsplit(url).hostname not in self._hosts:
                self.foreign = urlsplit(url).hostname or url
                return None
            try:
                answer = route.fetch(url=url, max_redirects=0, max_retries=0, timeout=self._patience * 1000)
            except PlaywrightError:
                return None
            if not _keeps_method(request.method, answer.status) or "location" not in answer.headers:
                return answer, url
            url = urljoin(url, answer.headers["location"])
            if not self._lets(request, url, request.is_navigation_request()):
                return None
        return None

    def _answer(self, route: Route, sent: tuple[APIResponse, str] | None) -> None:
        with suppress(PlaywrightError):  # the page may be gone: a beacon, a form that was sent again
            if sent is None:
                route.abort("aborted" if self.stopped else "connectionreset")
                return
            answer, url = sent
            if self._receiving and answer.headers.get("content-type", "").partition(";")[0] in _PAPERS:
                route.fulfill(
                    response=answer, headers={**answer.headers, "content-disposition": "attachment"}
                )
            elif url != route.request.url and "location" in answer.headers:
                route.fulfill(
                    response=answer,
                    headers={**answer.headers, "location": urljoin(url, answer.headers["location"])},
                )
            else:
                route.fulfill(response=answer)


def requested(request: Request) -> Sending:
    """What a page asks for."""
    return Sending(
        request.method, request.url, request.post_data_buffer, request.headers.get("content-type", "")
    )


def _keeps_method(method: str, status: int) -> bool:
    """Whether a browser would send method and body again to where this answer points (Fetch standard, HTTP-redirect
    fetch, step 12). GET and HEAD carry nothing that could be stored twice."""
    if method in ("GET", "HEAD"):
        return False
    return status in (307, 308) or (status in (301, 302) and method != "POST")
