"""What staff fill in on the ledger's pages."""

from __future__ import annotations

from django import forms

from yakuba.kernel.ledger.by_hand import LONGEST_NUMBER


class ByHandForm(forms.Form):
    """A case that was entered by hand. The minutes count in the effect, so that no saving is claimed for it."""

    number = forms.CharField(
        label="基幹システムの登録番号",
        max_length=LONGEST_NUMBER,
        help_text="登録の完了画面に出た番号を、そのまま入力します。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    minutes = forms.DecimalField(
        label="入力にかかった時間（分）",
        min_value=0,
        max_value=600,
        decimal_places=1,
        help_text="効果の計算に使います。例：12、7.5",
    )
    note = forms.CharField(label="覚え書き", max_length=200, required=False)
