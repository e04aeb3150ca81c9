"""Forms of the asker: reasons, texts and deadlines, files, reminders, hearings, questions, the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.surveys.contracts import BodyClass
from yakuba.services.surveys.models import Edition, Survey

CYCLES = [(word, word) for word in ("毎年度", "概ね2年毎", "概ね3年毎", "概ね5年毎", "必要に応じて")]


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=2000)


class TextsForm(forms.Form):
    """Texts of an edition, and of each class the words and the day of its deadline."""

    contact = forms.CharField(label="問い合わせ先", max_length=200, required=False)
    lead = forms.CharField(
        label="お願い", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, edition: Edition, kinds: Sequence[BodyClass], data: Any = None) -> None:
        definition = edition.definition
        super().__init__(
            data,
            initial={
                "contact": edition.contact or definition.contact,
                "lead": edition.lead or definition.lead,
            },
        )
        self._kinds = kinds
        for kind in kinds:
            text, day = edition.deadlines.get(kind.value, ["", ""])
            self.fields[f"text_{kind.value}"] = forms.CharField(
                label=f"{kind.label}の期限の言葉",
                max_length=60,
                required=False,
                initial=text,
                help_text="例：6月中旬。通知に書いたとおりの言葉",
            )
            self.fields[f"day_{kind.value}"] = JapaneseDateField(
                label=f"{kind.label}の期限の日",
                required=False,
                initial=date.fromisoformat(day) if day else None,
            )

    @property
    def deadlines(self) -> dict[str, dict[str, Any]]:
        """By class; the form must be valid."""
        given = self.cleaned_data
        return {
            kind.value: {"text": given[f"text_{kind.value}"], "day": given[f"day_{kind.value}"]}
            for kind in self._kinds
        }


class RemindForm(forms.Form):
    """What a body is told."""

    text = forms.CharField(
        label="催促の文", max_length=1000, required=False, help_text="空けておくと、決まった文になります。"
    )


class HearingForm(forms.Form):
    """A hearing."""

    day = JapaneseDateField(label="ヒアリングの日", required=False)
    note = forms.CharField(label="メモ", max_length=300, required=False)


class QuestionForm(forms.Form):
    """A question to the asker."""

    question = forms.CharField(label="質問", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ClarifyForm(forms.Form):
    """The answer to it."""

    answer = forms.CharField(label="回答", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    shared = forms.BooleanField(label="すべての団体に見せる", required=False)


class SeveralFilesInput(forms.ClearableFileInput):
    """Files, several at a time."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A list of files."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each of them. Raises ValidationError for none."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFilesField, self).clean(one, initial) for one in given]


class FormsForm(forms.Form):
    """Forms that came back."""

    files = SeveralFilesField(  # type: ignore[assignment]  # a field, which Django takes out of the class
        label="調査票のファイル", help_text="Excelの調査票（xlsx）をいくつでも。まとめたZIPも選べます。"
    )
    replace = forms.BooleanField(
        label="前の答えと置き換える",
        required=False,
        help_text="選ばなければ、もう答えのある団体の調査票は取り込みません。",
    )


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """A regular survey in the calendar."""

    cycle = forms.ChoiceField(label="周期", choices=CYCLES)
    next_on = JapaneseDateField(
        label="次の予定日", required=False, help_text="決まっていなければ空けておきます。"
    )

    class Meta:
        model = Survey
        fields = ("code", "title", "cycle", "last", "next_text", "next_on")
        help_texts = {
            "code": "英小文字と数字と -。年が変わっても同じ符号",
            "last": "例：平成29年度",
            "next_text": "例：令和2年度",
        }

    def clean_code(self) -> str:
        """As definitions take it."""
        code = str(self.cleaned_data["code"])
        if (
            not code[:1].isalpha()
            or not code.isascii()
            or not all(one.isdigit() or one.islower() or one == "-" for one in code)
        ):
            raise forms.ValidationError("英小文字で始め、英小文字、数字、- だけで書いてください。")
        return code

    def validate_unique(self) -> None:
        """A code that is there already is changed."""
