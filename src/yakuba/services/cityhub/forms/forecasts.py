"""What is filled in about a forecast."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.services.cityhub.engine.forecasting import MOST_AHEAD


class ForecastForm(forms.Form):
    """Which series, how far, and what it cannot exceed."""

    series_id = forms.TypedChoiceField(label="測定", coerce=int)
    title = forms.CharField(label="題名", max_length=80, help_text="例：駅前駐車場の空き")
    ahead = forms.IntegerField(label="何時間先まで", min_value=1, max_value=MOST_AHEAD, initial=24)
    spaces = forms.IntegerField(
        label="駐車場の台数", min_value=1, max_value=100_000, required=False, help_text="駐車場のときだけ書きます。満空の画面に出ます。"
    )  # fmt: skip
    counts_free = forms.TypedChoiceField(
        label="駐車場の値",
        coerce=lambda value: value == "True",
        choices=[("True", "空いている台数"), ("False", "入っている台数")],
        required=False,
    )
    nearly = forms.IntegerField(
        label="混雑とする空きの台数", min_value=0, max_value=100_000, required=False, help_text="空きがこの台数以下なら「混雑」と出します。"
    )  # fmt: skip
    least = forms.FloatField(label="これより小さくならない値", required=False)
    most = forms.FloatField(label="これより大きくならない値", required=False)

    def __init__(self, *args: Any, series: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series_id"].choices = series  # type: ignore[attr-defined]

    def clean_counts_free(self) -> bool:
        """Free ones where nothing was chosen."""
        return self.cleaned_data["counts_free"] is not False

    def clean_nearly(self) -> int:
        """None where nothing was written."""
        return self.cleaned_data["nearly"] or 0
