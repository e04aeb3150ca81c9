"""Forms of the comparison: which bodies, and what a table of them is."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.services.reform.contracts import Medium
from yakuba.services.reform.engine.comparison import BANDS, UNKNOWN_BAND
from yakuba.services.reform.queries.initiatives import fiscal_year


class WhichBodiesForm(forms.Form):
    """Which bodies are compared. The process stands in the address."""

    name = forms.CharField(widget=forms.HiddenInput, max_length=80)
    band = forms.ChoiceField(
        label="人口区分",
        required=False,
        choices=[("", "すべて"), *((name, name) for name, _, _ in BANDS), (UNKNOWN_BAND, UNKNOWN_BAND)],
    )
    medium = forms.ChoiceField(
        label="主な媒体",
        required=False,
        choices=[("", "自分の団体と同じ"), *Medium.choices()],
        help_text="この媒体の団体だけを、印の候補にします。",
    )


class ProcessTableForm(forms.Form):
    """Of which year, and from where."""

    year = forms.IntegerField(
        label="年度（西暦）", min_value=2000, max_value=2100, help_text="例：2026（令和8年度）"
    )
    source = forms.CharField(
        label="出典", max_length=200, help_text="だれが、いつ、どう作った表か。比べる画面に出ます。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = fiscal_year()
