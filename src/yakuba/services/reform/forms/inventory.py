"""Forms of the inventory: a round, who answers, a process, what was pasted, classes, prices, the what-if."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.reform.actions.classes import MOST as MOST_CLASSES
from yakuba.services.reform.contracts import ClassGroup, ClassWork, StaffKind
from yakuba.services.reform.models import InventoryRound, SectionInventory, WorkClass
from yakuba.services.reform.queries import inventory as queries

NEW_CLASSES = 3
LONGEST_PASTED = 2_000_000  # characters


class RoundForm(forms.Form):
    """A new round."""

    year = forms.IntegerField(
        label="年度（西暦）", min_value=2000, max_value=2100, help_text="例：2027（令和9年度）"
    )
    deadline = JapaneseDateField(label="期限")
    departments = forms.ModelMultipleChoiceField(
        label="頼む課", queryset=Department.all_municipalities.none(), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label="課へのお願い", max_length=300, required=False, help_text="答える画面の上に出ます。"
    )
    copy_last = forms.BooleanField(label="前の年度の答えを、下書きに写す", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departments"].queryset = Department.objects.order_by("name")  # type: ignore[attr-defined]


class DeadlineForm(forms.Form):
    """Another deadline."""

    deadline = JapaneseDateField(label="期限")
    note = forms.CharField(label="課へのお願い", max_length=300, required=False)


class AskForm(forms.Form):
    """Sections that were not asked yet."""

    departments = forms.ModelMultipleChoiceField(
        label="足す課", queryset=Department.all_municipalities.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, row: InventoryRound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = SectionInventory.objects.filter(round=row, department__isnull=False).values("department")
        rows = Department.objects.exclude(pk__in=asked).order_by("name")
        self.fields["departments"].queryset = rows  # type: ignore[attr-defined]
        self.any = rows.exists()


class PeopleForm(forms.Form):
    """Who answers for each section."""

    def __init__(self, *args: Any, sections: Sequence[SectionInventory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [("", "（同じ課のだれか）"), *((str(one.pk), str(one)) for one in queries.people())]
        for section in sections:
            self.fields[f"person-{section.pk}"] = forms.ChoiceField(
                label=f"{section.asked}の担当者",
                choices=people,
                required=False,
                initial=str(section.assigned_to_id or ""),
                show_hidden_initial=True,  # what another person decides meanwhile stays
            )

    def clean(self) -> dict[str, Any]:
        """Nobody who could not answer."""
        given: dict[str, Any] = super().clean() or {}
        for section, person in self.people().items():
            if person is not None and not queries.may_answer(person):
                self.add_error(f"person-{section}", queries.CANNOT_ANSWER)
        return given

    def people(self) -> dict[int, Any]:
        """Section's number → person or None, of those for whom it was changed."""
        known = {str(one.pk): one for one in queries.people()}
        return {
            int(name.removeprefix("person-")): known.get(value)
            for name, value in self.cleaned_data.items()
            if name in self.changed_data
        }


class ProcessNameForm(forms.Form):
    """A new process."""

    name = forms.CharField(label="業務の名前", max_length=80, help_text="例：保育所の入所申込")


class ProcessForm(forms.Form):
    """What a process's description sheet says."""

    name = forms.CharField(label="業務の名前", max_length=80)
    purpose = forms.CharField(
        label="目的", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    law = forms.CharField(label="根拠法令", max_length=200, required=False, help_text="例：児童福祉法第24条")
    scale_usual = forms.CharField(
        label="規模（通常）", max_length=100, required=False, help_text="例：月20件"
    )
    scale_busy = forms.CharField(
        label="規模（繁忙）", max_length=100, required=False, help_text="例：11月から2月に月300件"
    )
    scale_slack = forms.CharField(label="規模（閑散）", max_length=100, required=False)
    indicator = forms.CharField(
        label="成果指標", max_length=200, required=False, help_text="例：申込から通知までの日数"
    )
    staff = forms.DecimalField(
        label="投入資源（人）",
        min_value=0,
        max_value=9999,
        decimal_places=2,
        required=False,
        help_text="例：0.5",
    )
    before = forms.IntegerField(widget=forms.HiddenInput)


class BeforeForm(forms.Form):
    """What the section was like when somebody looked at a table."""

    before = forms.IntegerField(widget=forms.HiddenInput, required=False)


class PasteForm(BeforeForm):
    """What was copied out of a spreadsheet."""

    text = forms.CharField(
        label="表計算ソフトから写した行",
        max_length=LONGEST_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "data-focus": ""}),
        help_text="表の中を選んで写し（Ctrl+C）、ここに貼ります（Ctrl+V）。見出しの行があれば、一緒に写します。",
    )


class ReasonForm(forms.Form):
    """Why an answer goes back."""

    reason = forms.CharField(label="戻す理由", max_length=300)


class ClassForm(forms.Form):
    """One class of the list."""

    number = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label="事務分類", max_length=30, required=False)
    group = forms.ChoiceField(label="まとまり", choices=ClassGroup.choices)
    work = forms.ChoiceField(label="中身", choices=ClassWork.choices)
    retired = forms.BooleanField(label="使わない", required=False)


ClassForms = forms.formset_factory(ClassForm, extra=NEW_CLASSES, max_num=MOST_CLASSES)


def class_rows() -> list[dict[str, Any]]:
    """The list as it is."""
    return [
        {"number": row.pk, "name": row.name, "group": row.group, "work": row.work, "retired": row.retired}
        for row in WorkClass.objects.all()
    ]


def class_forms(data: Any = None) -> Any:
    """The list as it is, and a few empty rows below."""
    return ClassForms(data, initial=class_rows())


class PriceForm(forms.Form):
    """What an hour costs."""

    staff = forms.ChoiceField(label="職員の種類", choices=StaffKind.choices)
    year = forms.IntegerField(label="年度（西暦）", min_value=2000, max_value=2100)
    yen = forms.IntegerField(label="1時間（円）", min_value=1, max_value=100_000)
    source = forms.CharField(
        label="根拠", max_length=200, help_text="例：令和8年度当初予算の人件費 ÷ 職員数 ÷ 1,920時間"
    )


class OutlookForm(forms.Form):
    """What is assumed about the years to come."""

    target = forms.IntegerField(label="何年度のことか（西暦）", min_value=2000, max_value=2150)
    staff = forms.IntegerField(label="その年度の職員（今の何%）", min_value=1, max_value=200)
    work = forms.IntegerField(label="その年度の仕事の量（今の何%）", min_value=1, max_value=300)
    done = forms.IntegerField(label="取組を終える年度（西暦）", min_value=2000, max_value=2150)
