"""What people fill in about animals, traps and bounties."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseTimeField
from yakuba.services.fieldwork.models import Found, Species, TrapKind

SPECIES = [("", "選んでください"), *Species.choices()]


class PlaceForm(forms.Form):
    """Where."""

    latitude = forms.FloatField(label="緯度", help_text="例：34.402", min_value=-90, max_value=90)
    longitude = forms.FloatField(label="経度", help_text="例：132.512", min_value=-180, max_value=180)


class SightingForm(PlaceForm):
    """An animal that was seen."""

    species = forms.ChoiceField(label="種類", choices=SPECIES)
    number = forms.IntegerField(label="頭数", min_value=1, max_value=1_000, initial=1)
    day = JapaneseDateField(label="見た日")
    time = JapaneseTimeField(label="見た時刻")
    note = forms.CharField(label="メモ", max_length=300, required=False)
    field_order = ("species", "number", "day", "time", "latitude", "longitude", "note")


class TrapForm(PlaceForm):
    """A new trap."""

    code = forms.CharField(label="番号", max_length=30, help_text="例：A-12")
    kind = forms.ChoiceField(label="種類", choices=TrapKind.choices())
    set_on = JapaneseDateField(label="置いた日")
    place = forms.CharField(label="場所", max_length=120, required=False)
    entity_id = forms.CharField(
        label="都市OSの実体", max_length=256, required=False, help_text="センサーがあるとき。例：trap-a12"
    )
    attribute = forms.CharField(
        label="都市OSの属性",
        max_length=256,
        required=False,
        help_text="0が開いている、ほかは作動した。例：shut",
    )
    field_order = ("code", "kind", "set_on", "place", "latitude", "longitude", "entity_id", "attribute")


class VisitForm(forms.Form):
    """What was found at a trap."""

    found = forms.ChoiceField(label="ようす", choices=Found.choices())
    species = forms.ChoiceField(label="捕獲した種類", choices=[("", "―"), *Species.choices()], required=False)
    number = forms.IntegerField(label="頭数", min_value=0, max_value=100, initial=0, required=False)
    minutes = forms.IntegerField(
        label="かかった分（行き帰りも）", min_value=0, max_value=1_440, initial=0, required=False
    )
    note = forms.CharField(label="メモ", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """What was left empty is 0."""
        given = super().clean() or {}
        return given | {name: given.get(name) or 0 for name in ("number", "minutes")}


class PhotosField(forms.FileField):
    """Several photographs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=_Photos(attrs={"accept": "image/jpeg,image/png,image/webp"}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each by itself."""
        files = data if isinstance(data, list) else [data]
        return (
            [super(PhotosField, self).clean(one, initial) for one in files]
            if files
            else [super().clean(None, initial)]
        )


class _Photos(forms.ClearableFileInput):
    allow_multiple_selected = True


class ClaimForm(forms.Form):
    """A claim of a bounty."""

    number = forms.CharField(label="申請の番号", max_length=30)
    hunter = forms.CharField(label="申請した人", max_length=100)
    species = forms.ChoiceField(label="種類", choices=SPECIES)
    caught_on = JapaneseDateField(label="捕獲した日")
    latitude = forms.FloatField(label="緯度", required=False)
    longitude = forms.FloatField(label="経度", required=False)
    photos = PhotosField(
        label="写真（1枚から5枚）",
        help_text="撮ったままのファイルを選びます。縮めた写真では、前の写真と比べにくくなります。",
    )


class JudgeForm(forms.Form):
    """What is seen side by side."""

    verdict = forms.ChoiceField(
        label="判断", choices=[("other", "別の個体"), ("same", "同じ個体")], widget=forms.RadioSelect
    )
    remark = forms.CharField(label="見たところ", max_length=300, help_text="例：耳の切れ込みと背景の木が同じ")


class DecideForm(forms.Form):
    """Whether the town pays."""

    decision = forms.ChoiceField(
        label="決定", choices=[("pay", "支払ってよい"), ("refuse", "支払わない")], widget=forms.RadioSelect
    )
    reason = forms.CharField(label="理由（支払わないとき）", max_length=300, required=False)


class NextTrapsForm(forms.Form):
    """How many new traps, how far one reaches."""

    number = forms.IntegerField(label="増やすわなの数", min_value=1, max_value=50, initial=3)
    reach = forms.IntegerField(label="1つのわなの届く距離（m）", min_value=50, max_value=5_000, initial=500)
    species = forms.ChoiceField(label="種類", choices=[("", "すべて"), *Species.choices()], required=False)
