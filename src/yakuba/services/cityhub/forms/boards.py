"""What is filled in about a board."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.tenancy.models import Department
from yakuba.services.cityhub.engine.boards import COMPARISONS, KINDS, MOST_TITLE, SPANS, TileKind
from yakuba.services.cityhub.models.boards import chosen

MARK = "\x1f"  # between a type and an attribute, which have no such character


class BoardForm(forms.Form):
    """The head of a board."""

    title = forms.CharField(label="題名", max_length=MOST_TITLE, help_text="例：川と雨のようす")
    department = forms.ModelChoiceField(
        queryset=Department.all_municipalities.none(),
        label="だれが見るか",
        required=False,
        empty_label="すべての課",
    )
    span = forms.ChoiceField(label="期間", choices=chosen(SPANS), initial="week")
    compared = forms.ChoiceField(
        label="比べる期間", choices=[("", "比べない"), *chosen(COMPARISONS)], required=False
    )
    is_draft = forms.BooleanField(
        label="下書き", required=False, help_text="下書きの間は、作った人と都市OSの担当だけが見ます。"
    )
    is_start = forms.BooleanField(
        label="最初に開く", required=False, help_text="「計器盤」を押したときに、まずこれを開きます。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].queryset = Department.objects.order_by("name")  # type: ignore[attr-defined]


class TileKindForm(forms.Form):
    """The first of two steps: which kind, of what."""

    kind = forms.ChoiceField(label="形", choices=chosen(KINDS))
    of = forms.ChoiceField(label="見せるもの", required=False, help_text="「実体の型　属性」から選びます。")

    def __init__(self, *args: Any, measured: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(f"{kind}{MARK}{attribute}", f"{kind}　{attribute}") for kind, attribute in measured]
        self.fields["of"].choices = [("", "（警報のときは選ばなくてもよい）"), *listed]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Only alarms may be of everything."""
        given = super().clean() or {}
        if given.get("kind") != TileKind.ALARMS and not given.get("of") and "of" not in self.errors:
            self.add_error("of", "見せるものを選んでください。")
        return given


class TileForm(forms.Form):
    """The second step: which entities, under what title, how far back."""

    title = forms.CharField(label="題名", max_length=MOST_TITLE)
    ids = forms.MultipleChoiceField(
        label="実体",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばなければ、その型のすべて（あとから増えたものも）が出ます。",
    )
    span = forms.ChoiceField(
        label="期間", required=False, choices=[("", "計器盤の期間と同じ"), *chosen(SPANS)]
    )

    def __init__(self, *args: Any, ids: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ids"].choices = [(one, one) for one in ids]  # type: ignore[attr-defined]
        if not ids:
            del self.fields["ids"]
