"""Tables, purposes, who wants no letters, models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.outreach.engine.columns import CLASSES, KINDS, ROLES


class TableForm(forms.Form):
    """A table."""

    name = forms.CharField(label="表の名前", max_length=120)
    year = forms.IntegerField(
        label="年度",
        min_value=1990,
        max_value=2098,
        help_text="表に年度の列がないとき、この年度の表として読みます。",
    )
    file = forms.FileField(
        label="表のファイル",
        help_text="CSV（Shift_JISでもUTF-8でも）かExcel。1行に一人（年度の列があれば一人・一年度）。個人番号の列は入れないでください。",
    )


class ColumnForm(forms.Form):
    """One column of a table."""

    heading = forms.CharField(widget=forms.HiddenInput, max_length=100)
    role = forms.ChoiceField(label="役割", choices=list(ROLES.items()))
    kind = forms.ChoiceField(label="値の種類", choices=list(KINDS.items()))
    data_class = forms.ChoiceField(label="情報の種類", choices=list(CLASSES.items()))
    known = forms.CharField(label="知った日", max_length=20, required=False)


ColumnsForms = forms.formset_factory(ColumnForm, extra=0, max_num=60, validate_max=True)


class PurposeForm(forms.Form):
    """A purpose."""

    name = forms.CharField(label="目的", max_length=120)
    basis = forms.CharField(
        label="根拠（法令・条例・計画）", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    classes = forms.MultipleChoiceField(
        label="使う情報の種類", choices=list(CLASSES.items()), widget=forms.CheckboxSelectMultiple
    )


class OptOutForm(forms.Form):
    """Who wants no letters."""

    numbers = forms.CharField(
        label="宛名番号（1行に一つ）", max_length=100_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    purpose: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="目的", queryset=None, required=False, empty_label="どの勧奨も"
    )
    since = JapaneseDateField(label="申し出た日")
    note = forms.CharField(label="メモ", max_length=200, required=False)

    def __init__(self, *args: Any, purposes: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = purposes


class ModelForm(forms.Form):
    """A model to be trained."""

    name = forms.CharField(label="モデルの名前", max_length=120, help_text="同じ名前なら次の版になります。")
    purpose: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="目的", queryset=None)
    decided = forms.CharField(
        label="年度のいつ決めるか",
        max_length=20,
        initial="06-01",
        help_text="例：06-01。この日より後に知る列は使えません。",
    )
    features = forms.MultipleChoiceField(label="使う列", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, purposes: QuerySet[Any], headings: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purpose, features = self.fields["purpose"], self.fields["features"]
        assert isinstance(purpose, forms.ModelChoiceField)
        assert isinstance(features, forms.MultipleChoiceField)
        purpose.queryset = purposes
        features.choices = [(one, one) for one in headings]


class TableChoiceForm(forms.Form):
    """Which table."""

    table: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="表", queryset=None)

    def __init__(self, *args: Any, tables: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["table"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = tables
