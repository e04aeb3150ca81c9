"""What people fill in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms


class RulesForm(forms.Form):
    """The rules by which activities are named."""

    text = forms.CharField(
        label="作業の決まり",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
        strip=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300)


class DraftForm(forms.Form):
    """With which sample case, in which system, a candidate becomes a draft."""

    receipt_number = forms.CharField(
        label="見本の受付番号",
        max_length=20,
        help_text="その手続の受付を一件。値は写らず、項目の名前だけを使います。",
    )
    system = forms.ChoiceField(label="接続先")

    def __init__(self, *args: Any, systems: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["system"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in systems]
