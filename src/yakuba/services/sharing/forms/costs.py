"""Forms of groups, costs and months."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.tables.reading import BadRow
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.sharing.contracts import TaxRounding, WithoutUse
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.models import TAX_RATES, CostGroup, CostItem
from yakuba.services.sharing.queries import costs as queries


class MonthField(forms.CharField):
    """A month as staff write it → `2026-04`."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=12, **({"help_text": "例：2026-04、令和8年4月"} | given))

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return cells.month(text) if text else ""
        except BadRow as error:
            raise forms.ValidationError(str(error)) from None


class YenField(forms.CharField):
    """Yen as staff write them: 1,200、１２００、△300 → int; empty → None where it may be."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=24, **given)

    def clean(self, value: Any) -> int | None:  # type: ignore[override]  # a number out of words
        text = str(super().clean(value))
        if not text:
            return None
        try:
            return cells.yen(text, str(self.label))
        except BadRow as error:
            raise forms.ValidationError(str(error)) from None


class GroupForm(forms.Form):
    """A group."""

    code = forms.SlugField(
        label="符号", max_length=20, help_text="請求書の番号の頭になります。英小文字と数字と -"
    )
    title = forms.CharField(label="名前", max_length=120)
    agreement = forms.CharField(label="協定", max_length=300, help_text="名前、日付、文書番号")
    biller = forms.CharField(
        label="請求する者", max_length=120, required=False, help_text="空けておくと自治体の名前になります。"
    )
    pay_to = forms.CharField(label="振込先と期限", max_length=300, required=False)
    rounding = forms.ChoiceField(
        label="消費税の端数",
        choices=TaxRounding.choices(),
        help_text="請求書ごと、税率ごとに1回だけ丸めます。",
    )
    by_days = forms.BooleanField(
        label="月の途中の出入りを日割りにする",
        required=False,
        help_text="選ばなければ、その月に1日でも参加した団体はひと月分で数えます。",
    )
    shows_all = forms.BooleanField(label="全団体の負担を請求書に載せる", required=False, initial=True)

    def clean_code(self) -> str:
        """As numbers of bills take it."""
        code = str(self.cleaned_data["code"])
        if code != code.lower() or "_" in code or code.startswith("-"):
            raise forms.ValidationError("英小文字、数字、- だけで書いてください。")
        return code


class BodyForm(forms.Form):
    """A body of a group."""

    code = forms.RegexField(r"^\d{6}$", label="団体コード", help_text="検査数字まで6けた")
    name = forms.CharField(label="団体名", max_length=60)
    joined_on = JapaneseDateField(label="参加した日")
    left_on = JapaneseDateField(
        label="抜けた日", required=False, help_text="最後の日。抜けていなければ空けておきます。"
    )


class ItemForm(forms.Form):
    """A cost."""

    code = forms.SlugField(label="符号", max_length=20, help_text="英小文字と数字と -")
    title = forms.CharField(label="費用", max_length=120)
    cost_class = forms.CharField(label="費用の区分", max_length=60, help_text="協定にある区分")
    tax_rate = forms.TypedChoiceField(label="消費税", coerce=int, choices=TAX_RATES, initial=10)


class KeyForm(forms.Form):
    """A key."""

    since = MonthField(label="適用する月")
    equal = forms.DecimalField(label="均等割（％）", min_value=0, max_value=100, decimal_places=3, initial=0)
    population = forms.DecimalField(
        label="人口割（％）", min_value=0, max_value=100, decimal_places=3, initial=0
    )
    use = forms.DecimalField(label="利用割（％）", min_value=0, max_value=100, decimal_places=3, initial=0)
    counted_on = JapaneseDateField(label="人口の基準日", required=False)
    use_kind = forms.CharField(label="利用の種類", required=False, max_length=60)
    without_use = forms.ChoiceField(label="だれも使わない月", choices=WithoutUse.choices())
    source = forms.CharField(label="根拠", max_length=300, help_text="条例、協定の条")

    def __init__(self, group: CostGroup, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        kinds = "、".join(f"{name}＝{label}" for name, label in queries.use_kinds(group))
        self.fields["use_kind"].help_text = f"ここで数えるもの：{kinds}。ほかは、表で入れる種類の名前"


class CapForm(forms.Form):
    """A cap."""

    code = forms.ChoiceField(label="団体")
    most = YenField(
        label="年度の上限（円、税抜き）", required=False, help_text="空けておくと上限がなくなります。"
    )
    year = forms.IntegerField(
        label="適用する年度",
        min_value=1990,
        max_value=2200,
        help_text="西暦。この年度から、次の上限を決めるまで",
    )

    def __init__(self, group: CostGroup, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["code"].choices = [(one.code, one.name) for one in group.bodies.all()]  # type: ignore[attr-defined]


class AmountForm(forms.Form):
    """An amount."""

    month = MonthField(label="月")
    yen = YenField(label="金額（円、税抜き）", help_text="戻りは △1,200 のように書きます。")
    note = forms.CharField(
        label="内訳", max_length=200, required=False, help_text="締めた月の訂正では、理由を書きます。"
    )


class MonthForm(forms.Form):
    """A month."""

    month = MonthField(label="月")


class CloseForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300)


class ProposeForm(CloseForm):
    """A month, and why."""

    month = MonthField(label="月", widget=forms.HiddenInput)


class WhatIfForm(forms.Form):
    """Other weights, another amount, a body more or less."""

    month = MonthField(label="月")
    yen = YenField(label="金額（円、税抜き）", required=False, help_text="空けておくと、いまの額")
    equal = forms.DecimalField(label="均等割（％）", required=False, min_value=0, max_value=100)
    population = forms.DecimalField(label="人口割（％）", required=False, min_value=0, max_value=100)
    use = forms.DecimalField(label="利用割（％）", required=False, min_value=0, max_value=100)
    without = forms.ChoiceField(label="抜ける団体", required=False)
    joining = forms.CharField(label="加わる団体の名前", required=False, max_length=60)
    joining_population = forms.IntegerField(label="加わる団体の人口", required=False, min_value=0)
    joining_use = forms.DecimalField(label="加わる団体の利用量", required=False, min_value=0)

    def __init__(self, item: CostItem, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        bodies = [(one.code, one.name) for one in item.group.bodies.all()]
        self.fields["without"].choices = [("", "なし"), *bodies]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        given = self.cleaned_data
        return given | {
            "joining_population": given["joining_population"] or 0,
            "joining_use": given["joining_use"] or 0,
        }
