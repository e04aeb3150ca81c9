"""What was typed or stood in a cell → the canonical value of a field, or a sentence why not. Empty is empty and never zero.

number: `123`, `-4`, `12.5`; choice: an option's code; choices: codes joined by `,` in the order of the definition; date: ISO
8601; table: JSON, a list of rows, each a list of texts. What is clear is read: full-width digits, thousand separators, the
question's own unit, 和暦, an option by its text or code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yakuba.kernel.definitions import plain
from yakuba.kernel.refusals import said_as
from yakuba.kernel.values.calendar import read_date
from yakuba.kernel.values.characters import comparable
from yakuba.services.surveys.contracts import QuestionKind
from yakuba.services.surveys.engine.definition import Definition, Field, Question

NUMBER = re.compile(r"[-+△▲]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,6})?")
SPREADSHEET_ERRORS = ("#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!")
NO_ANSWER = ("未回答", "無回答", "不明", "-", "－", "―", "…")
MARKS = ("○", "〇", "◯", "●", "1", "はい", "✓", "レ", "TRUE", "true")
EMPTY_MARKS = ("", "×", "0", "いいえ", "FALSE", "false")
LONGEST_FILE_NAME = 255


class AnswerRefused(ValueError):
    """A sentence for who answered: what is wrong and what to do."""


def canonical(question: Question, field: Field, text: str) -> str:
    """The canonical value of one field. Raises AnswerRefused."""
    if text.strip().upper() in SPREADSHEET_ERRORS:
        raise AnswerRefused(f"式の誤り「{text.strip()}」が入っています。値を入れ直してください。")
    return READERS[field.kind](question, field, text)


def _number(question: Question, field: Field, text: str) -> str:
    bare = plain(text).replace("，", ",").replace("、", ",")
    if not bare:
        return ""
    if text.strip() in NO_ANSWER:
        raise AnswerRefused(
            f"「{text.strip()}」は数ではありません。答えがないときは空けておき、0のときは0と書いてください。"
        )
    for unit in filter(None, (plain(question.unit), *(("%", "％") if question.unit in ("%", "％") else ()))):
        bare = bare.removesuffix(unit).strip()
    if not NUMBER.fullmatch(bare):
        unit = f"単位は「{question.unit}」です。" if question.unit else ""
        raise AnswerRefused(f"「{text.strip()[:30]}」は数として読めません。{unit}数だけを書いてください。")
    value = Decimal(re.sub("[△▲]", "-", bare).replace(",", ""))
    return number_text(checked_number(question, value))


def checked_number(question: Question, value: Decimal) -> Decimal:
    """Raises AnswerRefused for what is out of range or too fine."""
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > question.decimals:
        told = f"小数第{question.decimals}位まで" if question.decimals else "整数"
        raise AnswerRefused(f"{number_text(value)}は細かすぎます。{told}で書いてください。")
    if question.least is not None and value < question.least:
        raise AnswerRefused(
            f"{number_text(value)}は小さすぎます（{number_text(question.least)}{question.unit}から）。"
        )
    if question.most is not None and value > question.most:
        raise AnswerRefused(
            f"{number_text(value)}は大きすぎます（{number_text(question.most)}{question.unit}まで）。"
        )
    return value


def number_text(value: Decimal) -> str:
    """Without an exponent, without zeros behind the point, and 0 without a sign."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _choice(question: Question, field: Field, text: str) -> str:
    if not text.strip():
        return ""
    found = option_of(field.options, text)
    if found is None:
        raise AnswerRefused(
            f"「{text.strip()[:30]}」は選択肢にありません。{'、'.join(field.options.values())} から選んでください。"[
                :400
            ]
        )
    return found


def option_of(options: Mapping[str, str], text: str) -> str | None:
    """The code of the option with this code, number (from 1 on) or text; blanks and widths do not count."""
    bare = plain(text)
    if bare in options:
        return bare
    for code, label in options.items():
        if comparable(label) == comparable(bare):
            return code
    number = re.fullmatch(r"([0-9]{1,2})[.．)）]?", bare)
    codes = list(options)
    return codes[int(number[1]) - 1] if number and 1 <= int(number[1]) <= len(codes) else None


def _choices(question: Question, field: Field, text: str) -> str:
    parts = [part for part in re.split(r"[,、，;；\n]", text) if part.strip()]
    found = set()
    for part in parts:
        code = option_of(field.options, part)
        if code is None:
            raise AnswerRefused(f"「{part.strip()[:30]}」は選択肢にありません。")
        found.add(code)
    return ",".join(code for code in field.options if code in found)


def is_marked(text: str) -> bool:
    """Whether the cell of one option of several is marked. Raises AnswerRefused for what is neither."""
    bare = text.strip()
    if bare in MARKS or plain(bare) in MARKS:
        return True
    if bare in EMPTY_MARKS or plain(bare) in EMPTY_MARKS:
        return False
    raise AnswerRefused(
        f"「{bare[:30]}」は印として読めません。当てはまるものに ○ を付け、ほかは空けてください。"
    )


def _text(question: Question, field: Field, text: str) -> str:
    bare = text.strip()
    if len(bare) > question.longest:
        raise AnswerRefused(f"{question.longest:,}字までです（今は{len(bare):,}字）。")
    return bare


def _date(question: Question, field: Field, text: str) -> str:
    if not text.strip():
        return ""
    with said_as(AnswerRefused):
        return read_date(text).isoformat()


def _file(question: Question, field: Field, text: str) -> str:
    return text.strip()[:LONGEST_FILE_NAME]


def _table(question: Question, field: Field, text: str) -> str:
    if not text.strip():
        return ""
    try:
        rows = json.loads(text)
        cells = [[str(cell) for cell in row] for row in rows]
    except (TypeError, ValueError) as error:
        raise AnswerRefused("表として読めません。") from error
    return table_text(question, cells)


def table_text(question: Question, rows: Iterable[Sequence[str]]) -> str:
    """A table's canonical value; empty rows are left out. Raises AnswerRefused with the row and column."""
    kept = []
    for at, row in enumerate(rows, start=1):
        if any(cell.strip() for cell in row[len(question.columns) :]):
            raise AnswerRefused(
                f"{at}行目の欄が{len(row)}つあります。{len(question.columns)}つまでです。読点やカンマを含むものがあるときは、欄をタブで区切ってください。"
            )
        cells = []
        for (label, is_number), cell in zip(
            question.columns.values(), (*row, *[""] * len(question.columns)), strict=False
        ):
            bare = " ".join(cell.split("\n")).strip()
            if is_number and bare:
                number = plain(bare).replace("，", ",")
                if not NUMBER.fullmatch(number):
                    raise AnswerRefused(f"{at}行目の「{label}」の「{bare[:30]}」は数として読めません。")
                bare = number_text(Decimal(re.sub("[△▲]", "-", number).replace(",", "")))
            cells.append(bare[:500])
        if any(cells):
            kept.append(cells)
    if len(kept) > question.most_rows:
        raise AnswerRefused(f"{question.most_rows}行までです（今は{len(kept)}行）。")
    return json.dumps(kept, ensure_ascii=False) if kept else ""


READERS = {
    QuestionKind.NUMBER: _number,
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.TEXT: _text,
    QuestionKind.DATE: _date,
    QuestionKind.FILE: _file,
    QuestionKind.TABLE: _table,
}


@dataclass(frozen=True)
class Remark:
    """Something about an answer. key: of the field; must: it keeps the answer from being sent, else it asks to look again."""

    key: str
    sentence: str
    must: bool


def remarks(
    definition: Definition, answers: Mapping[str, str], last: Mapping[str, str] | None = None
) -> list[Remark]:
    """What lacks, what contradicts itself, and what changed much since last year. last: last year's answers by the same keys."""
    found: list[Remark] = []
    asked = {question.code for question in definition.applicable(answers)}
    for question in definition.questions:
        given = [key for key in question.field_keys if answers.get(key)]
        if question.code not in asked and given:
            found.append(
                Remark(
                    given[0],
                    f"「{question.label}」は、ほかの答えによると答えない設問です。消すか、前の答えを直してください。",
                    True,
                )
            )
        if question.code in asked and question.required:
            found += [
                Remark(key, f"「{definition.fields[key][1].label}」に答えてください。", True)
                for key in question.field_keys
                if not answers.get(key)
            ]
        if question.sum_of and question.code in asked:
            found += _sums(definition, question, answers)
    for check in definition.checks:
        found += _checked(
            definition,
            check.left,
            check.right,
            check.relation,
            check.change,
            check.message,
            answers,
            last or {},
        )
    return found


def _sums(definition: Definition, question: Question, answers: Mapping[str, str]) -> list[Remark]:
    parts = [answers.get(key, "") for key in question.sum_of]
    given = answers.get(question.code, "")
    if not given or not all(parts):
        return []
    total = sum((Decimal(part) for part in parts), Decimal(0))
    if Decimal(given) == total:
        return []
    named = "、".join(definition.by_code[key].label for key in question.sum_of)
    return [
        Remark(
            question.code,
            f"「{question.label}」は{given}ですが、{named}の合計は{number_text(total)}です。どれかを直してください。",
            True,
        )
    ]


def _checked(
    definition: Definition, left: str, right: str, relation: str, change: int, message: str,
    answers: Mapping[str, str], last: Mapping[str, str],
) -> list[Remark]:  # fmt: skip
    one, label = answers.get(left, ""), definition.fields[left][1].label
    other = last.get(left, "") if change else answers.get(right, "")
    if not one or not other:
        return []
    mine, theirs = Decimal(one), Decimal(other)
    if change:
        if abs(mine - theirs) * 100 <= abs(theirs) * change:
            return []
        return [
            Remark(
                left,
                message
                or f"「{label}」は去年の{other}から{one}になりました（{change}%より大きい変わり方）。確かめてください。",
                False,
            )
        ]
    if (mine == theirs) if relation == "equal" else (mine <= theirs):
        return []
    beside = definition.fields[right][1].label
    told = "同じはず" if relation == "equal" else "以下のはず"
    return [
        Remark(
            left,
            message or f"「{label}」（{one}）は「{beside}」（{other}）と{told}です。確かめてください。",
            False,
        )
    ]


def shown(question: Question, field: Field, value: str) -> str:
    """A canonical value as people read it; ― for none."""
    if not value:
        return "―"
    if field.kind == QuestionKind.NUMBER:
        return f"{Decimal(value):,f}{question.unit}"
    if field.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES):
        return "、".join(field.options.get(code, code) for code in value.split(","))
    if field.kind == QuestionKind.TABLE:
        return "／".join("、".join(row) for row in json.loads(value))
    return value
