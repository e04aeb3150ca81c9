"""Forms of crews, plans and what crews say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.fieldwork.contracts import ChangeKind, NotDone, StopKind
from yakuba.services.fieldwork.engine.rounds.entries import (
    MOST_LOAD,
    MOST_MINUTES,
    PRIORITIES,
    GivenCrew,
    GivenStop,
)
from yakuba.services.fieldwork.engine.rounds.words import WEEKDAYS

HOURS_HELP = "例：8:30-17:15。空なら休み"


def _skills(known: list[str]) -> str:
    return f"「、」で区切ります。一覧：{'、'.join(known) or 'まだありません'}"


class PlaceForm(forms.Form):
    """Where it is."""

    latitude = forms.FloatField(label="緯度", min_value=20, max_value=46, help_text="例：34.398")
    longitude = forms.FloatField(label="経度", min_value=122, max_value=154, help_text="例：132.520")


class CrewForm(PlaceForm):
    """A crew. skills: those that the town keeps."""

    field_order = ("name", "section", "place", "latitude", "longitude")
    name = forms.CharField(label="班の名前", max_length=40)
    section = forms.ChoiceField(label="課", required=False)
    place = forms.CharField(label="基地の名前", max_length=60, required=False, help_text="例：市役所の車庫")
    skills = forms.CharField(label="技能", max_length=400, required=False)
    load = forms.IntegerField(
        label="積める量",
        min_value=0,
        max_value=MOST_LOAD,
        required=False,
        help_text="袋、箱、kgなど、訪問先の「量」と同じ単位で。空なら限りなし",
    )
    breaks = forms.CharField(
        label="休憩",
        max_length=120,
        required=False,
        initial="12:00-12:30 60分",
        help_text="始めてよい時間帯と長さ。例：12:00-12:30 60分、15:00-15:30 10分",
    )
    active = forms.BooleanField(label="使う", required=False, initial=True)

    def __init__(self, *args: Any, skills: list[str], sections: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].help_text = _skills(skills)
        self.fields["section"].choices = [("", "（決めない）"), *((name, name) for name in sections)]  # type: ignore[attr-defined]
        for number, day in enumerate(WEEKDAYS):
            self.fields[f"day_{number}"] = forms.CharField(
                label=f"{day}曜日に働く時間",
                max_length=16,
                required=False,
                initial="8:30-17:15" if number < 5 else "",
                help_text=HOURS_HELP,
            )

    @property
    def given(self) -> GivenCrew:
        """What was entered; the form must be valid."""
        data = self.cleaned_data
        return GivenCrew(
            data["name"],
            data["latitude"],
            data["longitude"],
            data["section"],
            data["skills"],
            data["load"],
            data["place"],
            tuple(data[f"day_{number}"] for number in range(7)),
            data["breaks"],
            data["active"],
        )

    @staticmethod
    def of(given: GivenCrew) -> dict[str, Any]:
        """The initial values of a crew."""
        names = ("name", "section", "place", "latitude", "longitude", "skills", "load", "breaks", "active")
        hours = {f"day_{number}": text for number, text in enumerate(given.hours)}
        return {name: getattr(given, name) for name in names} | hours


class RoadsForm(forms.Form):
    """A road file."""

    file = forms.FileField(
        label="道路のファイル（GeoJSON）",
        help_text="線（LineString）の集まり。60MBまで。速さは speed か highway、一方通行は oneway から読みます。",
    )
    source = forms.CharField(
        label="出典とライセンス",
        max_length=300,
        help_text="地図や印刷に出します。例：© OpenStreetMap contributors（ODbL 1.0）",
    )


class PlanForm(forms.Form):
    """A plan."""

    title = forms.CharField(label="計画の名前", max_length=80, help_text="例：道路の補修、わなの見回り")
    first_day = JapaneseDateField(label="始めの日")
    days = forms.IntegerField(label="日数", min_value=1, max_value=7, initial=1)
    crews = forms.TypedMultipleChoiceField(label="班", coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, crews: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crews"].choices = crews  # type: ignore[attr-defined]


class StopForm(PlaceForm):
    """A stop."""

    field_order = ("title", "latitude", "longitude", "minutes", "priority", "windows")
    title = forms.CharField(label="件名", max_length=100, help_text="例：中橋の欄干の点検")
    minutes = forms.IntegerField(label="作業の分", min_value=0, max_value=MOST_MINUTES, initial=15)
    priority = forms.TypedChoiceField(label="優先", coerce=int, choices=list(PRIORITIES.items()), initial=2)
    windows = forms.CharField(
        label="始めてよい時間帯",
        max_length=200,
        required=False,
        help_text="空ならいつでも。例：9:00-12:00、13:00-15:00",
    )
    days = forms.CharField(
        label="行ってよい日",
        max_length=120,
        required=False,
        help_text="空ならどの日でも。「、」で区切ります。",
    )
    skills = forms.CharField(label="要る技能", max_length=400, required=False)
    load = forms.IntegerField(label="量", min_value=0, max_value=MOST_LOAD, initial=0)

    def __init__(self, *args: Any, skills: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skills"].help_text = _skills(skills)

    @property
    def given(self) -> GivenStop:
        """What was entered; the form must be valid."""
        data = self.cleaned_data
        return GivenStop(
            data["title"],
            data["latitude"],
            data["longitude"],
            StopKind.HAND,
            "",
            data["minutes"],
            data["load"],
            data["skills"],
            data["priority"],
            data["windows"],
            data["days"],
        )


class CrewChangeForm(forms.Form):
    """A crew that is late or out."""

    kind = forms.ChoiceField(
        label="出来事",
        choices=[(one.value, one.label) for one in (ChangeKind.LATE, ChangeKind.OUT)],
    )
    crew_id = forms.TypedChoiceField(label="班", coerce=int)
    until = forms.CharField(
        label="いつから動けるか",
        max_length=5,
        required=False,
        help_text="遅れているときに書きます。例：13:30",
    )

    def __init__(self, *args: Any, crews: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crew_id"].choices = crews  # type: ignore[attr-defined]


class _Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class _PhotosField(forms.FileField):
    widget = _Photos

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """All that were chosen."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(_PhotosField, self).clean(one, initial) for one in given]


class VisitForm(forms.Form):
    """What a crew says of a stop besides the button."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = forms.ChoiceField(
        label="できなかったわけ",
        required=False,
        choices=[("", "（できなかったときに選ぶ）"), *NotDone.choices()],
    )
    minutes = forms.IntegerField(
        label="かかった分",
        min_value=0,
        max_value=600,
        required=False,
        help_text="空なら、着いてからの時間で数えます。",
    )
    kilometres = forms.FloatField(
        label="前の場所から走ったkm",
        min_value=0,
        max_value=500,
        required=False,
        help_text="車のメーターを見たときだけ。道のりの決め方を直すのに使います。",
    )
    note = forms.CharField(
        label="メモ", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    own_time = forms.CharField(
        label="電波がなかったときの時刻",
        max_length=5,
        required=False,
        help_text="例：10:05。記録の時刻は、送った時のものです。",
    )
    photos = _PhotosField(
        label="写真",
        required=False,
        widget=_Photos(attrs={"accept": "image/jpeg,image/png"}),
        help_text="4枚まで",
    )
