"""Blood pressure, similar cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet


class PressureForm(forms.Form):
    """Readings."""

    purpose: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="目的（健康の情報）", queryset=None)
    file = forms.FileField(
        label="血圧の表",
        help_text="宛名番号、測定日、時刻（朝、晩、7:30）、収縮期、拡張期の列。脈拍はあれば。",
    )

    def __init__(self, *args: Any, purposes: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = purposes


class DoneForm(forms.Form):
    """What a nurse did."""

    note = forms.CharField(label="したこと", max_length=300, help_text="例：電話で受診を勧めた")
