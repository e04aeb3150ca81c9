"""Forms of the answering town."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.surveys.models import Incoming, IncomingPart


class InquiryForm(forms.Form):
    """An inquiry that came from outside the installation."""

    title = forms.CharField(label="件名", max_length=120)
    sender = forms.CharField(label="どこから", max_length=120, help_text="例：○○県市町村課")
    number = forms.CharField(label="文書番号", max_length=60, required=False)
    came_on = JapaneseDateField(label="届いた日", initial=timezone.localdate)
    deadline = JapaneseDateField(label="期限", required=False)
    note = forms.CharField(
        label="内容", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    source = forms.CharField(
        label="調査の定義（YAML）", max_length=200_000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="設問をこの画面で答えるときだけ、定義のファイルの中身を貼ります。",
    )  # fmt: skip


class SplitForm(forms.Form):
    """Which sections answer, by when, and which questions each."""

    def __init__(self, incoming: Incoming, data: Any = None) -> None:
        super().__init__(data)
        there = {part.department_id: part for part in IncomingPart.objects.filter(incoming=incoming)}
        definition = incoming.definition
        choices = (
            [(one.code, f"{one.code} {one.label}") for one in definition.questions] if definition else []
        )
        self._departments = list(Department.objects.order_by("name"))
        for department in self._departments:
            part = there.get(department.pk)
            name = f"{department.pk}"
            self.fields[f"use_{name}"] = forms.BooleanField(
                label=f"{department.name}に頼む", required=False, initial=part is not None
            )
            self.fields[f"deadline_{name}"] = JapaneseDateField(
                label=f"{department.name}の期限",
                required=False,
                initial=part.deadline if part else incoming.deadline,
            )
            if choices:
                self.fields[f"questions_{name}"] = forms.MultipleChoiceField(
                    label=f"{department.name}の設問", required=False, choices=choices, initial=part.questions if part else [],
                    help_text="選ばなければ、すべての設問です。",
                )  # fmt: skip

    @property
    def parts(self) -> Sequence[dict[str, Any]]:
        """For the operation; the form must be valid."""
        given = self.cleaned_data
        return [
            {
                "department": one.name,
                "questions": given.get(f"questions_{one.pk}", []),
                "deadline": given[f"deadline_{one.pk}"],
            }
            for one in self._departments
            if given[f"use_{one.pk}"]
        ]


class PartForm(forms.Form):
    """The words of a section, where there are no questions."""

    reply = forms.CharField(
        label="答え", max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
