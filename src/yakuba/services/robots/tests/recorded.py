"""A recorder before the real core system, and a person who works in it by what the picture's targets are called."""

from __future__ import annotations

from typing import Any

from yakuba.services.robots.adapters.recording import RecordingBrowser
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.notebook import Notebook
from yakuba.services.robots.engine.recorder import Recorder
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.tests import town

CODE = "bus-pass"
# What the core system's fields are called, and how the clerk writes the case's values there.
FORM: tuple[tuple[tuple[str, str], ...], ...] = (
    (("受付番号", "{受付番号}"), ("申請年月日", "{申請日:和暦略}"), ("申請区分", "{申請の区分}")),
    (
        ("氏名", "{氏名}"),
        ("氏名（カナ）", "{フリガナ}"),
        ("生年月日 元号", "{生年月日:元号}"),
        ("生年月日 年", "{生年月日:和暦年}"),
        ("生年月日 月", "{生年月日:月}"),
        ("生年月日 日", "{生年月日:日}"),
        ("郵便番号", "{郵便番号:ハイフン}"),
        ("住所", "{住所}"),
        ("電話番号", "{電話番号}"),
    ),
    (
        ("利用路線", "{利用する路線}"),
        ("券種", "{券の種類}"),
        ("使用開始年月日", "{使用開始日:和暦略}"),
        ("受取方法", "{受取方法}"),
    ),
)


def values(serial: int = 1) -> dict[str, str]:
    """A sample case of which every field has a value."""
    filled = {"postal_code": "1000013", "address": "霞が関1-2-3", "phone": "0312345678"}
    return {
        **town.values(CODE, serial),
        **{k: v for k, v in filled.items() if not town.values(CODE, serial)[k]},
    }


def notebook(base: str) -> Notebook:
    """An empty one."""
    return Notebook(drafts.new("録画した登録", CODE, "総合住民情報システム", base))


class Person:
    """Works in a recorder; counts what is not the task itself in `beyond`."""

    def __init__(
        self, browser: RecordingBrowser, base: str, case: dict[str, str], *, test_target: bool
    ) -> None:
        self.notebook = notebook(base)
        self.known = Known(town.fields(CODE), case)
        self.recorder = Recorder(
            browser, base, self.known, town.SECRETS, self.notebook, test_target=test_target
        )

    def do(self, **asked: Any) -> str:
        self.recorder.do(asked)
        return self.recorder.shown.notice

    def point(self, label: str, role: str = "") -> str:
        found = [
            one
            for one in self.recorder.told()["targets"]
            if one["label"] == label and one["role"].startswith(role)
        ]
        assert found, (label, [one["label"] for one in self.recorder.told()["targets"]])
        return self.do(do="choose", n=found[0]["n"])

    def type(self, label: str, text: str) -> str:
        self.point(label, "欄")
        return self.do(do="type", text=text)

    def insert(self, label: str, template: str) -> str:
        self.point(label, "欄")
        return self.do(do="insert", template=template)

    def written(self, template: str) -> str:
        return next("、".join(texts) for one, texts, _ in self.known.writings() if one == template)

    def log_in(self) -> None:
        self.do(do="open", path="/")
        self.type("職員番号", town.SECRETS["職員番号"])
        self.type("パスワード", town.SECRETS["パスワード"])
        self.point("ログイン", "ボタン")

    def look_up(self) -> None:
        self.do(do="open", path="/bus-pass/search")
        self.type("受付番号", self.known.values["receipt_number"])
        self.point("検索", "ボタン")

    def enter(self) -> None:
        self.do(do="open", path="/bus-pass/entry")
        for page in FORM:
            for label, template in page:
                if template == "{利用する路線}":
                    self.insert(label, template)
                else:
                    self.type(label, self.written(template))
            self.point("次へ", "ボタン")
