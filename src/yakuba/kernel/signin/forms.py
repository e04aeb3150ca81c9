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


class DirectoryForm(forms.Form):
    """What the town makes of what its directory says."""

    groups = forms.CharField(
        label="グループと役割",
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text="1行に1つ「グループ名=役割の名称」。ここに書いた役割は、ログインのたびにグループのとおりに直ります。",
    )
    factors = forms.CharField(
        label="二つ目の確認として認める言葉",
        required=False,
        max_length=200,
        help_text="認証サーバーが amr か acr で言う言葉（例：mfa）。空なら、Yakubaの二つ目の確認も求めます。",
    )

    @staticmethod
    def of(groups: dict[str, str], factors: list[str]) -> dict[str, str]:
        """As it is written."""
        return {
            "groups": "\n".join(f"{group}={role}" for group, role in groups.items()),
            "factors": "、".join(factors),
        }

    def clean_groups(self) -> dict[str, str]:
        found = {}
        for number, line in enumerate(self.cleaned_data["groups"].splitlines(), 1):
            group, parted, role = (part.strip() for part in line.rpartition("="))
            if line.strip() and not (group and parted and role):
                raise forms.ValidationError(f"{number}行目を「グループ名=役割の名称」の形にしてください。")
            if line.strip():
                found[group] = role
        return found

    def clean_factors(self) -> list[str]:
        return [
            one for one in self.cleaned_data["factors"].replace("、", " ").replace(",", " ").split() if one
        ]
