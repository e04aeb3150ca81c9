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


class PasskeyForm(forms.Form):
    """A new passkey: what its person calls it, and what the browser has made."""

    name = forms.CharField(
        label="名前",
        max_length=60,
        help_text="どの機器か分かる名前。例：席のPC、鍵束のUSBキー",
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )
    answer = forms.CharField(
        widget=forms.HiddenInput({"data-passkey-answer": True}),
        max_length=10_000,
        error_messages={"required": "パスキーがまだ作られていません。「登録する」を押してください。"},
    )
