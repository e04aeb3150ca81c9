"""What is filled in about a crop."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField


class HarvestForm(forms.Form):
    """A crop, its temperatures, and what it needs."""

    title = forms.CharField(label="題名", max_length=80, help_text="例：ニンジン（第3圃場）")
    series_id = forms.TypedChoiceField(label="気温の測定", coerce=int)
    begin = JapaneseDateField(label="積算を始める日", help_text="種をまいた日、花の咲いた日など")
    base = forms.FloatField(label="基準温度（℃）", min_value=-10, max_value=40)
    target = forms.FloatField(label="目標の積算温度（℃・日）", min_value=1, max_value=20_000)
    source = forms.CharField(
        label="出典", max_length=200, help_text="基準温度と目標を、どの資料から取ったか。"
    )

    def __init__(self, *args: Any, series: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series_id"].choices = series  # type: ignore[attr-defined]
