"""What is filled in to let an operator look."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.support.queries import operators
from yakuba.kernel.tenancy import current_municipality, every_municipality

HOURS = {1: "1時間", 4: "4時間", 24: "1日", 72: "3日", 168: "7日"}


class GrantForm(forms.Form):
    """Who may look, why, for how long, and whether at cases."""

    operator = forms.ChoiceField(label="だれに")
    reason = forms.CharField(label="理由", max_length=200, help_text="例：仕事が終わらない原因を調べてもらう")
    hours = forms.TypedChoiceField(
        label="いつまで",
        choices=list(HOURS.items()),
        coerce=int,
        initial=4,
        help_text="いつでも終えられます。",
    )
    with_cases = forms.BooleanField(
        label="受付と仕事の画面も見せる",
        required=False,
        help_text="個人番号、支援措置の人の住所、申請書の画像は、印を付けても見えません。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = operators().exclude(user__municipality=current_municipality())
        with every_municipality("who operates the installation is of another town"):
            choices = [(row.user.pk, f"{row.user}（{row.user.municipality}）") for row in rows]
        self.fields["operator"].choices = choices  # type: ignore[attr-defined]
