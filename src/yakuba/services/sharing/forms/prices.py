"""Forms of prices, grants and registers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django import forms

from yakuba.kernel.tables.reading import BadRow
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.sharing.engine import cells, registers
from yakuba.services.sharing.engine.grants import Rule
from yakuba.services.sharing.engine.registers import Kind
from yakuba.services.sharing.forms.costs import YenField


class PriceForm(forms.Form):
    """What a body paid."""

    code = forms.RegexField(r"^\d{6}$", label="団体コード", help_text="検査数字まで6けた")
    population = forms.IntegerField(label="人口", min_value=1, max_value=20_000_000)
    year = forms.IntegerField(label="年度（西暦）", min_value=1990, max_value=2200)
    kind = forms.CharField(
        label="品目", max_length=60, help_text="例：帳票読取、議事録。比べるものには同じ言葉"
    )
    product = forms.CharField(label="製品", max_length=80, required=False)
    months = forms.IntegerField(label="月数", min_value=1, max_value=240, initial=12)
    yen = YenField(label="金額（円）", help_text="月数の分の合計")
    taxed = forms.BooleanField(label="税込み", required=False)
    tax_rate = forms.IntegerField(label="税率（％）", min_value=0, max_value=30, initial=10)
    options = forms.CharField(label="オプション", required=False, help_text="読点（、）で区切ります。")
    custom = forms.BooleanField(label="独自改修がある", required=False)
    hours = forms.DecimalField(label="1年に減った時間", required=False, min_value=0)
    source = forms.CharField(label="出典", max_length=200)

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        given = dict(self.cleaned_data)
        given["options"] = [part.strip() for part in given["options"].split("、") if part.strip()]
        return given


class CompareForm(forms.Form):
    """Which prices."""

    kind = forms.ChoiceField(label="品目")
    year = forms.IntegerField(
        label="年度（空なら新しいもの）", required=False, min_value=1990, max_value=2200
    )
    option = forms.CharField(label="このオプションを含むものだけ", required=False, max_length=60)

    def __init__(self, kinds: list[str], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["kind"].choices = [(one, one) for one in kinds]  # type: ignore[attr-defined]


class RateField(forms.CharField):
    """A rate above 0 and up to 1: 0.5, 1/3."""

    def clean(self, value: Any) -> Fraction | None:  # type: ignore[override]  # a number out of words
        text = cells.bare(str(super().clean(value)))
        if not text:
            return None
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            raise forms.ValidationError("0.5 か 1/3 のように書いてください。") from None


class GrantForm(forms.Form):
    """What a rule asks for."""

    def __init__(self, rule: Rule, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.rule = rule
        self.fields["day"] = JapaneseDateField(label="申請や経費の日")
        for one in rule.inputs:
            kind = YenField if one.unit == "円" else RateField
            label = f"{one.label}（円）" if one.unit == "円" else one.label
            self.fields[f"in_{one.code}"] = kind(label=label, help_text=one.help)
        if rule.excluded:
            options = [("", "どれでもない"), *((word, word) for word in rule.excluded)]
            self.fields["field_of_work"] = forms.ChoiceField(
                label="標準化の対象の事務", choices=options, required=False
            )
        if any(step.agreed is not None for step in rule.steps):
            self.fields["agreed"] = forms.BooleanField(label=rule.agreement or "協定がある", required=False)

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        given = self.cleaned_data
        return {
            "day": given["day"], "given": [f"{one.code}={given[f'in_{one.code}']}" for one in self.rule.inputs],
            "field_of_work": given.get("field_of_work", ""), "agreed": given.get("agreed", False),
        }  # fmt: skip


class EntryForm(forms.Form):
    """An entry of a register, with the columns of its kind."""

    title = forms.CharField(label=registers.TITLE, max_length=200)

    def __init__(self, kind: Kind, *args: Any, changed: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        self.kind = kind
        for column in kind.columns:
            self.fields[f"c_{column.code}"] = _field(column)
        self.fields["evidence"] = forms.CharField(
            label=registers.EVIDENCE, max_length=300, required=False, help_text="文書番号、条、置き場所。個人の名前は書きません。"
        )  # fmt: skip
        if changed:
            self.fields["closed"] = forms.BooleanField(label="済み（期日を知らせない）", required=False)

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        values = {}
        for column in self.kind.columns:
            found = self.cleaned_data[f"c_{column.code}"]
            values[column.code] = "、".join(found) if isinstance(found, list) else found.isoformat() if hasattr(found, "isoformat") else str(found or "")  # fmt: skip
        return {"title": self.cleaned_data["title"], "values": values, "evidence": self.cleaned_data["evidence"]}  # fmt: skip


def _field(column: registers.Column) -> forms.Field:
    given: dict[str, Any] = {"label": column.label, "required": column.required, "help_text": column.help}
    if column.kind in (registers.DAY, registers.DUE):
        return JapaneseDateField(**given)
    if column.kind == registers.LONG:
        return forms.CharField(max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}), **given)
    if column.kind == registers.CHOICES:
        return forms.MultipleChoiceField(
            choices=[(one, one) for one in column.options], widget=forms.CheckboxSelectMultiple, **given
        )
    if column.kind in (registers.CHOICE, registers.FLAG):
        options = column.options or (registers.YES, registers.NO)
        return forms.ChoiceField(choices=[("", "選んでください"), *((one, one) for one in options)], **given)
    if column.kind == registers.NUMBER:
        return NumberField(max_length=30, **given)
    return forms.CharField(max_length=200, **given)


class NumberField(forms.CharField):
    """A number as staff write it."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return f"{cells.number(text, str(self.label)):f}" if text else ""
        except BadRow as error:
            raise forms.ValidationError(str(error)) from None
