"""What is filled in about warnings, shelters and closed roads: the headings of their tables."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.services.cityhub.engine.disaster import HEADS, STATES, DisasterSort

HELP = {
    "発表の日時": "例：2026-07-01 13:00",
    "始まりの日時": "例：2026-07-01 13:00",
    "解除の日時": "続いている間は空にします。",
    "警戒レベル相当": "1から5。ないものは空にします。",
    "緯度": "例：34.402。書くと地図に出ます。",
}


class DisasterForm(forms.Form):
    """One of them. `cells` gives the headings with what was written."""

    def __init__(self, sort: DisasterSort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for head, (field, must) in HEADS[sort].items():
            made: forms.Field = forms.CharField(
                label=head, required=must, max_length=200, help_text=HELP.get(head, "")
            )
            if field == "state":
                made = forms.ChoiceField(label=head, choices=[(word, word) for word in STATES])
            self.fields[field] = made
        self._heads = {head: field for head, (field, _) in HEADS[sort].items()}

    @property
    def cells(self) -> dict[str, str]:
        """As a row of the table."""
        return {head: str(self.cleaned_data[field]) for head, field in self._heads.items()}


class DisasterTableForm(forms.Form):
    """A table."""

    file = forms.FileField(label="表のファイル（CSVかExcel）")


class ShelterStateForm(forms.Form):
    """How full a shelter is."""

    state = forms.ChoiceField(label="状態", choices=[("open", "開設"), ("full", "満員"), ("closed", "閉鎖")])
    people = forms.IntegerField(label="いまの人数", min_value=0, max_value=1_000_000, required=False)
