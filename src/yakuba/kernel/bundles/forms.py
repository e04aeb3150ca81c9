"""A bundle to be looked at, and the procedure whose bundle is made."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ledger.models import Procedure

LARGEST = 30_000_000  # bytes, packed


class BundleForm(forms.Form):
    """A file that another town has handed over."""

    file = forms.FileField(
        label="受け取ったファイル",
        help_text="定義の束（.zip）、30MBまで。",
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )

    def clean_file(self) -> bytes:
        """Its bytes."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("ファイルは30MBまでです。")
        content: bytes = file.read()
        return content


class ProcedureForm(forms.Form):
    """Which procedure."""

    procedure = forms.ChoiceField(label="手続")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Procedure.objects.order_by("title").values_list("code", "title")
        self.fields["procedure"].choices = list(rows)  # type: ignore[attr-defined]
