"""What is filled in about fields and their advice."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField


class FarmFieldForm(forms.Form):
    """A field."""

    name = forms.CharField(label="圃場", max_length=80, help_text="例：北山の田 3")
    crop = forms.CharField(
        label="作物", max_length=60, help_text="助言の決まりにある作物の名前と同じにします。"
    )
    sown_on = JapaneseDateField(
        label="播種・移植の日", required=False, help_text="空だと、生育段階は出ません。"
    )
    farmer = forms.CharField(label="農家", max_length=80, required=False)
    station = forms.CharField(
        label="気象の地点", max_length=60, required=False, help_text="気象の表の「地点」と同じ名前"
    )
    entity_id = forms.CharField(
        label="都市OSの実体",
        max_length=256,
        required=False,
        help_text="平均気温を都市OSから取るとき。表がある地点では、表を使います。",
    )
    attribute = forms.CharField(
        label="都市OSの属性", max_length=256, required=False, help_text="例：temperature"
    )
    outline = forms.CharField(
        label="区域（GeoJSON）",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        max_length=100_000,
        required=False,
        help_text="植生指数と地図に使います。筆ポリゴンなどを、緯度・経度のGeoJSONで貼ります。",
    )


class FieldsFileForm(forms.Form):
    """Fields on a map."""

    file = forms.FileField(
        label="GeoJSONファイル", help_text="properties に 圃場、作物 と、あれば 農家、播種日、気象の地点。"
    )


class TrialForm(forms.Form):
    """How far back."""

    days = forms.IntegerField(label="何日前から試すか", min_value=1, max_value=365, initial=60)


class IndexForm(forms.Form):
    """A picture, and its bands."""

    survey_id = forms.TypedChoiceField(label="画像", coerce=int)
    kind = forms.ChoiceField(
        label="指数",
        choices=[
            ("VARI", "VARI（ふつうのカメラ。赤、緑、青）"),
            ("NDVI", "NDVI（近赤外のあるカメラ。赤、近赤外）"),
        ],
    )
    bands = forms.CharField(
        label="バンドの番号",
        max_length=20,
        initial="1, 2, 3",
        help_text="VARIは「赤, 緑, 青」、NDVIは「赤, 近赤外」の順に番号。カメラの資料で確かめます。",
    )

    def __init__(self, *args: Any, pictures: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["survey_id"].choices = [("", "選んでください"), *pictures]  # type: ignore[attr-defined]

    def clean_bands(self) -> list[int]:
        """Numbers."""
        parts = self.cleaned_data["bands"].replace("、", ",").split(",")
        try:
            return [int(one) for one in parts if one.strip()]
        except ValueError as error:
            raise forms.ValidationError("「1, 2, 3」のように、番号をコンマで区切ってください。") from error


class FarmerLinkForm(forms.Form):
    """A link."""

    farmer = forms.ChoiceField(label="農家")
    days = forms.IntegerField(label="開ける日数", min_value=1, max_value=400, initial=120)

    def __init__(self, *args: Any, farmers: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["farmer"].choices = [("", "選んでください"), *((one, one) for one in farmers)]  # type: ignore[attr-defined]
