"""The form of an initiative."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.models import Initiative
from yakuba.services.reform.queries.initiatives import CRITERIA, SCORES

WHAT = ("title", "means", "state", "year", "staff", "source")
TIME = (
    "cases",
    "before",
    "before_kind",
    "after",
    "after_kind",
    "error_rate",
    "fix",
    "maintenance",
    "overtime",
)
MONEY = ("initial", "yearly", "changes", "change_hours", "change_cost")
JUDGED = (*CRITERIA, "remarks")


class InitiativeForm(forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """All that is known or assumed of an initiative."""

    department = forms.ModelChoiceField(
        queryset=Department.all_municipalities.none(),
        label="課",
        required=False,
        empty_label="（課をまたぐ）",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    class Meta:
        model = Initiative
        fields = (*WHAT, *TIME, *MONEY, *JUDGED)
        widgets = {"remarks": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["department"].initial = self.instance.department_id
        changed = self.instance.changed_at
        self.fields["seen"].initial = changed.isoformat() if changed else ""
        scores = [("", "―"), *((score, f"{score} {said}") for score, said in SCORES.items())]
        for name in CRITERIA:
            self.fields[name] = forms.TypedChoiceField(
                label=CRITERIA[name], choices=scores, coerce=int, empty_value=None, required=False
            )
        for name in ("error_rate", "fix", "maintenance", *MONEY):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """What is left empty of what may be nothing is 0."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("error_rate", "fix", "maintenance", *MONEY):
            if name in given and given[name] is None:
                given[name] = 0
        return given

    def parts(self) -> list[tuple[str, str, list[Any]]]:
        """The fields under headings, each with a sentence."""
        return [
            ("何をするか", "", [self[name] for name in (WHAT[0], "department", *WHAT[1:])]),
            (
                "時間",
                "減る時間 = 件数 ×（前 − 後）− 件数 × 直しの割合 × 直す時間 − 保守",
                [self[name] for name in TIME],
            ),
            (
                "費用と、画面が変わる危険",
                "分からないところは0のままにします。",
                [self[name] for name in MONEY],
            ),
            (
                "時間とお金のほか",
                "1（悪くなる）から5（とても良くなる）。判断していないものは空けておきます。",
                [self[name] for name in JUDGED],
            ),
        ]

    @property
    def given(self) -> dict[str, Any]:
        """For the operation; the form must be valid."""
        found = dict(self.cleaned_data)
        found["department"] = str(found["department"] or "")
        return found
