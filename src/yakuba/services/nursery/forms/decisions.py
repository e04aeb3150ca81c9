"""What people decide by hand."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.services.nursery.queries.results import SlotState


class ReasonForm(forms.Form):
    """A reason, in the words of who decides."""

    reason = forms.CharField(label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class PlaceForm(ReasonForm):
    """Another result for one child."""

    slot = forms.ChoiceField(label="決定する枠", required=False)
    field_order = ["slot", "reason"]

    def __init__(self, *args: Any, slots: list[tuple[SlotState, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "入所しない（保留）")]
        choices += [(slot.id, f"{name}　残り{slot.left}") for slot, name in slots]
        self.fields["slot"].choices = choices  # type: ignore[attr-defined]
        self.fields["reason"].help_text = "あとから見る人に分かるように、事情と根拠を書きます。"
