"""Forms of the drafting room."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.drafting.contracts import TextClass, TownWord
from yakuba.services.drafting.engine import documents
from yakuba.services.drafting.engine.proofreading.proofread import cleaned
from yakuba.services.drafting.engine.proofreading.text import LONGEST
from yakuba.services.drafting.engine.termlist import LONGEST as LONGEST_WORD
from yakuba.services.drafting.engine.termlist import LONGEST_REASON

FILES = "Word（.docx）か、テキスト（UTF-8かShift_JIS）。"
PASTED = forms.Textarea(attrs={"rows": 12})


def read_of(file: Any, text: str) -> documents.Read:
    """What a person sees of the file, or of the text where there is none. Raises Invalid."""
    if file and file.size > documents.LARGEST:
        raise Invalid(f"ファイルは{documents.LARGEST // 1_000_000}MBまでです。")
    read = documents.read(file.name, file.read()) if file else documents.seen(text)
    return documents.Read(cleaned(read.text), read.hidden)


class PastedForm(forms.Form):
    """A text, typed or as a file, which goes before. `read` is what a person sees of it; the form must be valid."""

    text = forms.CharField(label="文", required=False, strip=False, widget=PASTED, max_length=LONGEST)
    file = forms.FileField(label="または、ファイル", required=False, help_text=FILES)

    read: documents.Read

    def clean(self) -> dict[str, Any]:
        """Read it."""
        given = super().clean() or {}
        if self.errors:
            return given
        with told_in(self):
            self.read = read_of(given.get("file"), given.get("text") or "")
        if self.errors:
            return given
        if not self.read.text.strip():
            raise forms.ValidationError("文を貼り付けるか、ファイルを選んでください。")
        return given


class ProofreadForm(PastedForm):
    """A text to be proofread. left: keys of findings that the person lets be."""

    text_class = forms.ChoiceField(
        label="文書の種類",
        choices=TextClass.choices(),
        initial=TextClass.NOTICE.value,
        help_text="どの決まりを当てるかが変わります。",
    )
    field_order = ("text", "file", "text_class")

    @property
    def kind(self) -> TextClass:
        """The chosen class."""
        return TextClass(self.cleaned_data["text_class"])


class KeepForm(forms.Form):
    """A text to be kept."""

    title = forms.CharField(label="題", max_length=100, required=False)
    text = forms.CharField(strip=False, max_length=LONGEST, widget=forms.HiddenInput)
    text_class = forms.ChoiceField(choices=TextClass.choices(), widget=forms.HiddenInput)


class TermForm(forms.Form):
    """A word of the town's list."""

    written = forms.CharField(
        label="直す語",
        max_length=LONGEST_WORD,
        required=False,
        help_text="空にすると、町の書き方をほかの決まりで直さなくなります。",
    )
    preferred = forms.CharField(
        label="町の書き方",
        max_length=LONGEST_WORD,
        required=False,
        help_text="空にすると、直す語を見つけて知らせるだけになります。",
    )
    reason = forms.CharField(label="理由", max_length=LONGEST_REASON, required=False)
    classes = forms.MultipleChoiceField(
        label="文書の種類",
        choices=TextClass.choices(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばなければ、どの文書でも使います。",
    )

    @property
    def word(self) -> TownWord:
        """What was entered; the form must be valid."""
        given = self.cleaned_data
        return TownWord(
            given["written"],
            given["preferred"],
            given["reason"],
            tuple(TextClass(one) for one in given["classes"]),
        )
