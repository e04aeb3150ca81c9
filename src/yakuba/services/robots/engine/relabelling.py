"""The words of a screen in a scenario's document, each with what kind of thing it names; the same document in other words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.services.robots.engine.drafts import LOOP, WITH_STEPS, Document

#: (kind, word) → the word that is to stand there.
Saying = Callable[[str, str], str]
PLACE = "場所"  # an address below that of the system
_LABELS = ("欄", "ボタン", "リンク", "見出し", "文字", "枠", "項目", "ダイアログ", "題名")
_ANSWERS = {
    "住所": PLACE,
    "一覧": "列",
    "PDF": "文字",
}  # of 結果: what its other ways of seeing a number name
_LANDMARKS = ("ログイン画面", "ログイン拒否", "エラー表示")


def relabelled(document: Document, say: Saying) -> Document:
    """The document with every word of the screen as `say` has it. Values, names that the steps give and what belongs to the
    procedure stay."""
    made: Document = {}
    for key, content in document.items():
        made[key] = content
        if key == "システム" and isinstance(content, dict):
            made[key] = {
                one: _element(inside, say) if one in _LANDMARKS else inside for one, inside in content.items()
            }
        elif key == "照会" and isinstance(content, dict):
            made[key] = _look_up(content, say)
        elif key in WITH_STEPS:
            made[key] = _steps(content, say)
        elif key == "登録":
            made[key] = _step(content, say)
        elif key == "結果" and isinstance(content, dict):
            made[key] = _result(content, say)
        elif key == "確認" and isinstance(content, dict):
            made[key] = _confirm(content, say)
    return made


def texts_changed(content: Any, change: Callable[[str], str]) -> Any:
    """The same with every text in it, keys too, as `change` has it."""
    if isinstance(content, dict):
        return {change(str(key)): texts_changed(one, change) for key, one in content.items()}
    if isinstance(content, list):
        return [texts_changed(one, change) for one in content]
    return change(content) if isinstance(content, str) else content


def _steps(steps: Any, say: Saying) -> Any:
    return [_step(one, say) for one in steps] if isinstance(steps, list) else steps


def _step(step: Any, say: Saying) -> Any:
    if not isinstance(step, dict):
        return step
    made: dict[str, Any] = {}
    for verb, inside in step.items():
        if verb == "開く" and isinstance(inside, str):
            made[verb] = say(PLACE, inside)
        elif verb == LOOP and isinstance(inside, dict):
            made[verb] = _loop(inside, say)
        else:
            made[verb] = _element(inside, say)
    return made


def _loop(inside: dict[str, Any], say: Saying) -> dict[str, Any]:
    """What it goes through is the procedure's (項目) or a table's columns (表)."""
    made = dict(inside)
    if isinstance(inside.get("表"), list):
        made["表"] = [say("列", str(one)) for one in inside["表"]]
    made["手順"] = _steps(inside.get("手順"), say)
    return made


def _element(inside: Any, say: Saying) -> Any:
    if not isinstance(inside, dict):
        return inside
    return {
        key: say(key, one) if key in _LABELS and isinstance(one, str) else one for key, one in inside.items()
    }


def _look_up(content: dict[str, Any], say: Saying) -> dict[str, Any]:
    made = dict(content)
    made["手順"] = _steps(content.get("手順"), say)
    for key in ("見つからない", "次のページ"):
        if key in content:
            made[key] = _element(content[key], say)
    found = content.get("見つかった")
    if isinstance(found, dict):
        rows = found.get("行")
        made["見つかった"] = found | {"列": say("列", str(found.get("列", "")))}
        if isinstance(rows, dict):
            made["見つかった"]["行"] = {say("列", column): value for column, value in rows.items()}
    return made


def _result(content: dict[str, Any], say: Saying) -> dict[str, Any]:
    made = _element(content, say)
    for key, kind in _ANSWERS.items():
        if isinstance(content.get(key), str):
            made[key] = say(kind, content[key])
    checks = content.get("確かめる")
    if isinstance(checks, list):
        made["確かめる"] = [_element(one, say) for one in checks]
    if "受け取る" in content:
        made["受け取る"] = _element(content["受け取る"], say)
    return made


def _confirm(content: dict[str, Any], say: Saying) -> dict[str, Any]:
    made = dict(content)
    if "手順" in content:
        made["手順"] = _steps(content["手順"], say)
    items = content.get("項目")
    if isinstance(items, dict):
        made["項目"] = {say("項目", label): value for label, value in items.items()}
    return made
