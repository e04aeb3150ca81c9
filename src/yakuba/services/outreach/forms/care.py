"""Similar cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet


class CareForm(forms.Form):
    """Whose similar cases, and by what they are alike."""

    purpose: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="目的", queryset=None)
    number = forms.CharField(label="宛名番号", max_length=20)
    features = forms.MultipleChoiceField(label="比べる列", widget=forms.CheckboxSelectMultiple)
    plan = forms.ChoiceField(label="プランの列", required=False)
    outcome = forms.ChoiceField(label="その後どうなったかの列")

    def __init__(self, *args: Any, purposes: QuerySet[Any], headings: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one, one) for one in headings]
        for name, given in (
            ("features", choices),
            ("plan", [("", "（なし）"), *choices]),
            ("outcome", choices),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = given
        purpose = self.fields["purpose"]
        assert isinstance(purpose, forms.ModelChoiceField)
        purpose.queryset = purposes


class DecisionForm(forms.Form):
    """What a person decided."""

    decision = forms.CharField(
        label="決めたことと、わけ", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
