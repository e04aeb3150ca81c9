"""Forms of the register of effects and of indicators."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.services.reform.models import Indicator, IndicatorValue


class WhyForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="理由", max_length=300)


class IndicatorForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """An indicator with its target."""

    class Meta:
        model = Indicator
        fields = ("name", "unit", "start_year", "start", "target_year", "target", "source")
        help_texts = {"start": "分からなければ空けておきます。", "source": "目標を決めた計画や会議の名前"}

    @property
    def given(self) -> dict[str, Any]:
        """For the operation; the form must be valid."""
        return dict(self.cleaned_data)


class IndicatorValueForm(forms.ModelForm):  # type: ignore[type-arg]
    """What was measured in a year."""

    class Meta:
        model = IndicatorValue
        fields = ("year", "value", "source")
        help_texts = {"year": "例：2026（令和8年度）"}
