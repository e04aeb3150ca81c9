"""What clerks fill in."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.services.queue.models import Category


class DeskForm(forms.Form):
    """Where one sits, and whom one calls."""

    window = forms.CharField(label="窓口の名前", max_length=20, help_text="呼び出しの画面に出ます。例：3番")
    letters = forms.MultipleChoiceField(
        label="呼ぶ区分",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="1つも選ばないと、すべての区分を呼びます。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.letter, str(one)) for one in Category.objects.all()]
        self.fields["letters"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["letters"]


class CategoryForm(forms.Form):
    """A category."""

    letter = forms.CharField(
        label="記号",
        max_length=2,
        help_text="AからZまでの英字。番号の前に付きます。いまある記号なら、書き換えます。",
    )
    title = forms.CharField(label="区分", max_length=40, help_text="例：住民票・戸籍")
    note = forms.CharField(
        label="説明", max_length=100, required=False, help_text="発券の画面に出ます。例：転入、転居、証明書"
    )
    is_open = forms.BooleanField(label="番号札を出す", required=False, initial=True)


class MachineForm(forms.Form):
    """A self-service machine."""

    place = forms.CharField(label="置き場所", max_length=40, help_text="例：1階ロビー")
