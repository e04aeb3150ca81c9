"""Forms of advisors, requests, occasions, cases and jobs."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.engine.advisors import Match
from yakuba.services.sharing.models import Request

FIELDS = [(one, one) for one in engine.FIELDS]


def roles() -> list[tuple[str, str]]:
    """Of the skill standard."""
    return [(one.name, f"{one.name}（{one.example}）") for one in engine.standard().roles]


def _fields() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label="分野", choices=FIELDS, widget=forms.CheckboxSelectMultiple)


class AdvisorForm(forms.Form):
    """An advisor."""

    name = forms.CharField(label="氏名", max_length=80)
    affiliation = forms.CharField(label="所属", max_length=120, required=False)
    roles = forms.MultipleChoiceField(
        label="スキル標準の役割", choices=roles, widget=forms.CheckboxSelectMultiple, required=False
    )
    fields_ = _fields()
    code = forms.RegexField(
        r"^\d{6}$", label="拠点の団体コード", required=False, help_text="距離を測るのに使います。"
    )
    online = forms.BooleanField(label="オンラインで支援できる", required=False, initial=True)
    lecturer = forms.BooleanField(label="講師を引き受ける", required=False)
    topics = forms.CharField(label="講演の題目", max_length=300, required=False)
    most = forms.IntegerField(label="年度に受ける回数", min_value=0, max_value=365, initial=10)
    contact = forms.CharField(label="連絡先", max_length=200, required=False)
    active = forms.BooleanField(label="いま頼める", required=False, initial=True)

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        given = dict(self.cleaned_data)
        return given | {"fields": given.pop("fields_")}


class SupportForm(forms.Form):
    """A request."""

    kind = forms.ChoiceField(label="種類", choices=Request.Kind.choices)
    body = forms.CharField(label="団体", max_length=120)
    municipal = forms.BooleanField(label="地方公共団体", required=False, initial=True)
    body_code = forms.RegexField(
        r"^\d{6}$", label="団体コード", required=False, help_text="地方公共団体では要ります。ほかの団体では、ある市町村のコード（距離を測るため）"
    )  # fmt: skip
    recommender = forms.CharField(
        label="推薦する団体", max_length=120, required=False, help_text="地方公共団体でないときに要ります。総合通信局か地方公共団体"
    )  # fmt: skip
    fields_ = _fields()
    role = forms.ChoiceField(label="役割", choices=lambda: [("", "問わない"), *roles()], required=False)
    online = forms.BooleanField(label="オンラインで支援を受ける", required=False)
    wanted = forms.CharField(
        label="相談したいこと", max_length=4_000, widget=forms.Textarea(attrs={"rows": 4})
    )

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        given = dict(self.cleaned_data)
        return given | {"fields": given.pop("fields_")}


class BookForm(forms.Form):
    """An occasion."""

    on = JapaneseDateField(label="日")
    online = forms.BooleanField(label="オンライン", required=False)
    minutes = forms.IntegerField(label="オンラインの時間（分）", required=False, min_value=1, max_value=600)
    team = forms.MultipleChoiceField(
        label="アドバイザー（チームにできます）", widget=forms.CheckboxSelectMultiple
    )
    override = forms.CharField(
        label="現地とオンラインを混ぜる理由", max_length=300, required=False, help_text="混ぜるときだけ。確かめた相手と理由"
    )  # fmt: skip

    def __init__(self, found: list[Match], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["team"].choices = [(str(one.candidate.key), one.candidate.name) for one in found]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, Any]:
        """What the operation is asked; the form must be valid."""
        given = dict(self.cleaned_data)
        given["advisor_ids"] = [int(one) for one in given.pop("team")]
        given["minutes"] = given["minutes"] or 0
        return given


class ReportForm(forms.Form):
    """What was done."""

    report = forms.CharField(label="支援の内容", max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    effect = forms.CharField(
        label="支援のあとの効果", max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class CaseForm(forms.Form):
    """A case."""

    title = forms.CharField(label="題", max_length=120)
    body = forms.CharField(label="団体", max_length=120)
    population = forms.IntegerField(label="人口", required=False, min_value=1, max_value=20_000_000)
    field = forms.ChoiceField(label="分野", choices=FIELDS)
    text = forms.CharField(label="内容", max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    effect = forms.CharField(
        label="効果", max_length=4_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    source = forms.CharField(label="出典", max_length=200)


class JobForm(forms.Form):
    """A job."""

    role = forms.ChoiceField(label="役割", choices=roles)
    task = forms.CharField(
        label="お願いしたい仕事", max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    employment = forms.CharField(
        label="任用の形", max_length=120, required=False, help_text="例：会計年度任用職員、業務委託"
    )
    term = forms.CharField(label="期間", max_length=120, required=False)
    place = forms.CharField(label="勤務の場所", max_length=120, required=False)
    pay = forms.CharField(label="報酬", max_length=120, required=False)
    apply_by = forms.CharField(label="締切", max_length=60, required=False)
    contact = forms.CharField(label="問い合わせ", max_length=200, required=False)
