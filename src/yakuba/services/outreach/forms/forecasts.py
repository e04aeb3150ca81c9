"""Series and staffing."""

from __future__ import annotations

from typing import Any

from django import forms


class SeriesForm(forms.Form):
    """A series."""

    name = forms.CharField(label="名前", max_length=120)
    unit = forms.CharField(label="単位", max_length=20, initial="件")
    steps = forms.IntegerField(label="何期先まで", min_value=1, max_value=24, initial=12)
    file = forms.FileField(
        label="数の表",
        help_text="「年月」と「値」の列。2026-04、令和8年4月、2026年度のように。抜けた月があると受け取りません（0なら0と書きます）。",
    )


class StaffingForm(forms.Form):
    """What a case takes and what people cost."""

    step = forms.IntegerField(label="何期先か", min_value=1, initial=1)
    minutes = forms.FloatField(label="一件にかかる分", min_value=0.1, max_value=10_000, initial=15)
    hours = forms.FloatField(label="一人が一期に使える時間", min_value=1, max_value=10_000, initial=140)
    wage = forms.FloatField(label="一人の一期の費用（円）", min_value=0, max_value=1e8, initial=300_000)
    overtime = forms.FloatField(label="残った一時間の費用（円）", min_value=0, max_value=1e6, initial=3_000)

    def __init__(self, *args: Any, steps: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        step = self.fields["step"]
        assert isinstance(step, forms.IntegerField)
        step.max_value = steps
