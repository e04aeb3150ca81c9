"""Forms of the translation room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django import forms

from yakuba.kernel.refusals import said_as
from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseTimeField
from yakuba.kernel.values import canonical
from yakuba.services.translation.contracts import Given, Phrase, PhraseDraft, Sensitive, SlotKind
from yakuba.services.translation.engine import plain, saying, tables, words
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.models import OwnPhrase


class NumberField(forms.CharField):
    """A whole number in any width, with or without commas."""

    def clean(self, value: Any) -> str:
        """The digits."""
        text = super().clean(value)
        with said_as(forms.ValidationError):
            found = canonical("number", text.replace("円", "")) if text else ""
        if found and not found.isdigit():
            raise forms.ValidationError("0以上の数字で書いてください。")
        return found


class WindowField(forms.CharField):
    """A counter by its number alone, as it stands on the sign: the phrases say 番の窓口 themselves. A section's name stays."""

    def clean(self, value: Any) -> str:
        return re.sub(r"(?<=[0-9０-９A-ZＡ-Ｚ])(番|番の窓口|番窓口|窓口)$", "", super().clean(value).strip())


class SlotForm(forms.Form):
    """What is typed into a phrase. `given` is what was typed; the form must be valid."""

    def __init__(self, phrase: Phrase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = dict(phrase.slots)
        for number, (name, kind) in enumerate(self._kinds.items()):
            label = saying.LABELS[kind] + ("（円）" if kind is SlotKind.YEN else "")
            field = _field(kind, label + (f"（{name}）" if _several(phrase, kind) else ""))
            if not number:
                field.widget.attrs["data-focus"] = "yes"
            self.fields[name] = field

    @property
    def given(self) -> Mapping[str, Given]:
        """By name of the slot."""
        return {name: Given(kind, _canonical(self.cleaned_data[name])) for name, kind in self._kinds.items()}


def _several(phrase: Phrase, kind: SlotKind) -> bool:
    return list(phrase.slots.values()).count(kind) > 1


def _field(kind: SlotKind, label: str) -> forms.Field:
    if kind is SlotKind.DATE:
        return JapaneseDateField(label=label)
    if kind is SlotKind.TIME:
        return JapaneseTimeField(label=label, help_text="例：9:30、13時")
    if kind in (SlotKind.YEN, SlotKind.NUMBER):
        return NumberField(label=label, max_length=12)
    if kind is SlotKind.WINDOW:
        return WindowField(label=label, max_length=60, help_text="番号だけを書きます。例：3")
    known = words.known(kind)
    said = f"訳語のあるもの：{'、'.join(known)}" if known else "日本語のまま「 」に入れて示します。"
    return forms.CharField(label=label, max_length=60, help_text=said)


def _canonical(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:%H:%M}" if isinstance(value, time) else str(value).strip()


class PhraseForm(forms.Form):
    """A phrase in Japanese. `draft` is what was entered; the form must be valid."""

    code = forms.CharField(label="番号", max_length=40, help_text="英数字と - _ . で。例：town-01")
    group = forms.CharField(label="場面", max_length=40)
    japanese = forms.CharField(
        label="日本語",
        max_length=tables.LONGEST,
        help_text="変わるところは {date}（日付）{time}（時刻）{yen}（金額）{number}（数）{window}（窓口）{document}（書類）"
        "{relation}（続柄）{place}（場所）と書きます。",
    )
    plain = forms.CharField(
        label="やさしい日本語",
        max_length=tables.LONGEST,
        help_text="短く。{ } は日本語と同じものを書きます。",
    )
    wordings = forms.CharField(
        label="別の言い方",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="探すときの言葉を、1行に1つ。",
    )
    answers = forms.MultipleChoiceField(
        label="相手の答え", required=False, widget=forms.CheckboxSelectMultiple
    )
    sensitive = forms.ChoiceField(
        label="慎重に扱うこと",
        choices=OwnPhrase.Sensitive.choices,
        help_text="お金・期限・健康は、確認した人がいるまで外国語では示しません。",
    )

    def __init__(self, *args: Any, answers: Mapping[str, str], fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answers"].choices = list(answers.items())  # type: ignore[attr-defined]
        if fixed:
            self.fields["code"].widget.attrs["readonly"] = True

    @property
    def draft(self) -> PhraseDraft:
        """What was entered."""
        given = self.cleaned_data
        return PhraseDraft(
            given["code"],
            given["group"],
            given["japanese"],
            given["plain"],
            tables.lines_of(given["wordings"]),
            tuple(given["answers"]),
            Sensitive(given["sensitive"]),
        )


class TextForm(forms.Form):
    """A phrase in a language, and who has read it."""

    text = forms.CharField(
        label="文", max_length=tables.LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
    checked_by = forms.CharField(
        label="確認した母語話者",
        max_length=60,
        required=False,
        help_text="この文をそのまま読んで確かめた人の名前。直したあとに読んでいなければ、空にします。",
    )


class GivenTextForm(forms.Form):
    """A text, typed or in a file."""

    text: forms.CharField
    file = forms.FileField(
        label="ファイル", required=False, help_text="テキストかWord（.docx）。文章の代わりに選べます。"
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("text", "").strip():
            self.add_error("text", "文章を書くか、ファイルを選んでください。")
        return cleaned


class PlainForm(GivenTextForm):
    """Japanese to be checked: typed, or in a file."""

    text = forms.CharField(
        label="文章",
        required=False,
        max_length=plain.LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="チラシやお知らせの文章を貼り付けます。どこにも残しません。",
    )
    field_order = ("text", "file")


class TextsForm(GivenTextForm):
    """Japanese to be translated: typed, or in a file."""

    language = forms.ChoiceField(
        label="訳す言語", choices=[(one.code, one.name) for one in LANGUAGES.values()]
    )
    text = forms.CharField(
        label="文章", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    field_order = ("language", "text", "file")


class TermForm(forms.Form):
    """A word that is always translated in one way."""

    japanese = forms.CharField(label="日本語", max_length=60)
    language = forms.ChoiceField(label="言語", choices=[(one.code, one.name) for one in LANGUAGES.values()])
    text = forms.CharField(
        label="訳語", max_length=200, required=False, help_text="空にすると、この訳語を消します。"
    )


class CheckForm(forms.Form):
    """One person has read a whole scene in a language."""

    language = forms.ChoiceField(label="言語")
    group = forms.ChoiceField(label="場面")
    checked_by = forms.CharField(label="確認した母語話者", max_length=60)

    def __init__(
        self, *args: Any, languages: Mapping[str, str], groups: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = list(languages.items())  # type: ignore[attr-defined]
        self.fields["group"].choices = list(groups.items())  # type: ignore[attr-defined]


def number_in(text: str) -> int | None:
    """A line's number in what a browser sent; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
