"""Campaigns, step by step; a form writes the same file that a clerk may write by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.definitions import values as read_values
from yakuba.kernel.ui.forms import JapaneseDateField, SliderInput
from yakuba.services.outreach.engine.plan import ADAPTIVE, ALIKE, BY_LETTER, BY_LIST, write_plan

LETTERS = 3
TEXTS = {
    "name": "施策", "year": "年度", "decided": "決める日", "control": "対照群", "method": "割り付け", "seed": "乱数の種", "print_day": "印刷日",
    "ends": "結果の終わり", "look": "見る日", "letter_cost": "一通の費用", "other_cost": "ほかの費用", "expected": "見込む差", "before": "これまでの割合",
    "model": "リスクのモデル", "sent": "送り方",
}  # fmt: skip
LINES = {"who": "対象", "without": "除く", "strata": "層"}


def _lines(text: str) -> list[str]:
    return [one.strip() for one in text.replace("\r", "").split("\n") if one.strip()]


class StartForm(forms.Form):
    """Which table, for which purpose."""

    table: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="表", queryset=None)
    purpose: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label="目的", queryset=None)

    def __init__(self, *args: Any, tables: QuerySet[Any], purposes: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("table", tables), ("purpose", purposes)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


class CampaignForm(forms.Form):
    """A plan. Letters without a name are none."""

    name = forms.CharField(label="施策の名前", max_length=120)
    year = forms.IntegerField(label="年度", min_value=1990, max_value=2098)
    decided = JapaneseDateField(
        label="決める日", help_text="この日の年齢で選びます。この日より後に知る列は使えません。"
    )
    who = forms.CharField(
        label="対象の条件（1行に一つ、すべてに当たる人）", widget=forms.Textarea(attrs={"rows": 5}),
        help_text="例：年齢 以上 40／地区 のどれか 東、西／昨年度の受診 でない はい または 昨年度の受診 空",
    )  # fmt: skip
    without = forms.CharField(
        label="除く条件（1行に一つ、どれかに当たる人）",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    model = forms.IntegerField(
        label="リスクのモデルの番号",
        required=False,
        min_value=1,
        help_text="承認されたモデルだけ。条件に「リスク 以上 0.3」と書けます。",
    )
    control = forms.FloatField(
        label="対照群の割合（%）",
        min_value=5,
        max_value=90,
        initial=34,
        help_text="この割合の人には送りません。送った効果は、この人たちと比べて分かります。",
    )
    method = forms.ChoiceField(
        label="割り付け",
        choices=[(ALIKE, "どの文面も同じ割合"), (ADAPTIVE, "よい文面を多く（続きの施策だけ。最低10%）")],
    )
    strata = forms.CharField(
        label="層にする列（1行に一つ）",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="層ごとに割り付けるので、どの群も似た人になります。",
    )
    quantiles = forms.CharField(
        label="分位（1行に「列 数」）",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例：年齢 4（数の列を4つに分けて層にする）",
    )
    print_day = JapaneseDateField(label="印刷日")
    ends = JapaneseDateField(label="結果の終わり", help_text="この日までの受診を数えます。")
    look = JapaneseDateField(label="結果を見る日", help_text="見るのは一度です。")
    sent = forms.ChoiceField(label="送り方", choices=[(BY_LETTER, "手紙"), (BY_LIST, "一覧だけ（電話など）")])
    before = forms.FloatField(label="送らないときの割合（%）", min_value=0.5, max_value=99, initial=35)
    expected = forms.FloatField(label="見込む差（ポイント）", min_value=0.1, max_value=80, initial=2)
    letter_cost = forms.FloatField(label="一通の費用（円）", min_value=0, required=False)
    other_cost = forms.FloatField(label="ほかの費用（円）", min_value=0, required=False)
    seed = forms.IntegerField(
        label="乱数の種",
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="空なら決めて記録します。同じ種なら同じ割り付けになります。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, LETTERS + 1):
            needed = number == 1
            self.fields[f"name_{number}"] = forms.CharField(
                label=f"文面{number}の名前", max_length=40, required=needed
            )
            self.fields[f"subject_{number}"] = forms.CharField(
                label=f"文面{number}の件名", max_length=80, required=needed
            )
            self.fields[f"body_{number}"] = forms.CharField(
                label=f"文面{number}の本文", max_length=1500, required=needed, widget=forms.Textarea(attrs={"rows": 4}), help_text="差し込みは {氏名} のように列の名前で。" if needed else "",
            )  # fmt: skip

    @property
    def text(self) -> str:
        """The file; the form must be valid."""
        given: dict[str, Any] = {key: self.cleaned_data.get(name) for name, key in TEXTS.items()}
        given |= {key: _lines(self.cleaned_data[name]) for name, key in LINES.items()}
        given["分位"] = dict(_pair(one) for one in _lines(self.cleaned_data["quantiles"]))
        given["文面"] = [
            {"名前": name, "件名": self.cleaned_data[f"subject_{number}"], "本文": self.cleaned_data[f"body_{number}"].replace("\r", "")}
            for number in range(1, LETTERS + 1) if (name := self.cleaned_data[f"name_{number}"])
        ]  # fmt: skip
        return write_plan(given)


def _pair(line: str) -> tuple[str, str]:
    name, _, count = line.rpartition(" ")
    return (name.strip() or line), count.strip() or "4"


def initial(text: str) -> dict[str, Any]:
    """What a file says, for the form; nothing where it cannot be read."""
    try:
        given = read_values(text)
    except DefinitionRefused:
        return {}
    if not isinstance(given, Mapping):
        return {}
    found: dict[str, Any] = {name: given.get(key) for name, key in TEXTS.items()}
    found |= {name: "\n".join(map(str, _listed(given.get(key)))) for name, key in LINES.items()}
    found["quantiles"] = "\n".join(f"{name} {count}" for name, count in dict(given.get("分位") or {}).items())
    for number, letter in enumerate(_listed(given.get("文面"))[:LETTERS], start=1):
        found |= {
            f"name_{number}": letter.get("名前"),
            f"subject_{number}": letter.get("件名"),
            f"body_{number}": letter.get("本文"),
        }
    return {name: value for name, value in found.items() if value is not None}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


class ReasonForm(forms.Form):
    """Why it is proposed."""

    reason = forms.CharField(label="起案のわけ", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class UntilForm(forms.Form):
    """Up to which day a list is complete."""

    until = JapaneseDateField(label="いつまでの受診の一覧か")


class PersonForm(forms.Form):
    """Whose assignment."""

    resident_number = forms.CharField(label="宛名番号", max_length=20)


class SizeForm(forms.Form):
    """What is expected."""

    before = forms.FloatField(label="送らないときの割合（%）", min_value=0.5, max_value=99, initial=37.7)
    more = forms.FloatField(label="見つけたい差（ポイント）", min_value=-50, max_value=60, initial=1.9)
    ratio = forms.FloatField(label="手紙1通に対する対照群の人数", min_value=0.05, max_value=20, initial=1)


class NahaForm(forms.Form):
    """What is not known of the figures of 那覇市, with sliders."""

    share = forms.IntegerField(
        label="勧奨した人の割合（%）", min_value=5, max_value=95, initial=32, widget=SliderInput(5, 95, 1, "勧奨した人の割合")
    )  # fmt: skip
    people = forms.IntegerField(
        label="一年に勧奨した人（人）", min_value=500, max_value=50000, initial=5000, widget=SliderInput(500, 50_000, 500, "一年に勧奨した人")
    )  # fmt: skip
