"""What is filled in about survey files."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.cityhub.engine.survey.regions import WAYS
from yakuba.services.cityhub.engine.survey.texts import ORDERS

YEARS = [(1, "1年"), (3, "3年"), (5, "5年"), (10, "10年"), (30, "30年")]
REGION_HELP = "1行に1点を、まわる順に。例：34.4020, 132.5120。地図ソフトのGeoJSONを貼ることもできます。"


class SurveyFileForm(forms.Form):
    """A file that is brought."""

    file = forms.FileField(
        label="ファイル", help_text="GeoTIFF（オルソ画像、標高）、LAS、LAZ、点のCSV。中身で判断します。"
    )
    title = forms.CharField(label="題名", max_length=80, help_text="例：北山の土砂崩れ 2回目")
    flown_on = JapaneseDateField(label="撮影・計測した日")
    order = forms.ChoiceField(
        label="点のCSVの列の並び",
        choices=[("", "CSVではない"), *ORDERS.items()],
        required=False,
        help_text="測量のXは北、プログラムのxは東です。数からは分からないので、書き出した人に聞いてください。",
    )
    years = forms.TypedChoiceField(label="残す期間", choices=YEARS, coerce=int, initial=5)
    note = forms.CharField(label="メモ", max_length=300, required=False)


class SystemForm(forms.Form):
    """A coordinate system."""

    code = forms.TypedChoiceField(
        label="座標系",
        coerce=int,
        help_text="日本の中に入るものだけを並べています。書き出した人に聞いてください。",
    )

    def __init__(self, *args: Any, systems: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [("", "選んでください"), *systems]  # type: ignore[attr-defined]


class RegionForm(forms.Form):
    """Where something is measured."""

    title = forms.CharField(label="題名", max_length=80)
    region = forms.CharField(
        label="区域", widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}), max_length=100_000
    )
    way = forms.ChoiceField(label="点の書き方", choices=list(WAYS.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].help_text = REGION_HELP


class AreaForm(RegionForm):
    """An area."""


class SurfacesForm(RegionForm):
    """What is measured on one or two surfaces."""

    surface_id = forms.TypedChoiceField(label="面", coerce=int)
    other_id = forms.TypedChoiceField(label="もう一つの面", coerce=int)
    labels = ("面", "もう一つの面")

    def __init__(self, *args: Any, surfaces: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in zip(("surface_id", "other_id"), self.labels, strict=True):
            self.fields[name].label = label
            self.fields[name].choices = [("", "選んでください"), *surfaces]  # type: ignore[attr-defined]


class VolumeForm(SurfacesForm):
    """A volume, and what its uncertainty is reckoned by."""

    labels = ("後の面", "前の面")
    field_order = ("title", "other_id", "surface_id", "region", "way", "stable")
    stable = forms.CharField(
        label="動いていない場所",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        max_length=100_000,
        required=False,
        help_text="二回のあいだに変わっていない道路や広場。書くと、誤差をそこで測ります。下の4つは要りません。",
    )
    sigma_before = forms.FloatField(
        label="前の面の高さの誤差（m）", min_value=0, max_value=100, required=False, help_text="検証点のRMSE"
    )
    sigma_after = forms.FloatField(
        label="後の面の高さの誤差（m）", min_value=0, max_value=100, required=False
    )
    length = forms.FloatField(
        label="誤差がそろう長さ（m）",
        min_value=0,
        max_value=1_000,
        required=False,
        help_text="分からなければ空にします。そのときは、信じてよい幅を一つに決められません。",
    )
    bias = forms.FloatField(
        label="全体のずれ（m）",
        min_value=0,
        max_value=100,
        required=False,
        help_text="基準点や標高の決め方のずれ",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].required = False
        self.fields["region"].help_text = f"空なら、重なる全部。{REGION_HELP}"


class ProfileForm(SurfacesForm):
    """A line."""

    labels = ("面", "くらべる面")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].label = "線"
        self.fields["region"].help_text = "1行に1点を、進む順に。例：34.4020, 132.5120"
        self.fields["other_id"].required = False

    def clean_other_id(self) -> int | None:
        """None where there is none."""
        return self.cleaned_data["other_id"] or None


class TreesForm(SurfacesForm):
    """Trees."""

    labels = ("木の上の面", "地面の面")
    least = forms.FloatField(label="数える高さの下限（m）", min_value=0.5, max_value=60, initial=3)
    apart = forms.FloatField(
        label="木の間隔の目安（半径、m）",
        min_value=0.3,
        max_value=30,
        help_text="この半径の中でいちばん高いところを1本とします。樹冠の半径くらいにします。",
    )
    smooth = forms.FloatField(
        label="ならす長さ（m）",
        min_value=0,
        max_value=10,
        initial=0.5,
        help_text="枝先のでこぼこを消します。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].required = False
        self.fields["region"].help_text = f"空なら全部。{REGION_HELP}"


class SurveyShareForm(forms.Form):
    """A link."""

    for_whom = forms.CharField(label="見せる相手", max_length=120, help_text="例：やくば測量（見本） 担当者")
    reason = forms.CharField(label="見せるわけ", max_length=300)
    days = forms.IntegerField(label="見せる日数", min_value=1, max_value=90, initial=14)
    with_file = forms.BooleanField(label="元のファイルも受け取れるようにする", required=False)
