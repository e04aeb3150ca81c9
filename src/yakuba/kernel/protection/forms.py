"""What staff fill in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from yakuba.kernel.protection.actions import LONGEST_REASON
from yakuba.kernel.ui.forms import JapaneseDateField, TypedField

YEAR = timedelta(days=365)


class ProtectionForm(forms.Form):
    """A person to be put under protection."""

    number = forms.CharField(label="宛名番号", max_length=20, required=False, help_text="分かるときは必ず。")
    name = TypedField("name", label="氏名", max_length=120)
    kana = TypedField("kana", label="フリガナ", max_length=120, required=False)
    birth = JapaneseDateField(label="生年月日", required=False)
    address = TypedField("address", label="住所", max_length=200, required=False, help_text="守る住所。")
    household = forms.BooleanField(
        label="同じ住所の世帯員と、いっしょに申し込んだきょうだいも隠す", required=False, initial=True
    )
    reason = forms.CharField(
        label="申出の内容",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申出の日、相談機関の意見など。",
    )
    begins = JapaneseDateField(label="始まり")
    until = JapaneseDateField(label="期間の終わり")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs.setdefault("initial", {"begins": today, "until": today + YEAR, "household": True})
        super().__init__(*args, **kwargs)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="理由", max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3})
    )


class OpenForm(ReasonForm):
    """Why somebody's address is opened, and that it is the person at the desk."""

    password = forms.CharField(
        label="あなたのパスワード",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )
