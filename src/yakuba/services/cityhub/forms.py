"""What people fill in."""

from __future__ import annotations

from django import forms


class RulesForm(forms.Form):
    """The rules that watch."""

    text = forms.CharField(
        label="見張りの決まり",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
        strip=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AcknowledgeForm(forms.Form):
    """What is done about an alarm."""

    remark = forms.CharField(
        label="したこと", max_length=300, help_text="例：現地へ行った。ごみを取り、水位が下がり始めた。"
    )
