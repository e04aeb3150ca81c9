"""Forms of the translation room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseTimeField
from yakuba.kernel.values import ValueRefused, canonical
from yakuba.services.translation.contracts import Given, Phrase, SlotKind
from yakuba.services.translation.engine import words

LABELS = {
    SlotKind.DATE: "日付",
    SlotKind.TIME: "時刻",
    SlotKind.YEN: "金額（円）",
    SlotKind.NUMBER: "数",
    SlotKind.WINDOW: "窓口",
    SlotKind.DOCUMENT: "書類",
    SlotKind.RELATION: "続柄",
    SlotKind.PLACE: "場所",
}


class NumberField(forms.CharField):
    """A whole number in any width, with or without commas."""

    def clean(self, value: Any) -> str:
        """The digits."""
        text = super().clean(value)
        try:
            found = canonical("number", text.replace("円", "")) if text else ""
        except ValueRefused as error:
            raise forms.ValidationError(str(error)) from error
        if found and not found.isdigit():
            raise forms.ValidationError("0以上の数字で書いてください。")
        return found


class SlotForm(forms.Form):
    """What is typed into a phrase. `given` is what was typed; the form must be valid."""

    def __init__(self, phrase: Phrase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = dict(phrase.slots)
        for number, (name, kind) in enumerate(self._kinds.items()):
            field = _field(kind, LABELS[kind] + (f"（{name}）" if _several(phrase, kind) else ""))
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
    known = words.known(kind)
    said = f"訳語のあるもの：{'、'.join(known)}" if known else "日本語のまま「 」に入れて示します。"
    return forms.CharField(label=label, max_length=60, help_text=said)


def _canonical(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:%H:%M}" if isinstance(value, time) else str(value).strip()
