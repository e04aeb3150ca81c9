"""What people fill in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseTimeField
from yakuba.services.vision.contracts import Purpose, View
from yakuba.services.vision.models import Analysis, Camera

NO_CAMERA = ("", "カメラを選ばない")


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Cleans to a list of uploaded files. Empty files pass: the upload says of each what is wrong with it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFilesInput(), allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """All files. Raises ValidationError when there is none."""
        listed = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in listed or [None]]


class BeginForm(forms.Form):
    """A new analysis."""

    title = forms.CharField(label="件名", max_length=120, help_text="例：市道12号 4月の走行")
    purpose = forms.ChoiceField(label="目的", choices=Purpose.choices())
    pictures = ManyFilesField(
        label="写真・動画",
        help_text="JPEG、PNG、ZIP、動画（MP4）。いくつでも一度に選べます。フォルダごとのときは、ZIPにまとめます。",
        error_messages={"required": "写真か動画を1つ以上選んでください。"},
    )
    track = forms.FileField(
        label="軌跡（GPX、CSV）",
        required=False,
        help_text="写真に位置がないとき、動画のとき。CSVは「時刻」「緯度」「経度」の列です。",
    )
    camera_id = forms.ChoiceField(
        label="カメラ", required=False, help_text="駐車場とわなでは、選んでください。"
    )
    nobody_seen = forms.BooleanField(
        label="人も、車のナンバーも写っていないことを確かめた", required=False,
        help_text="人や車をぼかすモデルがあるときは、印はいりません。",
    )  # fmt: skip
    view = forms.ChoiceField(label="道路の写真の向き", choices=View.choices(), required=False)
    every = forms.FloatField(label="動画から切り出す間隔", initial=10, min_value=0.2, max_value=10_000)
    by = forms.ChoiceField(label="間隔の単位", choices=Analysis.By.choices)
    day = JapaneseDateField(
        label="動画の始まりの日", required=False, help_text="空なら、軌跡の始まりと同じにします。"
    )
    time = JapaneseTimeField(label="動画の始まりの時刻", required=False)
    time_offset = forms.IntegerField(
        label="時差（秒）", initial=0, min_value=-86_400, max_value=86_400, required=False,
        help_text="軌跡の時計が、カメラの時計より進んでいる秒数です。遅れているときはマイナスにします。",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cameras = [
            (str(row.pk), f"{row.name}（{row.get_purpose_display()}）")
            for row in Camera.objects.order_by("name")
        ]
        self.fields["camera_id"].choices = [NO_CAMERA, *cameras]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The moment at which the film began, of its day and time."""
        given = super().clean() or {}
        day, time = given.pop("day", None), given.pop("time", None)
        if (day is None) != (time is None) and not {"day", "time"} & set(self.errors):
            self.add_error("time" if time is None else "day", "日と時刻は、両方書くか、両方空けてください。")
        given["began_at"] = timezone.make_aware(datetime.combine(day, time)) if day and time else None
        given["camera_id"] = int(given["camera_id"]) if given.get("camera_id") else None
        given["time_offset"] = given.get("time_offset") or 0
        given["view"] = given.get("view") or View.AHEAD
        return given


class CameraForm(forms.Form):
    """A camera."""

    name = forms.CharField(label="名前", max_length=60, help_text="例：駅前駐車場 東")
    purpose = forms.ChoiceField(label="目的", choices=Purpose.choices())
    latitude = forms.FloatField(
        label="緯度", required=False, min_value=-90, max_value=90, help_text="例：34.402"
    )
    longitude = forms.FloatField(
        label="経度", required=False, min_value=-180, max_value=180, help_text="例：132.512"
    )
    entity_id = forms.CharField(
        label="都市OSの実体",
        max_length=256,
        required=False,
        help_text="駐車場の空きを都市OSへ渡すとき。例：parking-east",
    )
    line = forms.CharField(
        label="数える線",
        max_length=60,
        required=False,
        help_text="動画で、線を越える人と車を数えるとき。写真の左上を0,0、右下を100,100として「x,y x,y」。例：10,60 90,60",
    )
    height_m = forms.FloatField(
        label="車載カメラの高さ（m）",
        required=False,
        help_text="道路の写真を、真上から見た形に直すとき。3つとも書きます。",
    )
    pitch = forms.FloatField(label="車載カメラの下向きの角度（度）", required=False)
    focal = forms.FloatField(
        label="車載カメラの焦点距離（写真の幅に対する比）",
        required=False,
        min_value=0.1,
        max_value=10,
        help_text="例：0.8",
    )


class SpacesForm(forms.Form):
    """Spaces of a camera."""

    text = forms.CharField(
        label="駐車ます", max_length=60_000, required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="1行に1つ「番号: x,y x,y x,y x,y」。xとyは、写真の左上を0,0、右下を100,100とした割合です。例：A1: 10,40 25,40 25,70 10,70",
    )  # fmt: skip


class SectionForm(forms.Form):
    """What is known of a road section."""

    name = forms.CharField(label="路線名", max_length=120, required=False)
    traffic = forms.IntegerField(
        label="交通量（台/日）",
        min_value=0,
        max_value=9_999_999,
        required=False,
        help_text="分からなければ空けます。",
    )
    repaired_on = JapaneseDateField(
        label="前の修繕の日", required=False, help_text="分からなければ空けます。"
    )


class SectionsFileForm(forms.Form):
    """Sections in a file."""

    file = forms.FileField(
        label="区間のファイル",
        help_text="GeoJSON（線）か、「番号」「緯度」「経度」の列のある表（CSV、Excel）。「路線名」「交通量」「修繕日」の列も使えます。",
    )


class LengthForm(forms.Form):
    """How long sections are made."""

    length = forms.TypedChoiceField(
        label="区間の長さ", choices=[("20", "20m"), ("100", "100m")], coerce=float, initial="100"
    )


class ReasonForm(forms.Form):
    """Why a head should be used."""

    reason = forms.CharField(label="使う理由", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
