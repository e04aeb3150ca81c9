"""The questions of a survey as a form on a page, for a section of the town and for whoever enters answers for a body."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from django import forms

from yakuba.services.surveys.contracts import QuestionKind
from yakuba.services.surveys.engine.answers import AnswerRefused, canonical, shown, table_text
from yakuba.services.surveys.engine.definition import Definition, Field, Question
from yakuba.services.surveys.engine.forms.layout import Names, hint_of

CELLS = re.compile("[,、，]")  # between the cells of a line where it has no tab


class AnswersForm(forms.Form):
    """One field for each value; names are the keys. last: last year's answers, shown beside. reason: asked for too, where somebody
    answers for another."""

    def __init__(
        self, definition: Definition, data: Any = None, *, values: Mapping[str, str] | None = None, last: Mapping[str, str] | None = None,
        codes: Collection[str] | None = None, reason: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            data, initial={key: _typed(definition, key, value) for key, value in (values or {}).items()}
        )
        self._fields: dict[str, tuple[Question, Field]] = {}
        number, names = 0, Names(definition)
        for section in definition.sections:
            for question in section.questions:
                number += 1
                if codes is not None and question.code not in codes:
                    continue
                for at, field in enumerate(question.fields):
                    self.fields[field.key] = made = _field(question, field)
                    made.label = f"問{number} {field.label}" if at == 0 else field.label
                    before = (last or {}).get(field.key, "")
                    told = [
                        hint_of(question, names) if at == 0 else "",
                        f"去年：{shown(question, field, before)}" if before else "",
                    ]
                    made.help_text = "　".join(part for part in told if part)
                    self._fields[field.key] = (question, field)
        if reason:
            self.fields["reason"] = forms.CharField(
                label="代わりに入力する理由",
                max_length=300,
                help_text="例：電話で聞き取った（企画課 やまだ）",
            )

    def clean(self) -> dict[str, Any]:
        """Every value in its canonical form; what cannot be read is told at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        for key, (question, field) in self._fields.items():
            given = cleaned.get(key, "")
            try:
                cleaned[key] = _canonical(question, field, given)
            except AnswerRefused as refusal:
                self.add_error(key, str(refusal))
        return cleaned

    @property
    def values(self) -> dict[str, str]:
        """What was answered, by key; the form must be valid."""
        return {key: str(self.cleaned_data.get(key, "")) for key in self._fields}


def _canonical(question: Question, field: Field, given: Any) -> str:
    if field.kind == QuestionKind.CHOICES:
        return ",".join(code for code in field.options if code in (given or ()))
    if field.kind == QuestionKind.TABLE:
        lines = [line for line in str(given).splitlines() if line.strip()]
        return table_text(
            question, [CELLS.split(line) if "\t" not in line else line.split("\t") for line in lines]
        )
    return canonical(question, field, str(given))


def _field(question: Question, field: Field) -> forms.Field:
    if field.kind == QuestionKind.CHOICE:
        return forms.ChoiceField(choices=[("", "選んでください"), *field.options.items()], required=False)
    if field.kind == QuestionKind.CHOICES:
        return forms.MultipleChoiceField(
            choices=list(field.options.items()), required=False, widget=forms.CheckboxSelectMultiple
        )
    if field.kind == QuestionKind.TABLE:
        columns = "、".join(label for label, _ in question.columns.values())
        return forms.CharField(
            required=False,
            strip=False,  # a tab at the end stands before an empty cell
            widget=forms.Textarea(attrs={"rows": 4, "placeholder": f"1行に1件：{columns}"}),
        )
    if field.kind == QuestionKind.TEXT and question.longest > 100:
        return forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    mode = {"inputmode": "decimal"} if field.kind == QuestionKind.NUMBER else {}
    return forms.CharField(required=False, widget=forms.TextInput(attrs=mode))


def _typed(definition: Definition, key: str, value: str) -> Any:
    """A canonical value as the form shows it."""
    kind = definition.fields[key][1].kind if key in definition.fields else QuestionKind.TEXT
    if kind == QuestionKind.CHOICES:
        return value.split(",")
    if kind == QuestionKind.TABLE:
        return "\n".join(_typed_row(row) for row in json.loads(value)) if value else ""
    return value


def _typed_row(cells: list[str]) -> str:
    """With 、 between the cells, or tabs where a cell has such a sign in itself: what is shown is what is read again."""
    return ("\t" if any(CELLS.search(cell) for cell in cells) else "、").join(cells)
