"""Forms of the answers room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.answers.contracts import Audience, Draft, SectionFacts
from yakuba.services.answers.engine.reading import LONGEST_ANSWER, LONGEST_QUESTION, faults_of, lines_of
from yakuba.services.answers.models import Section, Version


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class EntryForm(forms.Form):
    """The contents of an entry. `draft` is what was entered; the form must be valid."""

    code = forms.CharField(label="番号", max_length=40, help_text="英数字と - _ . で。例：juminhyo-01")
    question = forms.CharField(
        label="質問", max_length=LONGEST_QUESTION, help_text="住民が聞く言葉で、1つのことだけを書きます。"
    )
    wordings = forms.CharField(
        label="別の聞き方", required=False, widget=_lines(4), help_text="1行に1つ。話し言葉でかまいません。"
    )
    answer = forms.CharField(
        label="答え",
        max_length=LONGEST_ANSWER,
        widget=_lines(8),
        help_text="{窓口} {電話} {受付時間} {場所} は担当の窓口で、そのほかの { } は「自治体ごとに違うところ」で埋まります。",
    )
    links = forms.CharField(
        label="リンク", required=False, widget=_lines(2), help_text="https:// で始まるアドレスを、1行に1つ。"
    )
    field = forms.CharField(
        label="分野", max_length=40, required=False, help_text="例：戸籍・住民票、ごみ、税"
    )
    section = forms.CharField(label="担当窓口", max_length=60, required=False)
    audience = forms.ChoiceField(label="だれに見せるか", choices=Version.Audience.choices)
    source = forms.CharField(
        label="根拠", max_length=500, required=False, help_text="条例や手引きの名前と条。職員だけに見えます。"
    )
    valid_from = JapaneseDateField(label="いつから", required=False)
    valid_until = JapaneseDateField(label="いつまで", required=False)

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(Section.objects.order_by("name").values_list("name", flat=True))
        self.fields["section"].help_text = f"今ある窓口：{'、'.join(names)}" if names else ""
        if fixed:
            self.fields["code"].widget.attrs["readonly"] = True

    def clean(self) -> dict[str, Any]:
        """What the engine says of the whole."""
        cleaned = super().clean() or {}
        if not self.errors:
            for fault in faults_of(self.draft):
                self.add_error(None, fault)
        return cleaned

    @property
    def draft(self) -> Draft:
        """What was entered."""
        given = self.cleaned_data
        days = {
            name: given[name].isoformat() if given[name] else "" for name in ("valid_from", "valid_until")
        }
        return Draft(
            code=given["code"],
            question=given["question"],
            answer=given["answer"].replace("\r\n", "\n"),
            wordings=lines_of(given["wordings"]),
            links=lines_of(given["links"]),
            field=given["field"],
            section=given["section"],
            audience=Audience(given["audience"]),
            language=self.initial.get("language") or "ja",  # not asked here, and not to be lost
            source=given["source"],
            valid_from=days["valid_from"],
            valid_until=days["valid_until"],
        )


class SectionForm(forms.Form):
    """How a section is reached."""

    name = forms.CharField(label="窓口", max_length=60)
    telephone = forms.CharField(label="電話", max_length=40, required=False)
    hours = forms.CharField(
        label="受付時間", max_length=120, required=False, help_text="例：平日 8:30〜17:15"
    )
    place = forms.CharField(label="場所", max_length=120, required=False, help_text="例：本庁舎1階 2番窓口")

    @property
    def facts(self) -> SectionFacts:
        """What was entered; the form must be valid."""
        return SectionFacts(**self.cleaned_data)


class ReasonForm(forms.Form):
    """Why versions are to be published."""

    reason = forms.CharField(label="理由", max_length=2_000, widget=_lines(2))


class AnswerForm(forms.Form):
    """A word of who approves or sends back."""

    answer = forms.CharField(label="承認者の言葉", max_length=2_000, required=False, widget=_lines(2))


class QuestionForm(forms.Form):
    """A question of a member of staff."""

    question = forms.CharField(label="質問", max_length=500)
    before = forms.IntegerField(required=False, widget=forms.HiddenInput)


def number_in(text: str) -> int | None:
    """A row's number in what a browser sent; None for anything else, and for what no database could number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def numbers_in(texts: Iterable[str]) -> list[int]:
    """The row numbers among them."""
    return [number for text in texts if (number := number_in(text)) is not None]
