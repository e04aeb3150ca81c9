"""Forms of the reform room."""

from __future__ import annotations

from django import forms

from yakuba.services.reform.contracts import Baseline
from yakuba.services.reform.models import BaselineEntry


class BaselineForm(forms.ModelForm):
    """Minutes before, and how they are known."""

    kind = forms.ChoiceField(label="種類", choices=[("", "選んでください"), *BaselineEntry.Kind.choices])

    class Meta:
        model = BaselineEntry
        fields = ["minutes_per_case", "kind", "source"]
        help_texts = {
            "minutes_per_case": "システムを入れる前に、1件の受付から入力までに職員がかけた時間。例: 14.5",
            "source": "いつ、何件を、どう測ったか。見積もりのときは、その考え方。",
        }

    @property
    def baseline(self) -> Baseline:
        """What was entered; the form must be valid."""
        data = self.cleaned_data
        return Baseline(data["minutes_per_case"], data["kind"], data["source"])


class BodiesForm(forms.Form):
    """What the values of a table of bodies are."""

    title = forms.CharField(label="何の値か", max_length=60, initial="団体ごとの値")
    unit = forms.CharField(label="単位", max_length=10, required=False, help_text="例: 分、件、％")
