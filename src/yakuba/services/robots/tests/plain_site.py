"""A small target of plain forms in this process: Shift_JIS, tokens, basic authentication, and ways to change its pages."""

from __future__ import annotations

import base64
import html
import socket
import threading
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.scenario import Scenario
from yakuba.services.robots.tests import town

CODE = "bus-pass"
CODEC = "cp932"  # what browsers mean by Shift_JIS
KEYS = {
    "receipt_number": "uketsuke",
    "name": "shimei",
    "address": "jusho",
    "category": "kubun",
    "period": "kenshu",
    "routes": "rosen",
}
_TEXT = """名前: 見本の窓口
版: 1
手続: bus-pass
システム:
  名前: 見本の窓口システム
  住所: http://127.0.0.1:1
  ログイン画面: {見出し: ログイン}
ログイン:
  - 認証: {利用者: "{秘密:職員番号}", 合言葉: "{秘密:パスワード}"}
  - 開く: /menu
照会:
  手順:
    - 開く: /search
    - 入力: {欄: 受付番号, 値: "{受付番号}"}
    - 押す: {ボタン: 検索}
  見つかった: {列: 登録番号, 行: {受付番号: "{受付番号}"}}
  見つからない: {文字: 該当なし}
入力:
  - 開く: /menu
  - 押す: {リンク: 新規登録}
  - 入力: {欄: 受付番号, 値: "{受付番号}"}
  - 入力: {欄: 氏名, 値: "{氏名}"}
  - 入力: {欄: 住所, 値: "{住所}"}
  - 選ぶ: {欄: 区分, 値: "{申請の区分}"}
  - 選ぶ: {欄: 券種, 値: "{券の種類}"}
  - チェック: {欄: 路線, 値: "{利用する路線}"}
  - 押す: {ボタン: 確認へ}
登録:
  押す: {ボタン: 登録する}
結果:
  項目: 登録番号
  確かめる:
    - 文字: 登録しました
確認:
  登録前: はい
  手順:
    - 開く: "/detail/{登録番号}"
  項目:
    受付番号: "{受付番号}"
    氏名: "{氏名}"
"""


def scenario(text: str = _TEXT) -> Scenario:
    return load(text, CODE, town.fields(CODE))


TEXT = _TEXT


def rows(count: int, first: int = 1) -> list[Row]:
    return town.rows(CODE, count, first)


@dataclass
class PlainSite:
    """stored: what was stored, in order.  posts: bodies that came to /confirm and /store.  asked: method and path of all.

    script: put into every page.  drop_confirm: the vendor has left the confirmation page out.
    more: put into the entry form.  after_store: what /store does besides: drop, or fail (500).
    leads: where `leads_from` redirects once it is done."""

    script: str = ""
    drop_confirm: bool = False
    more: str = ""
    after_store: str = ""
    leads: str = ""
    leads_from: str = "/confirm"
    button: str = '<button name="act" value="go">登録する</button>'
    stored: list[dict[str, list[str]]] = field(default_factory=list)
    posts: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._drafts: dict[str, list[tuple[str, str]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def numbers(self, receipt: str) -> list[str]:
        return [f"T-{n}" for n, one in enumerate(self.stored, 1) if one["uketsuke"] == [receipt]]

    # Pages

    def page(self, title: str, body: str) -> str:
        return (
            f'<!DOCTYPE html><html lang="ja"><head><meta charset="Shift_JIS"><title>{title}</title>{self.script}'
            f"</head><body><h1>{title}</h1>{body}</body></html>"
        )

    def answer(self, method: str, path: str, pairs: list[tuple[str, str]]) -> str | None:
        """The page, or None where the connection is dropped."""
        if path == "/search":
            return self._search(dict(pairs).get("uketsuke"))
        if path == "/entry":
            return self._entry()
        if path == "/confirm":
            return self._store(pairs) if self.drop_confirm else self._confirm(pairs)
        if path == "/store":
            return self._store(self._drafts.pop(dict(pairs)["token"]))
        if path.startswith("/detail/"):
            return self._detail(int(path.rpartition("-")[2]))
        return self.page("メニュー", '<p><a href="/entry">新規登録</a> <a href="/search">検索</a></p>')

    def _search(self, receipt: str | None) -> str:
        form = '<form action="/search"><label>受付番号<input name="uketsuke"></label><button>検索</button></form>'
        found = self.numbers(receipt) if receipt else []
        lines = "".join(f"<tr><td>{one}</td><td>{receipt}</td></tr>" for one in found)
        table = f"<table><tr><th>登録番号</th><th>受付番号</th></tr>{lines}</table>"
        shown = "" if receipt is None else table if found else "<p>該当なし</p>"
        return self.page("検索", form + shown)

    def _entry(self) -> str:
        options = {one.code: one.options for one in town.fields(CODE)}
        boxes = "".join(
            f'<label><input type="checkbox" name="rosen" value="{code}"{" checked" if n == 0 else ""}>{label}</label>'
            for n, (code, label) in enumerate(options["routes"].items())
        )
        radios = "".join(
            f'<input type="radio" name="kenshu" id="k{code}" value="{code}"><label for="k{code}">{label}</label>'
            for code, label in options["period"].items()
        )
        choices = "".join(f"<option value={code}>{label}" for code, label in options["category"].items())
        return self.page(
            "新規登録",
            f'<form method="post" action="/confirm?from=entry"><input type="hidden" name="csrf" value="{uuid.uuid4().hex}">'
            f'<table><tr><th>受付番号</th><td><input name="uketsuke"></td></tr><tr><th>氏名</th><td><input name="shimei"></td></tr>'
            f'<tr><th>住所</th><td><textarea name="jusho">\n</textarea></td></tr>'
            f'<tr><th>区分</th><td><select name="kubun"><option>{choices}</select></td></tr></table>'
            f"<fieldset><legend>券種</legend>{radios}</fieldset><fieldset><legend>路線</legend>{boxes}</fieldset>"
            f'{self.more}<input type="text" name="memo" value="~*-._ &amp;+％" disabled>'
            '<input name="biko" title="備考" value="a~b*c &amp; d"><button name="act" value="check">確認へ</button></form>',
        )

    def _confirm(self, pairs: list[tuple[str, str]]) -> str:
        token = uuid.uuid4().hex
        self._drafts[token] = pairs
        known = dict(pairs)
        return self.page(
            "確認",
            f"<dl><dt>受付番号</dt><dd>{html.escape(known['uketsuke'])}</dd><dt>氏名</dt><dd>{html.escape(known['shimei'])}</dd></dl>"
            f'<form method="post" action="/store"><input type="hidden" name="token" value="{token}">{self.button}</form>',
        )

    def _store(self, pairs: list[tuple[str, str]]) -> str | None:
        made: dict[str, list[str]] = {}
        for name, value in pairs:
            made.setdefault(name, []).append(value)
        self.stored.append(made)
        if self.after_store == "drop":
            return None
        return self.page(
            "完了", f"<p>登録しました</p><dl><dt>登録番号</dt><dd>T-{len(self.stored)}</dd></dl>"
        )

    def _detail(self, number: int) -> str:
        one = self.stored[number - 1]
        return self.page(
            "登録内容",
            f"<dl><dt>受付番号</dt><dd>{one['uketsuke'][0]}</dd><dt>氏名</dt><dd>{html.escape(one['shimei'][0])}</dd></dl>",
        )


def _handler(site: PlainSite) -> type[BaseHTTPRequestHandler]:
    word = base64.b64encode(":".join(town.SECRETS.values()).encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.posts.append(body)
            self._answer(body.decode("ascii"))

        def _answer(self, body: str) -> None:
            parts = urlsplit(self.path)
            site.asked.append(f"{self.command} {parts.path}")
            if self.headers.get("Authorization") != f"Basic {word}":
                self._send(401, "", {"WWW-Authenticate": "Basic realm=kasetsu"})
                return
            pairs = parse_qsl(body or parts.query, keep_blank_values=True, encoding=CODEC)
            page = site.answer(self.command, parts.path, pairs)
            if page is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if site.leads and parts.path == site.leads_from:
                self._send(302, "", {"Location": site.leads})
                return
            failed = site.after_store == "fail" and parts.path == "/store"
            self._send(500 if failed else 200, page, {})

        def _send(self, status: int, page: str, headers: dict[str, Any]) -> None:
            data = page.encode(CODEC, "xmlcharrefreplace")
            self.send_response(status)
            kind = {"Content-Type": "text/html", "Content-Length": str(len(data))}
            for name, value in {**kind, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
