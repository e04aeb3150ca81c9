"""A small web system with one screen a task, for the catalogue of ready templates: `python samples/tasksystem/server.py
--port 8300`. See README.md; what it has stored is gone when it ends."""

from __future__ import annotations

import argparse
import html
import re
import secrets
import socketserver
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import yaml

USER, PASSWORD = "70001", "tasksystem-demo"
COOKIE = "TASK_SESSION"
RECEIPT, NUMBER = "受付番号", "登録番号"
HTML = "text/html; charset=utf-8"
_PAGE = "<!DOCTYPE html><html lang=ja><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}"
_RIGHT = {
    "digits": r"[0-9]+",
    "number": r"-?[0-9]+",
    "postal": r"[0-9]{3}-[0-9]{4}",
    "wareki": r"[MTSHR][0-9]{2}\.[0-9]{2}\.[0-9]{2}",
}


@dataclass(frozen=True)
class Input:
    """One input of a screen. kind: text, digits, number, postal, wareki or select."""

    name: str
    label: str
    kind: str = "text"
    options: tuple[str, ...] = ()
    optional: bool = False

    def element(self) -> str:
        """The input under its label, as old screens have them: a row of a table."""
        if self.kind == "select":
            options = "".join(f"<option>{html.escape(one)}</option>" for one in ("", *self.options))
            inside = f"<select name={self.name}>{options}</select>"
        else:
            inside = f"<input name={self.name} autocomplete=off>"
        mark = "" if self.optional else "（必須）"
        return f"<tr><td>{html.escape(self.label)}{mark}</td><td>{inside}</td></tr>"

    def fault(self, value: str) -> str:
        """What is wrong with what was typed; empty where nothing is."""
        if not value:
            return "" if self.optional else f"{self.label}を入力してください。"
        right = (
            value in self.options
            if self.kind == "select"
            else re.fullmatch(_RIGHT.get(self.kind, ".+"), value)
        )
        return "" if right else f"{self.label}の書き方が正しくありません。"


@dataclass
class Task:
    """The screens of one task. kind: 登録, 書類 (gives a PDF), 集計 (shows counts) or 抽出 (gives a CSV)."""

    code: str
    title: str
    kind: str
    inputs: list[Input]
    paper: str = ""
    counts: dict[str, str] = field(default_factory=dict)
    stored: list[dict[str, str]] = field(default_factory=list)

    def number(self, at: int) -> str:
        """The number of what was stored as the `at`-th, from 1."""
        return f"{self.code}-{at:05d}"

    def count(self, name: str, key: str) -> int:
        """What the page of counts shows: made of the key, so that nobody guesses it."""
        return 1000 + sum(map(ord, f"{name}{key}")) % 9000


def load(path: Path = Path(__file__).with_name("screens.yaml")) -> dict[str, Task]:
    """All tasks by their code."""
    found = {}
    for code, row in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        inputs = [Input(**{**one, "options": tuple(one.get("options", ()))}) for one in row.pop("inputs")]
        counts = row.get("counts", {})
        inputs = [
            Input("receipt", RECEIPT),
            *inputs,
            *(Input(f"count_{n}", counts[n], "number") for n in counts),
        ]
        found[code] = Task(code=code, inputs=inputs, **row)
    return found


class Site:
    """The WSGI program."""

    def __init__(self, tasks: dict[str, Task]) -> None:
        self.tasks = tasks
        self._sessions: set[str] = set()
        self._typed: dict[
            str, tuple[str, dict[str, str]]
        ] = {}  # token of a confirmation page -> task, values
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        sent = _sent(environ)
        path = environ["PATH_INFO"]
        headers = [("Content-Type", HTML), ("Cache-Control", "no-store")]
        signed_in = (
            environ.get("HTTP_COOKIE", "").partition(f"{COOKIE}=")[2].partition(";")[0] in self._sessions
        )
        with self._lock:
            if path == "/login" or not signed_in:
                status, body = self._login(environ["REQUEST_METHOD"], sent, headers)
            elif path == "/menu":
                links = "".join(f"<li><a href=/{one}/entry>{self.tasks[one].title}</a>" for one in self.tasks)
                status, body = "200 OK", _page("業務メニュー", f"<ul>{links}</ul>")
            else:
                status, body = self._task(path, environ["REQUEST_METHOD"], sent, headers)
        start_response(status, headers)
        return [body if isinstance(body, bytes) else body.encode()]

    def _login(self, method: str, sent: dict[str, str], headers: list[tuple[str, str]]) -> tuple[str, str]:
        fault = ""
        if method == "POST":
            if (sent.get("user"), sent.get("word")) == (USER, PASSWORD):
                session = secrets.token_hex(16)
                self._sessions.add(session)
                headers += [("Set-Cookie", f"{COOKIE}={session}; HttpOnly; Path=/"), ("Location", "/menu")]
                return "303 See Other", ""
            fault = "<p role=alert>利用者番号かパスワードが正しくありません。</p>"
        form = (
            f"{fault}<form method=post action=/login><label>利用者番号 <input name=user></label>"
            "<label>パスワード <input name=word type=password></label><button>ログイン</button></form>"
        )
        return "200 OK", _page("ログイン", form)

    def _task(
        self, path: str, method: str, sent: dict[str, str], headers: list[tuple[str, str]]
    ) -> tuple[str, str | bytes]:
        code, _, rest = path.lstrip("/").partition("/")
        verb, _, number = rest.partition("/")
        task = self.tasks.get(code)
        answers: dict[tuple[str, str], Callable[[], tuple[str, str | bytes]]] = {}
        if task is not None:
            answers = {
                ("GET", "search"): lambda: ("200 OK", _search(task, sent.get("q"))),
                ("GET", "totals"): lambda: ("200 OK", _totals(task, sent.get("key"))),
                ("GET", "entry"): lambda: ("200 OK", _entry(task)),
                ("POST", "confirm"): lambda: self._confirm(task, sent),
                ("POST", "store"): lambda: self._store(task, sent, headers),
                ("GET", "done"): lambda: ("200 OK", _detail(task, number, f"{task.title} 完了")),
                ("GET", "detail"): lambda: ("200 OK", _detail(task, number, f"{task.title} 照会")),
                ("GET", "paper"): lambda: _paper(task, number, headers),
            }
        found = answers.get((method, verb))
        return found() if found else ("404 Not Found", _page("ありません", "<p>その画面はありません。</p>"))

    def _confirm(self, task: Task, sent: dict[str, str]) -> tuple[str, str]:
        values = {one.name: sent.get(one.name, "").strip() for one in task.inputs}
        faults = [fault for one in task.inputs if (fault := one.fault(values[one.name]))]
        if faults:
            said = "".join(f"<li>{html.escape(one)}" for one in faults)
            return "200 OK", _entry(
                task, f"<div role=alert><p>入力内容に誤りがあります</p><ul>{said}</ul></div>"
            )
        token = secrets.token_hex(16)
        self._typed[token] = (task.code, values)
        form = f"{_table(task, values)}<form method=post action=store><input type=hidden name=token value={token}>"
        return "200 OK", _page(f"{task.title} 確認", f"{form}<button>登録</button></form>")

    def _store(self, task: Task, sent: dict[str, str], headers: list[tuple[str, str]]) -> tuple[str, str]:
        code, values = self._typed.pop(sent.get("token", ""), ("", {}))
        if code != task.code:
            return "409 Conflict", _page("登録できません", "<p>入力からやり直してください。</p>")
        task.stored.append(values)
        headers.append(("Location", f"/{task.code}/done/{task.number(len(task.stored))}"))
        return "303 See Other", ""


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=html.escape(title), body=body)


def _table(task: Task, values: dict[str, str]) -> str:
    rows = "".join(
        f"<tr><th>{html.escape(one.label)}</th><td>{html.escape(values[one.name])}</td></tr>"
        for one in task.inputs
    )
    return f"<table>{rows}</table>"


def _entry(task: Task, above: str = "") -> str:
    inputs = "".join(one.element() for one in task.inputs)
    form = f"<form method=post action=/{task.code}/confirm><table>{inputs}</table><button>確認画面へ</button></form>"
    return _page(f"{task.title} 入力", above + form)


def _search(task: Task, asked: str | None) -> str:
    form = (
        f"<form action=search><label>{RECEIPT} <input name=q value='{html.escape(asked or '', quote=True)}'></label>"
        "<button>検索</button></form>"
    )
    if asked is None:
        return _page(f"{task.title} 検索", form)
    rows = "".join(
        f"<tr><td>{task.number(at)}</td><td>{html.escape(asked)}</td></tr>"
        for at, one in enumerate(task.stored, 1)
        if one["receipt"] == asked
    )
    table = f"<table><tr><th>{NUMBER}</th><th>{RECEIPT}</th></tr>{rows}</table>"
    return _page("検索結果", form + (table if rows else "<p>該当するデータはありません。</p>"))


def _totals(task: Task, key: str | None) -> str:
    label = task.inputs[1].label
    if key is None:
        form = (
            f"<form action=totals><label>{label} <input name=key></label><button>集計を表示</button></form>"
        )
        return _page(f"{task.title} 集計", form)
    rows = "".join(
        f"<tr><th>{called}</th><td>{task.count(name, key):,}</td></tr>"
        for name, called in task.counts.items()
    )
    return _page(f"{task.title} 集計結果", f"<table>{rows}</table>")


def _detail(task: Task, number: str, title: str) -> str:
    at = int(number.rpartition("-")[2])
    link = f"<p><a href=/{task.code}/paper/{number}>{task.paper}を出力</a></p>" if task.paper else ""
    told = f"<table><tr><th>{NUMBER}</th><td>{number}</td></tr></table>{_table(task, task.stored[at - 1])}"
    return _page(title, f"<p>登録が完了しました。</p>{told}{link}" if title.endswith("完了") else told + link)


def _paper(task: Task, number: str, headers: list[tuple[str, str]]) -> tuple[str, bytes]:
    csv = task.kind == "抽出"
    headers[0] = ("Content-Type", "text/csv" if csv else "application/pdf")
    headers.append(("Content-Disposition", f'attachment; filename="{task.code}.{"csv" if csv else "pdf"}"'))
    content = f"{NUMBER},宛名番号\r\n{number},0000001\r\n".encode("cp932") if csv else _pdf(number)
    return "200 OK", content


def _pdf(words: str) -> bytes:
    """One page with these words (ASCII)."""
    drawn = f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = b"%PDF-1.4\n", []
    for at, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def _sent(environ: dict[str, Any]) -> dict[str, str]:
    if environ["REQUEST_METHOD"] == "POST":
        length = min(int(environ.get("CONTENT_LENGTH") or 0), 256 * 1024)
        return dict(parse_qsl(environ["wsgi.input"].read(length).decode(), keep_blank_values=True))
    return dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(site: Site, port: int = 0) -> WSGIServer:
    """A listening server on this machine; `server_port` says where."""
    server = make_server("127.0.0.1", port, site, _Threads, _Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description="業務システム見本")
    parser.add_argument("--port", type=int, default=8300)
    server = serve(Site(load()), parser.parse_args().port)
    print(f"http://127.0.0.1:{server.server_port}/login", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
