"""Small screens made like real ones: `python samples/screens/screens.py --port 8200`. See README.md."""

from __future__ import annotations

import argparse
import base64
import html
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import yaml

FOLDER = Path(__file__).parent
USER, PASSWORD = "90001", "himitsu"
_PAGE = "<!DOCTYPE html><html lang=ja><meta charset=utf-8><title>{title}</title>{body}"
_FORM = "<h1>入力</h1><form method=post action=store>{page}{button}</form>"
_DONE = "<h1>完了</h1><table><tr><th>登録番号</th><td>{番号}</td></tr></table>"
_SEARCH = "<h1>照会</h1><p>検索結果 {件}件</p><table><tr><th>登録番号</th><th>受付番号</th></tr>{行}</table>"


@dataclass(frozen=True)
class Screen:
    """One screen, and the truth of what it stores. page: the inside of a form.  whole: a page without one.

    more: further pages by name; waits: seconds before they answer.  turn: the page that a form leads to before it
    stores.  steps, commit, result: the scenario as a clerk writes it.  stops: only stopping is right.
    may_stop: stopping is right as well.  again: the row is looked for once more after it was entered.
    """

    name: str
    kind: str
    steps: list[dict[str, Any]]
    page: str = ""
    whole: str = ""
    button: str = "<button>登録</button>"
    more: dict[str, str] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    turn: str = ""
    done: str = _DONE
    search: str = _SEARCH
    absent: str = "検索結果 0件"
    next: dict[str, str] = field(default_factory=dict)
    commit: dict[str, str] = field(default_factory=lambda: {"ボタン": "登録"})
    result: dict[str, Any] = field(
        default_factory=lambda: {"項目": "登録番号", "確かめる": [{"見出し": "完了"}]}
    )
    stores: dict[str, str] = field(default_factory=dict)
    stops: bool = False
    may_stop: bool = False
    again: bool = False
    basic: bool = False

    def scenario(self) -> str:
        """The scenario's text."""
        login: list[dict[str, Any]] = [{"開く": f"/{self.name}/menu"}]
        if self.basic:
            login.insert(0, {"認証": {"利用者": "{秘密:職員番号}", "合言葉": "{秘密:パスワード}"}})
        look_up: dict[str, Any] = {
            "手順": [{"開く": f"/{self.name}/search?q={{受付番号}}"}],
            "見つかった": {"列": "登録番号", "行": {"受付番号": "{受付番号}"}},
            "見つからない": {"文字": self.absent},
        }
        if self.next:
            look_up["次のページ"] = self.next
        document = {
            "名前": self.name,
            "版": 1,
            "手続": "screens",
            "システム": {
                "名前": "画面の見本",
                "住所": "http://127.0.0.1:8200",
                "ログイン画面": {"見出し": "ログイン"},
            },
            "ログイン": login,
            "照会": look_up,
            "入力": [{"開く": f"/{self.name}/"}, *self.steps],
            "登録": {"押す": self.commit},
            "結果": self.result,
        }
        return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def load() -> dict[str, Screen]:
    """All screens by name."""
    found: dict[str, Screen] = {}
    for file in sorted(FOLDER.glob("*.yaml")):
        for name, row in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            found[name] = Screen(name=name, **row)
    return found


class Site:
    """The WSGI program. stored: what each screen has stored, in order, as names and values."""

    def __init__(self, screens: dict[str, Screen]) -> None:
        self.screens = screens
        self.stored: dict[str, list[dict[str, str]]] = {name: [] for name in screens}
        self._asked: dict[str, str] = {}  # the receipt number that was asked for last

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        name, _, path = environ["PATH_INFO"].lstrip("/").partition("/")
        screen = self.screens.get(name)
        status, headers, body = "404 Not Found", [], "<h1>ない</h1>"
        if screen is not None and screen.basic and environ.get("HTTP_AUTHORIZATION") != _basic():
            status, headers = "401 Unauthorized", [("WWW-Authenticate", 'Basic realm="yakuba"')]
        elif screen is not None and environ["REQUEST_METHOD"] == "POST":
            status, headers, body = self._post(screen, path, environ)
        elif screen is not None:
            found = self._get(screen, path, parse_qs(environ["QUERY_STRING"]))
            if found is not None:
                status, body = "200 OK", found
        start_response(status, [("Content-Type", "text/html; charset=utf-8"), *headers])
        return [body.encode()]

    def _get(self, screen: Screen, path: str, query: dict[str, list[str]]) -> str | None:
        time.sleep(screen.waits.get(path, 0.0))
        number = query.get("n", [""])[0]
        body = {
            "": screen.whole or _FORM.format(page=screen.page, button=screen.button),
            "menu": "<h1>メニュー</h1>",
            "done": screen.done.replace("{番号}", number),
            **screen.more,
        }.get(path)
        if path == "search":
            body = self._search(screen, query["q"][0], int(query.get("p", ["1"])[0]))
        if body is None or "<html" in body:
            return body
        return _PAGE.format(title=f"{path or '入力'} 業務", body=body)

    def _search(self, screen: Screen, receipt: str, page: int) -> str:
        self._asked[screen.name] = receipt
        numbers = [f"{screen.name}-{n}" for n, _ in enumerate(self.stored[screen.name], 1)]
        last = page == 3 or not screen.next
        rows = [(number, receipt) for number in numbers] if last else []
        parts = {
            "件": str(len(rows)),
            "行": "".join(f"<tr><td>{number}</td><td>{one}</td><td></td></tr>" for number, one in rows),
            "格子": "".join(
                f"<div role=row><span role=gridcell>{number}</span><span role=gridcell>{one}</span></div>"
                for number, one in rows
            ),
            "古い行": f"<tr><td>古-{page}</td><td>ほか-{page}</td></tr>",
            "次": "" if last else f"<a href='search?q={receipt}&p={page + 1}'>次の20件</a>",
        }
        body = screen.search
        for key, text in parts.items():
            body = body.replace("{" + key + "}", text)
        return body

    def _post(
        self, screen: Screen, path: str, environ: dict[str, Any]
    ) -> tuple[str, list[tuple[str, str]], str]:
        raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        is_json = environ.get("CONTENT_TYPE", "").startswith("application/json")
        pairs = list(json.loads(raw).items()) if is_json else parse_qsl(raw, keep_blank_values=True)
        values: dict[str, str] = {}
        for key, value in pairs:
            if key not in ("x", "y"):  # where on a picture it was clicked
                values[key] = f"{values[key]},{value}" if key in values else value
            elif screen.stores.get(key):
                values[key] = value
        if path == "turn":
            hidden = "".join(
                f'<input type=hidden name="{key}" value="{html.escape(one)}">' for key, one in values.items()
            )
            return (
                "200 OK",
                [],
                _PAGE.format(title="確認 業務", body=screen.turn.replace("{hidden}", hidden)),
            )
        self.stored[screen.name].append(values)
        number = f"{screen.name}-{len(self.stored[screen.name])}"
        if is_json:
            return "200 OK", [], json.dumps({"number": number})
        return "303 See Other", [("Location", f"done?n={number}")], ""


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


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
    parser = argparse.ArgumentParser(description="画面の見本")
    parser.add_argument("--port", type=int, default=8200)
    screens = load()
    server = serve(Site(screens), parser.parse_args().port)
    for name in screens:
        print(f"http://127.0.0.1:{server.server_port}/{name}/")
    threading.Event().wait()


if __name__ == "__main__":
    main()
