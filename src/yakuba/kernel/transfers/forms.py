"""The table and its day."""

from __future__ import annotations

from django import forms

from yakuba.kernel.transfers.reading import HEADINGS
from yakuba.kernel.ui.forms import JapaneseDateField

LARGEST = 2_000_000  # bytes


class TransfersForm(forms.Form):
    """A CSV or Excel file, and when it holds."""

    day = JapaneseDateField(
        label="異動の日",
        help_text="その日の0時に切り替わります（きょうなら、登録してすぐ）。例：令和9年4月1日",
    )
    file = forms.FileField(
        label="異動の表",
        help_text=f"CSVかExcel。1行目の見出しは「{'、'.join(HEADINGS)}」（職員IDのほかは、使うものだけ。課をまるごと移す行は、職員IDを空けて「今の課」と「課」）。",
    )

    def clean_file(self) -> bytes:
        """Its bytes."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("ファイルは2MBまでです。異動する職員だけの表にしてください。")
        data: bytes = file.read()
        return data
