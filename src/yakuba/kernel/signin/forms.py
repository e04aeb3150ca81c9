"""Forms of signing in."""

from __future__ import annotations

from django import forms


class CodeForm(forms.Form):
    """A code from a telephone or from the paper."""

    code = forms.CharField(
        label="確認の番号",
        max_length=40,
        help_text="確認アプリに出ている6けた。電話が手元にないときは、予備の番号を1つ。",
        widget=forms.TextInput({"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )
