"""A scenario as a table that a clerk reads: what the robot does, where, with which value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from yakuba.services.robots.engine.filling import FieldPart, NamePart, NumberPart, Part, SecretPart, Template
from yakuba.services.robots.engine.scenario import (
    Attach,
    Authenticate,
    Call,
    CheckItem,
    CheckLandmark,
    Fill,
    Open,
    Press,
    Read,
    Receive,
    Repeat,
    Scenario,
    Step,
    Wait,
)


@dataclass(frozen=True)
class Line:
    """One step. `line` is where it stands in the file; `when` under which condition it is done, or empty."""

    line: int
    verb: str
    target: str
    value: str = ""
    when: str = ""


@dataclass(frozen=True)
class Section:
    """A section of the scenario, with what it is for."""

    title: str
    purpose: str
    lines: tuple[Line, ...]


def sections(scenario: Scenario) -> list[Section]:
    """The scenario from log-in to confirmation."""
    look_up, result = scenario.look_up, scenario.result
    match = "、".join(f"{column}が{written(value)}" for column, value in look_up.match)
    found = Line(look_up.line, "読み取る", f"列「{look_up.number_column}」", f"{match}の行から")
    absent = Line(look_up.line, "見つからない印", str(look_up.absent))
    onward = _lines((look_up.next,)) if look_up.next is not None else ()
    parts = [
        Section("ログイン", "接続先に入る", _lines(scenario.login)),
        Section(
            "照会", "もう登録されていないかを必ず先に調べる", (*_lines(look_up.steps), *onward, found, absent)
        ),
        Section("入力", "申請の値を入れる。まだ登録はされない", _lines(scenario.entry)),
        Section("登録", "この操作だけが登録する。一件につき一度しか押さない", _lines((scenario.commit,))),
        Section(
            "結果",
            "登録番号を読み取る",
            (
                *_lines((result.receive,) if result.receive else ()),
                *_lines(result.checks),
                Line(result.line, "読み取る", str(result)),
            ),
        ),
    ]
    if scenario.confirm is not None:
        confirm = scenario.confirm
        purpose = "画面の値が申請と同じかを比べる" + ("（登録する前にも比べる）" if confirm.before else "")
        parts.append(Section("確認", purpose, (*_lines(confirm.steps), *_lines(confirm.items))))
    return parts


def written(template: Template) -> str:
    """A template in words: 「氏名」（半角カナ）."""
    return "".join(_part(part) for part in template.parts)


def _part(part: Part) -> str:
    if isinstance(part, FieldPart):
        formats = f"（{'・'.join(part.formats)}）" if part.formats else ""
        return f"「{part.spec.label}」{formats}"
    if isinstance(part, SecretPart):
        return f"登録済みの「{part.name}」"
    if isinstance(part, NamePart):
        return f"「{'の'.join((part.name, *part.ways))}」"
    if isinstance(part, NumberPart):
        return "「登録番号」"
    return part


def _lines(steps: tuple[Step, ...], inside: str = "") -> tuple[Line, ...]:
    """One line a step; those inside of another come after it, with `inside` before their verbs."""
    found: list[Line] = []
    for step in steps:
        line = _line(step)
        found.append(replace(line, verb=f"{inside}{line.verb}"))
        if isinstance(step, Repeat):
            found += _lines(step.steps, f"{inside}└ ")
    return tuple(found)


def _file(step: Attach) -> str:
    if step.named is None:
        return "申請書の画像をPDFにして入れる"
    return f"ロボットのフォルダの {written(step.named)} を入れる"


def _steering(step: Read | Repeat | Call, when: str) -> Line:
    if isinstance(step, Read):
        kind = "、数として" if step.number else ""
        return Line(
            step.line, "読み取る", f"{step.source}「{step.text}」", f"「{step.name}」と呼ぶ{kind}", when
        )
    if isinstance(step, Call):
        target = f"シナリオ「{step.scenario}」第{step.version}版"
        return Line(step.line, "呼び出す", target, "その「入力」まで。登録は押さない", when)
    over = "、".join(f"「{spec.label}」" for spec in step.fields)
    if step.columns:
        over = f"表の一行ずつ（{'、'.join(step.columns)}）"
    return Line(step.line, "くり返す", over, f"一つを「{step.name}」と呼ぶ", when)


def _line(step: Step) -> Line:
    when = written(step.when) + " があるとき" if step.when is not None else ""
    if isinstance(step, Authenticate):
        return Line(
            step.line, "認証", "ブラウザーの問い", f"{written(step.user)}、{written(step.password)}", when
        )
    if isinstance(step, Open):
        return Line(step.line, "開く", written(step.path), "", when)
    if isinstance(step, Press):
        note = "" if step.leaves else "画面は移らない"
        return Line(step.line, "押す", str(step.element), step.dialog or note, when)
    if isinstance(step, Fill):
        return Line(step.line, step.kind.value, str(step.element), written(step.value), when)
    if isinstance(step, Wait):
        return Line(step.line, "待つ", str(step.landmark), f"{step.seconds:g}秒まで", when)
    if isinstance(step, Attach):
        return Line(step.line, "添付", str(step.element), _file(step), when)
    if isinstance(step, Receive):
        return Line(step.line, "受け取る", str(step.element), f"{step.kind}「{step.name}」として残す", when)
    if isinstance(step, (Read, Repeat, Call)):
        return _steering(step, when)
    if isinstance(step, CheckLandmark):
        return Line(step.line, "確かめる", str(step.landmark), "", when)
    return _check(step, when)


def _check(step: CheckItem, when: str) -> Line:
    kind = "欄" if step.in_field else "項目"
    return Line(step.line, "確かめる", f"{kind}「{step.label}」", written(step.value), when)
