"""What is decided about values in another unit."""

from __future__ import annotations

from typing import Any

from django import forms


class OtherUnitForm(forms.Form):
    """Taken as they are, by a factor, discarded, or not yet."""

    choice = forms.ChoiceField(
        label="扱い",
        choices=[
            ("as_is", "そのまま入れる（単位の書き方だけが違う）"),
            ("converted", "換算して入れる（値×係数＋ずれ）"),
            ("discarded", "捨てる"),
            ("waiting", "まだ決めない"),
        ],
        widget=forms.RadioSelect,
    )
    factor = forms.FloatField(
        label="係数", required=False, help_text="「換算して入れる」のときに書きます。例：0.001"
    )
    offset = forms.FloatField(
        label="ずれ", required=False, help_text="足す数です。なければ空のままにします。"
    )
    note = forms.CharField(
        label="わけ", max_length=200, required=False, help_text="例：機器の説明書の5ページ"
    )

    before = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        """As the operation takes it."""
        given = super().clean() or {}
        choice = given.get("choice")
        if choice == "converted" and given.get("factor") is None:
            self.add_error("factor", "係数を書いてください。")
        return given

    def decision(self) -> dict[str, Any]:
        """Of a valid form."""
        given = self.cleaned_data
        takes = given["choice"] in ("as_is", "converted")
        converts = given["choice"] == "converted"
        return {
            "state": "taken" if takes else given["choice"],
            "factor": given["factor"] if converts else 1.0,
            "offset": (given["offset"] or 0.0) if converts else 0.0,
            "note": given["note"],
            "before": given["before"],
        }
