"""The Word file, and the day from which it is used."""

from __future__ import annotations

from django import forms

from yakuba.kernel.letters.word.package import LARGEST_FILE
from yakuba.kernel.ui.forms import JapaneseDateField


class WordFileForm(forms.Form):
    """A .docx."""

    file = forms.FileField(
        label="Wordファイル",
        help_text="Word 文書（.docx）、10MBまで。マクロや変更履歴のないもの。",
        widget=forms.FileInput(attrs={"accept": ".docx"}),
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Its name and its bytes."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("ファイルは10MBまでです。大きな写真を小さくしてください。")
        return str(file.name), file.read()


class SinceForm(forms.Form):
    """From when on."""

    since = JapaneseDateField(
        label="使い始める日",
        help_text="通知の日付がこの日以後のものから使います。例：令和9年1月4日",
    )
