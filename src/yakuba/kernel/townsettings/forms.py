"""A form from the declared settings of one part or room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from yakuba.kernel.registry import Setting
from yakuba.kernel.townsettings.reading import Value, value

LINE = 80  # characters that fit a text box of one line


def form_of(settings: Sequence[Setting], data: Any, prefix: str) -> forms.Form:
    """The form, filled with what is set now."""
    form = forms.Form(data, prefix=prefix)
    for setting in settings:
        form.fields[setting.name] = _field(setting)
    return form


def values(form: forms.Form) -> dict[str, Value]:
    """Name → value as it is stored."""
    return {name: _stored(given) for name, given in form.cleaned_data.items()}


def _stored(given: Any) -> Value:
    if isinstance(given, str):
        return given.replace("\r\n", "\n").strip()
    return given  # type: ignore[no-any-return]


def _field(setting: Setting) -> forms.Field:
    usual = setting.options.get(str(setting.usual), setting.usual)
    shown = "" if usual in ("", True, False) else f"ふつうは「{usual}」。"
    about: dict[str, Any] = {
        "label": setting.label,
        "help_text": f"{setting.help}{shown}",
        "initial": value(setting.name),
    }
    if setting.options:
        return forms.ChoiceField(choices=list(setting.options.items()), **about)
    if isinstance(setting.usual, bool):
        return forms.BooleanField(required=False, **about)
    if isinstance(setting.usual, int):
        return forms.IntegerField(min_value=setting.least, max_value=setting.largest, **about)
    widget = forms.Textarea(attrs={"rows": 4}) if setting.largest > LINE else forms.TextInput()
    return forms.CharField(required=False, max_length=setting.largest, widget=widget, **about)
