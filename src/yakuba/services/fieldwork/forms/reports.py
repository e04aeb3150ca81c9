"""What people fill in about reports."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.ui.forms import JapaneseDateField


class TextForm(forms.Form):
    """A sentence or more."""

    text = forms.CharField(max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str = "文", help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label, self.fields["text"].help_text = label, help_text


class MoveForm(TextForm):
    """Which section has it from now on."""

    section = forms.ChoiceField(label="移す先の課")
    field_order = ("section", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label="移す理由", **kwargs)
        names = Department.objects.order_by("name").values_list("name", flat=True)
        self.fields["section"].choices = [("", "選んでください"), *((one, one) for one in names)]  # type: ignore[attr-defined]


class DueForm(TextForm):
    """Another last day."""

    day = JapaneseDateField(label="新しい期限")
    field_order = ("day", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label="変える理由", **kwargs)


class ReleaseForm(TextForm):
    """What everybody may read and see."""

    photos = forms.MultipleChoiceField(
        label="公開する写真", required=False, widget=forms.CheckboxSelectMultiple
    )
    looked = forms.BooleanField(
        label="文と写真に、人の顔、名前、住所、電話、車の番号、書類の文字がないことを確かめた",
    )
    field_order = ("text", "photos", "looked")

    def __init__(self, *args: Any, pictures: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(
            *args,
            label="公開する文",
            help_text="通報の文は公開しません。ここに書いた文だけを出します。",
            **kwargs,
        )
        self.fields["photos"].choices = pictures  # type: ignore[attr-defined]
        if not pictures:
            del self.fields["photos"]
