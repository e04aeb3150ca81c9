"""The entry: three pages, confirmation, and the one moment at which a row is stored."""

from __future__ import annotations

import sqlite3
import threading

from core import rules
from core.pages import Views
from core.screens import Page, Procedure
from core.sessions import Draft, Session
from core.store import Store
from core.troubles import Troubles
from core.web import Answer, Request

_CONFIRM = 4


class EntryPages:
    """`GET` begins an entry; every `POST` carries the draft's token, the page it comes from and an action."""

    def __init__(self, views: Views, store: Store, troubles: Troubles) -> None:
        self._views = views
        self._store = store
        self._troubles = troubles

    def answer(self, request: Request, session: Session, procedure: Procedure, layout: int) -> Answer:
        if request.method != "POST":
            return self._show(session, procedure, session.begin(procedure.code, layout), 1, {})
        token = request.value("draft")
        if session.is_repeat_of_dropped(token):
            return Answer(0, dropped=True)
        draft = session.drafts.get(token)
        if draft is None or draft.procedure != procedure.code:
            return self._stale(session, token, layout)
        if request.value("action") == "register":
            return self._register(session, procedure, token)
        return self._turn(request, session, procedure, draft)

    def _stale(self, session: Session, token: str, layout: int) -> Answer:
        if token in session.finished:
            message = "この画面の登録処理は済んでいます。検索画面で登録内容を確認してください。"
        else:
            message = "画面の有効期限が切れました。メニューからやり直してください。"
        return self._views.problem(409, layout, message)

    def _turn(self, request: Request, session: Session, procedure: Procedure, draft: Draft) -> Answer:
        """Keep what was typed; go back without checking, forward only when the page has no errors."""
        number = {"1": 1, "2": 2, "3": 3, "4": _CONFIRM}.get(request.value("page"), 1)
        errors: dict[str, str] = {}
        if number != _CONFIRM:
            page = procedure.layouts[draft.layout][number - 1]
            draft.values.update({one.key: rules.read(one, request.form) for one in page.inputs})
            errors = _errors(page, draft)
        if request.value("action") == "back":
            return self._show(session, procedure, draft, max(1, number - 1), {})
        return self._show(session, procedure, draft, number if errors else number + 1, errors)

    def _show(
        self, session: Session, procedure: Procedure, draft: Draft, number: int, errors: dict[str, str]
    ) -> Answer:
        template = "confirm.html" if number >= _CONFIRM else "entry.html"
        return self._views.page(
            template,
            draft.layout,
            staff=session.staff_number,
            procedure=procedure,
            draft=draft,
            number=number,
            errors=errors,
        )

    def _register(self, session: Session, procedure: Procedure, token: str) -> Answer:
        draft = session.claim(token)
        if draft is None:  # another thread was faster
            return self._stale(session, token, self._troubles.settings.layout)
        for number, page in enumerate(procedure.layouts[draft.layout], start=1):
            errors = _errors(page, draft)
            if errors:
                session.give_back(draft)
                return self._show(session, procedure, draft, number, errors)
        if self._troubles.strikes("refuse_known") and self._is_known(procedure, draft):
            return self._views.problem(409, draft.layout, "この受付番号はすでに登録されています。")
        self._troubles.wait("slow_submit")
        if self._troubles.strikes("late_rate"):
            self._troubles.count_late(draft.values.get(procedure.receipt.key, ""))
            threading.Thread(target=self._add_late, args=(session, procedure, draft), daemon=True).start()
            session.leave_unanswered(token)
            return Answer(0, dropped=True)
        registration_number = self._add(session, procedure, draft)
        self._troubles.count("stored")
        if self._troubles.strikes("drop_rate"):
            self._troubles.count("dropped")
            session.leave_unanswered(token)
            return Answer(0, dropped=True)
        if self._troubles.strikes("broken_rate"):
            self._troubles.count("broken")
            return self._views.problem(500, draft.layout, "システムエラーが発生しました（E-5003）。")
        return self._views.page(
            "done.html",
            draft.layout,
            staff=session.staff_number,
            procedure=procedure,
            draft=draft,
            registration_number=registration_number,
        )

    def _is_known(self, procedure: Procedure, draft: Draft) -> bool:
        return bool(self._store.search(procedure.code, draft.values.get(procedure.receipt.key, "")))

    def _add_late(self, session: Session, procedure: Procedure, draft: Draft) -> None:
        """The client has long lost sight of it."""
        self._troubles.wait("late_seconds")
        self._add(session, procedure, draft)
        self._troubles.count("stored")
        self._store.close()  # this thread's connection

    def _add(self, session: Session, procedure: Procedure, draft: Draft) -> str:
        receipt = procedure.receipt.key
        values = {one.key: draft.values.get(one.key, "") for one in procedure.inputs()}
        try:
            return self._store.add(
                procedure.code, values[receipt], values[procedure.person], session.staff_number, values
            )
        except sqlite3.Error:
            session.give_back(draft)
            raise


def _errors(page: Page, draft: Draft) -> dict[str, str]:
    checked = {one.key: rules.check(one, draft.values.get(one.key, "")) for one in page.inputs}
    return {key: message for key, message in checked.items() if message}
