"""The site: troubles, the control endpoint, log-in, and which page answers which address."""

from __future__ import annotations

import hmac
import ipaddress
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from core import rules
from core.entry import EntryPages
from core.pages import Views
from core.screens import Procedure, Screens
from core.sessions import Session, Sessions
from core.store import Store
from core.troubles import Troubles
from core.web import COOKIE, Answer, Request

PAGE_SIZE = 50
_STATIC = {"/style.css": "text/css; charset=utf-8", "/once.js": "text/javascript; charset=utf-8"}
_STATIC_FOLDER = Path(__file__).parent.parent / "static"


@dataclass(frozen=True)
class Account:
    staff_number: str
    password: str

    def matches(self, staff_number: str, password: str) -> bool:
        """Compare both in constant time."""
        right_number = hmac.compare_digest(self.staff_number.encode(), staff_number.encode())
        return hmac.compare_digest(self.password.encode(), password.encode()) and right_number


class CoreSite:
    """Answers requests. `control_token` empty means that there is no control endpoint."""

    def __init__(
        self,
        screens: Screens,
        store: Store,
        account: Account,
        troubles: Troubles,
        session_timeout: float,
        control_token: str,
    ) -> None:
        self._screens = screens
        self._store = store
        self._account = account
        self._troubles = troubles
        self._sessions = Sessions(session_timeout)
        self._control_token = control_token
        self._views = Views(screens)
        self._entry = EntryPages(self._views, store, troubles)
        self._static = {path: (_STATIC_FOLDER / path[1:]).read_bytes() for path in _STATIC}

    def thread_ends(self) -> None:
        self._store.close()

    def answer(self, request: Request) -> Answer:
        if request.path == "/_control":
            return self._control(request)
        if request.path in _STATIC:
            return Answer(200, self._static[request.path], _STATIC[request.path])
        self._troubles.count("requests")
        self._troubles.wait("slow")
        session = self._session(request)
        if self._troubles.strikes("error_rate"):
            self._troubles.count("errors")
            return self._views.problem(500, self._layout, "システムエラーが発生しました（E-5001）。")
        try:
            return self._page(request, session)
        except sqlite3.Error:
            self._troubles.count("errors")
            return self._views.problem(500, self._layout, "データベースに接続できません（E-5002）。")

    @property
    def _layout(self) -> int:
        return self._troubles.settings.layout

    def _session(self, request: Request) -> Session | None:
        """The session of the cookie, unless it ran out or the log-out trouble ends it just now."""
        session = self._sessions.find(request.session) if request.session else None
        if session is None:
            if request.session and request.path != "/login":
                self._troubles.count("timeouts")
            return None
        if self._troubles.strikes("logout_rate"):
            self._sessions.close(session.token)
            self._troubles.count("logouts")
            return None
        return session

    def _page(self, request: Request, session: Session | None) -> Answer:
        if request.path == "/login":
            return self._login(request)
        if session is None:
            return _redirect("/login?reason=ended" if request.session else "/login")
        if request.path == "/logout" and request.method == "POST":
            self._sessions.close(session.token)
            return _redirect("/login")
        if request.path in ("/", "/menu"):
            return self._views.page("menu.html", self._layout, staff=session.staff_number)
        return self._procedure_page(request, session)

    def _procedure_page(self, request: Request, session: Session) -> Answer:
        _, code, verb, *rest = [*request.path.split("/"), "", ""]
        procedure = self._screens.procedures.get(code)
        if procedure is not None:
            if verb == "entry":
                return self._entry.answer(request, session, procedure, self._layout)
            if verb == "search":
                return self._search(request, session, procedure)
            if verb == "list":
                return self._list(request, session, procedure)
            if verb == "detail":
                return self._detail(session, procedure, rest[0])
        return self._views.problem(404, self._layout, "指定された画面はありません。")

    def _login(self, request: Request) -> Answer:
        ids = self._screens.wording[self._layout]["ids"]
        if request.method != "POST":
            return self._views.page("login.html", self._layout, ended="reason" in request.query, failed=False)
        staff = request.value(ids["staff_number"]).strip()
        if not self._account.matches(staff, request.value(ids["password"])):
            self._troubles.count("refused")
            return self._views.page("login.html", self._layout, ended=False, failed=True)
        self._troubles.count("logins")
        cookie = f"{COOKIE}={self._sessions.open(staff).token}; HttpOnly; SameSite=Strict; Path=/"
        return _redirect("/menu", {"Set-Cookie": cookie})

    def _search(self, request: Request, session: Session, procedure: Procedure) -> Answer:
        name = self._screens.wording[self._layout]["ids"]["receipt_number"]
        asked = request.query.get(name)
        number = asked[0].strip() if asked else ""
        problem = rules.check(procedure.receipt, number) if asked else ""
        return self._views.page(
            "search.html",
            self._layout,
            staff=session.staff_number,
            procedure=procedure,
            number=number,
            error=problem and _search_problem(procedure, problem),
            entries=self._store.search(procedure.code, number) if asked and not problem else None,
        )

    def _list(self, request: Request, session: Session, procedure: Procedure) -> Answer:
        total = self._store.count(procedure.code)
        pages = max(1, -(-total // PAGE_SIZE))
        asked = request.query.get("page", ["1"])[0]
        page = min(max(int(asked), 1), pages) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
        return self._views.page(
            "list.html",
            self._layout,
            staff=session.staff_number,
            procedure=procedure,
            entries=self._store.page(procedure.code, page, PAGE_SIZE),
            page=page,
            pages=pages,
            total=total,
        )

    def _detail(self, session: Session, procedure: Procedure, registration: str) -> Answer:
        digits = registration.removeprefix("K-")
        known = digits.isascii() and digits.isdigit() and len(digits) < 16
        entry = self._store.entry(procedure.code, int(digits)) if known else None
        if entry is None:
            return self._views.problem(404, self._layout, "該当するデータはありません。")
        return self._views.page(
            "detail.html", self._layout, staff=session.staff_number, procedure=procedure, entry=entry
        )

    def _control(self, request: Request) -> Answer:
        if not self._control_token:
            return _json(404, {"error": "no control endpoint"})
        right = hmac.compare_digest(self._control_token.encode(), request.control_token.encode())
        if not (right and ipaddress.ip_address(request.client).is_loopback):
            return _json(403, {"error": "refused"})
        if request.method == "POST":
            try:
                changes = json.loads(request.body)
                if not isinstance(changes, dict):
                    raise ValueError("an object is needed")
                self._troubles.change(changes)
            except ValueError as error:  # also what json raises
                return _json(400, {"error": str(error)})
        return _json(200, self._troubles.report())


def _search_problem(procedure: Procedure, problem: str) -> str:
    """Most procedures have numbers of ten digits, and say so in one go."""
    return "受付番号は半角数字10桁で入力してください。" if procedure.receipt.format == "digits" else problem


def _redirect(to: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(303, headers={"Location": to, **(headers or {})})


def _json(status: int, content: object) -> Answer:
    return Answer(status, json.dumps(content).encode(), "application/json")
