"""What people fill in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.claims.engine.tables import kinds


class MultipleFileInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A list of files."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each of them. Raises ValidationError for none."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFilesField, self).clean(one, initial) for one in given]


class ClaimFilesForm(forms.Form):
    """Claim files."""

    files = SeveralFilesField(  # type: ignore[assignment]  # a field, which Django takes out of the class
        label="請求ファイル",
        help_text="レセプト電算処理の請求ファイル（RECEIPTC.UKEなど）。一つでも、選んで複数でも入れられます。",
        widget=MultipleFileInput(attrs={"multiple": True}),
    )


def table_choices() -> list[tuple[str, str]]:
    """Files without headings."""
    return [(code, kind.label) for code, kind in kinds().items() if not kind.heading]


class MasterForm(forms.Form):
    """A master or a table of the electronic fee schedule."""

    kind = forms.ChoiceField(label="種類", choices=table_choices)
    since = forms.CharField(
        label="適用する診療年月から",
        max_length=7,
        help_text="2026-06 のように。この月から後の診療に使います。",
    )
    file = forms.FileField(label="ファイル", help_text="公表されているCSVのまま（Shift_JIS、見出しなし）。")


class SinceForm(forms.Form):
    """From when a table holds."""

    since = forms.CharField(label="適用する診療年月から", max_length=7, help_text="2026-06 のように。")


class MonthsForm(forms.Form):
    """Which months."""

    months = forms.MultipleChoiceField(label="診療年月", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, months: Iterable[tuple[int, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["months"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (str(month), f"{month // 100}年{month % 100}月（{count:,}件）") for month, count in months
        ]


class JudgeForm(forms.Form):
    """Why a finding is wrong, or anything else worth noting."""

    note = forms.CharField(label="メモ（誤りのときは、わけ）", max_length=300, required=False)


class InquiryForm(forms.Form):
    """To whom a letter goes."""

    name = forms.CharField(label="医療機関の名前", max_length=120)
    postal_code = forms.CharField(label="郵便番号", max_length=8, required=False)
    address = forms.CharField(
        label="所在地", max_length=200, help_text="請求ファイルに所在地はありません。名簿で確かめて書きます。"
    )
    number = forms.CharField(label="文書番号", max_length=60, required=False)
    day = JapaneseDateField(label="日付")
    question = forms.CharField(
        label="尋ねること",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        initial="算定のわけをお知らせください。",
    )


class DeadlineForm(forms.Form):
    """By when declarations had to be filed."""

    deadline = JapaneseDateField(label="申告の期限", help_text="この日までに出た申告が期限内です。")


class DecideForm(forms.Form):
    """Why."""

    why = forms.CharField(label="決めたわけ", max_length=280)


class ChangesForm(forms.Form):
    """Two lists."""

    before = forms.FileField(label="前の一覧", help_text="宛名番号と法人番号（か指定番号）の列がある表")
    after = forms.FileField(label="今の一覧")
