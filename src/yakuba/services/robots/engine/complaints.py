"""What the browser found, as an error with a Japanese message: what is wrong, where, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from yakuba.services.robots.contracts import Problem, ProblemKind
from yakuba.services.robots.engine.browser import Entry, Finding, Page, Verdict
from yakuba.services.robots.engine.errors import (
    BadValue,
    Differs,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
)
from yakuba.services.robots.engine.outcomes import LOOK
from yakuba.services.robots.engine.redact import COVER
from yakuba.services.robots.engine.scenario import (
    Call,
    CheckItem,
    Element,
    Landmark,
    Read,
    Receive,
    Repeat,
    System,
)

_MEND = "画面とシナリオを見くらべ、シナリオを直してから再開してください。"
_BUSY = frozenset({408, 425, 429})
_GONE = frozenset({404, 405, 410})

NO_EGRESS = Problem(
    ProblemKind.UNCLEAR,
    "登録ボタンを押すところで、通信の出口が応答しなくなりました。登録されたかどうかをロボットは確かめられません。"
    f"出口が動きだすと、遅れて登録されることがあります。出口を止めてから{LOOK}",
)


def element_problem(element: Element, finding: Finding, where: str) -> RobotError:
    """For an element that could not be identified: the run must stop."""
    if finding.verdict is Verdict.AMBIGUOUS:
        message = (
            f"{element}が二つ以上あり、どれか分かりません。シナリオに「枠」か「id」を書き足してください。"
        )
    else:
        similar = (
            f"似ているもの：{'、'.join(f'「{one}」' for one in finding.similar)}。" if finding.similar else ""
        )
        message = f"{element}が見つかりません。{similar}{_MEND}"
    return ScreenChanged(message, where=where, expected=str(element), similar=finding.similar)


def entry_problem(entry: Entry, finding: Finding, where: str) -> RobotError:
    """For a field that was not filled as asked."""
    label = entry.element.label
    value = COVER if entry.secret else "、".join(entry.texts)
    landed = f"「{value}」を入れましたが、画面では「{finding.seen}」になっています。"
    if entry.secret:
        landed = "入れた値が、画面では違う値になっています。"
    messages = {
        Verdict.DISABLED: f"欄「{label}」に入力できない状態です。「{value}」を入れられませんでした。",
        Verdict.TOO_LONG: f"「{value}」は欄「{label}」に入る長さ（{finding.seen}文字）を超えています。",
        Verdict.NO_OPTION: f"欄「{label}」に選択肢「{value}」がありません。",
        Verdict.NOT_LANDED: f"欄「{label}」に{landed}",
    }
    message = messages.get(finding.verdict)
    if message is None:
        return element_problem(entry.element, finding, where)
    return BadValue(
        f"{message}値を直すか、相手システムに手で入力してください。",
        field=label,
        where=where,
        expected=str(entry.element),
        similar=() if entry.secret else finding.similar,
    )


def button_problem(element: Element, finding: Finding, where: str) -> RobotError:
    """For something that could not be pressed."""
    if finding.verdict is Verdict.DISABLED:
        return Refused(f"{element}が押せない状態です。画面の入力内容を確かめてください。", where=where)
    if finding.verdict is Verdict.INVALID:
        return Refused(f"画面の入力規則に合わないため送れません：{finding.seen}", where=where)
    if finding.verdict is Verdict.COVERED:
        return Trouble(f"{element}の上に別の表示があって押せません。", where=where)
    return element_problem(element, finding, where)


def form_problem(element: Element, form: str, where: str) -> RobotError:
    """For a step before the commit step that was about to send something it never sent before."""
    return ScreenChanged(
        f"{element}が、これまでと違う送り方をしようとしました（{form}）。確認画面がなくなり、これだけで登録される"
        "おそれがあるため、送る前に止めました。画面を見て、変わっていなければシナリオの版を上げて登録し直し、"
        "変わっていればシナリオを直して、試行してください。",
        where=where,
        expected=str(element),
    )


def landmark_problem(landmark: Landmark, page: Page, where: str) -> RobotError:
    """For a page that is not the one the scenario speaks of."""
    shown = "、".join(f"「{one}」" for one in page.headings[:5]) or f"「{page.title}」"
    return ScreenChanged(
        f"{landmark}が画面にありません。今の画面の見出しは{shown}です。{_MEND}",
        where=where,
        expected=str(landmark),
        similar=page.headings[:5],
    )


def item_problem(item: CheckItem, where: str, *, several: bool) -> RobotError:
    """For a label that must stand on the page once. several: it stands there more often."""
    return ScreenChanged(
        f"画面に項目「{item.label}」が{_how_often(several)}。",
        where=where,
        expected=f"項目「{item.label}」",
    )


def shown_problem(step: CheckItem, wanted: str, where: str) -> RobotError:
    """For a label beside which something else stands than what is wanted."""
    return ScreenChanged(
        f"画面の項目「{step.label}」が「{wanted}」ではありません。",
        where=where,
        expected=f"項目「{step.label}」",
    )


def place_problem(step: Read, where: str, *, several: bool) -> RobotError:
    """For a place to be read that is not there once."""
    return ScreenChanged(
        f"読み取る{step.source}「{step.text}」が画面に{_how_often(several)}。",
        where=where,
        expected=f"{step.source}「{step.text}」",
    )


def _how_often(several: bool) -> str:
    return "二つ以上あります" if several else "ありません"


def reading_problem(step: Read, where: str) -> RobotError:
    """For a place that holds nothing, or not one number where a number is asked for."""
    wanted = "数を一つに決められません" if step.number else "値がありません"
    return BadValue(
        f"「{step.name}」を画面から読み取れません（{wanted}）。画面を見て、人が入力してください。",
        field=step.name,
        where=where,
    )


def paper_problem(step: Receive, why: str, where: str) -> RobotError:
    """For a file that did not come."""
    return BadValue(
        f"「{step.name}」を受け取れません（{why}）。相手システムの画面で確かめてください。",
        field=step.name,
        where=where,
    )


def table_problem(step: Repeat, where: str) -> RobotError:
    """For a loop over a table that is not there."""
    listed = "」「".join(step.columns)
    return ScreenChanged(
        f"見出し「{listed}」のある表が画面にありません。画面とシナリオを見くらべてください。",
        where=where,
        expected=f"表「{listed}」",
    )


def call_problem(call: Call, differing: Iterable[str], where: str) -> RobotError:
    """For a called scenario whose confirmation shows something else than the case, by these labels."""
    listed = "、".join(differing)
    return Differs(
        f"呼び出した「{call.scenario}」の確認画面の値が申請と違います（{listed}）。登録していません。"
        "値とシナリオを確かめてください。",
        field=listed,
        where=where,
    )


def refusal_problem(page: Page, system: System, where: str) -> RobotError:
    """For a page that came back with validation messages."""
    told = [*page.alerts, *(message for _, message in page.field_errors)]
    said = "／".join(told) or (system.refusal.text if system.refusal else "")
    return Refused(
        f"{system.name}が受け付けませんでした：{said}",
        field="、".join(dict.fromkeys(label for label, _ in page.field_errors)),
        where=where,
    )


def arrival_problem(page: Page, system: str, where: str) -> RobotError | None:
    """What the HTTP status of a page says: busy or broken → try again; not there → the screen changed."""
    said = f"（相手の表示：{'／'.join(page.alerts)}）" if page.alerts else ""
    if page.status < 400:
        return None
    if page.status in _GONE:
        return ScreenChanged(f"{system}にこの画面がありません（{page.status}）。{_MEND}{said}", where=where)
    if page.status >= 500 or page.status in _BUSY:
        return Trouble(f"{system}がエラーを返しました（{page.status}）。{said}", where=where)
    return Trouble(f"{system}がこの操作を受け付けません（{page.status}）。{said}", where=where)
