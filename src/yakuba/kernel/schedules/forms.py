"""What is done, with what, on which days, and the town's own open and closed days."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.accounts.models import User
from yakuba.kernel.schedules import queries
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.schedules.pattern import Days
from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseTimeField


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    """One list holds every work with everything it can be done with, so that the form needs no script."""

    what = forms.ChoiceField(label="行うこと", help_text="あなたの権限で行えることだけが並びます。")
    at = JapaneseTimeField(
        label="時刻",
        help_text="例：18:00。遅れて始まることはありますが、早く始まることはありません。",
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    month_day = forms.IntegerField(
        label="日",
        min_value=1,
        max_value=31,
        required=False,
        help_text="「毎月、決まった日」のときだけ使います。31は月の末日です。",
    )

    days = forms.ChoiceField(label="行う日", choices=[("", "選んでください"), *Days.choices()])

    class Meta:
        model = Schedule
        fields = ("days", "weekday", "month_day", "closed", "at")
        help_texts = {
            "weekday": "「毎週、決まった曜日」のときだけ使います。",
            "closed": "「毎日」「毎週」「毎月、決まった日」のときに使います。",
        }

    field_order = ("what", "days", "weekday", "month_day", "at", "closed")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (work.label, [(f"{work.name} {code}", label) for code, label in queries.choices(work, person)])
            for work in queries.offered(person)
        ]
        self.fields["what"].choices = [("", "選んでください"), *offered]  # type: ignore[attr-defined]
        for used_only_then in ("weekday", "closed"):  # always chosen; not called necessary
            self.fields[used_only_then].required = False
        if self.instance.pk:
            self.initial["what"] = f"{self.instance.work} {self.instance.choice}"

    def clean(self) -> dict[str, Any]:
        """A monthly schedule needs its day."""
        given = super().clean() or {}
        if given.get("days") == Days.MONTHLY and not given.get("month_day"):
            self.add_error("month_day", "毎月の何日に行うかを、1から31までの数で入れてください。")
        given["month_day"] = given.get("month_day") or 1
        return given

    def chosen(self) -> Schedule:
        """The row as the form has it, not written yet."""
        row: Schedule = self.instance
        row.work, _, row.choice = self.cleaned_data["what"].partition(" ")
        return row


class SpecialDayForm(forms.Form):
    """A day on which the town hall is open or closed otherwise than the law has it."""

    day = JapaneseDateField(label="日")
    open = forms.ChoiceField(label="その日は", choices=[("no", "閉庁"), ("yes", "開庁")])
    reason = forms.CharField(label="理由", max_length=60, help_text="例：市制記念日、繁忙期の日曜開庁")
