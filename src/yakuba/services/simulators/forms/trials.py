"""Forms of the register of trials."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from yakuba.kernel.refusals import said_as
from yakuba.kernel.tables.reading import BadRow
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.simulators.engine.trials import number, year
from yakuba.services.simulators.models import Indicator, Trial


class AmountField(forms.CharField):
    """A number with at most four decimals, in digits of any width."""

    def clean(self, value: Any) -> Decimal | None:
        """Raises ValidationError."""
        text = super().clean(value)
        with said_as(forms.ValidationError):
            return number(text)


class YearField(forms.CharField):
    """A fiscal year as staff write it."""

    def clean(self, value: Any) -> int | None:
        """Raises ValidationError."""
        text = super().clean(value)
        try:
            return year(text)
        except BadRow as error:
            raise forms.ValidationError(str(error)) from error


class TrialForm(forms.Form):
    """A trial in words."""

    title = forms.CharField(label="実験の名前", max_length=120)
    aim = forms.CharField(
        label="ねらい", max_length=1_000, widget=forms.Textarea({"rows": 3}), help_text="何を確かめるか。"
    )
    partner = forms.CharField(
        label="相手", max_length=300, required=False, help_text="いっしょに行う会社や学校。"
    )
    starts_on = JapaneseDateField(label="始まり", required=False)
    ends_on = JapaneseDateField(label="終わり", required=False)
    source = forms.CharField(
        label="出典", max_length=300, required=False, help_text="計画書や公表資料の名前。"
    )
    result = forms.CharField(
        label="結果の言葉",
        max_length=2_000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text="分かったこと、分からなかったこと、次にすること。",
    )


class IndicatorForm(forms.Form):
    """An indicator of a trial."""

    label = forms.CharField(label="指標", max_length=120, help_text="例：途切れた時間の割合")
    unit = forms.CharField(label="単位", max_length=20, help_text="例：%、社、人、か所")
    baseline = AmountField(label="始めの値", max_length=30, required=False)
    target = AmountField(label="目標", max_length=30, required=False)
    target_year = YearField(label="目標の年度", max_length=10, required=False, help_text="例：令和9、2027")
    rises = forms.TypedChoiceField(
        label="向き",
        choices=[("1", "多いほどよい"), ("0", "少ないほどよい")],
        coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
        initial="1",
    )


class MeasurementForm(forms.Form):
    """A measured value."""

    measured_on = JapaneseDateField(label="測った日")
    value = AmountField(label="値", max_length=30)
    evidence = forms.CharField(
        label="根拠", max_length=300, help_text="どの記録を見れば分かるか。例：5月の測定記録"
    )


def trial_initial(row: Trial) -> dict[str, Any]:
    """What the form shows of it."""
    names = ("title", "aim", "partner", "starts_on", "ends_on", "source", "result")
    return {name: getattr(row, name) for name in names}


def indicator_initial(row: Indicator) -> dict[str, Any]:
    """What the form shows of it."""
    told = {name: getattr(row, name) for name in ("label", "unit", "target_year")}
    numbers = {
        name: "" if (value := getattr(row, name)) is None else f"{value.normalize():f}"
        for name in ("baseline", "target")
    }
    return told | numbers | {"rises": "1" if row.rises else "0"}
