"""What people fill in."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseTimeField
from yakuba.services.cityhub.engine.openness import CC_BY, MOST_DAYS
from yakuba.services.cityhub.models import LevelNotice, OpenDataset


class RulesForm(forms.Form):
    """The rules that watch."""

    text = forms.CharField(
        label="見張りの決まり",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
        strip=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class BrokerRulesForm(forms.Form):
    """Which broker, and what its messages mean."""

    text = forms.CharField(
        label="MQTTの決まり",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
        strip=False,
        required=False,
        help_text="空にして登録すると、つなぐのをやめます。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AcknowledgeForm(forms.Form):
    """What is done about an alarm."""

    remark = forms.CharField(
        label="したこと", max_length=300, help_text="例：現地へ行った。ごみを取り、水位が下がり始めた。"
    )


MEASURES_HELP = (
    "1行に一つ、コンマで区切って「属性, 機器が送る名前, 単位, 最小, 最大」。属性のほかは空でもかまいません。"
    "例：waterLevel, wl, m, -5, 20"
)


class DeviceForm(forms.Form):
    """A device with all that it measures."""

    code = forms.CharField(label="機器番号", max_length=60, help_text="例：WL-01。あとから変えられません。")
    name = forms.CharField(label="名前", max_length=80, help_text="例：中橋の水位計")
    entity_id = forms.CharField(label="実体の id", max_length=256, help_text="値がたまるところ。例：river-1")
    entity_type = forms.CharField(label="実体の型", max_length=256, help_text="例：WaterLevelObserved")
    measures = forms.CharField(
        label="測るもの",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        max_length=20_000,
        help_text=MEASURES_HELP,
    )
    place = forms.CharField(label="場所", max_length=120, required=False)
    latitude = forms.FloatField(label="緯度", required=False, help_text="例：34.402")
    longitude = forms.FloatField(label="経度", required=False, help_text="例：132.512")
    note = forms.CharField(label="メモ", max_length=300, required=False)

    def clean_measures(self) -> list[dict[str, Any]]:
        """A line each."""
        found = []
        for number, line in enumerate(self.cleaned_data["measures"].splitlines(), 1):
            if not line.strip():
                continue
            cells = [cell.strip() for cell in line.replace("、", ",").replace("，", ",").split(",")]
            if len(cells) > 5:
                raise forms.ValidationError(f"{number}行目：コンマが多すぎます。{MEASURES_HELP}")
            cells += [""] * (5 - len(cells))
            try:
                least, most = (float(cell) if cell else None for cell in cells[3:])
            except ValueError:
                raise forms.ValidationError(f"{number}行目：最小と最大は数にしてください。") from None
            found.append(
                {"attribute": cells[0], "sent": cells[1], "unit": cells[2], "least": least, "most": most}
            )
        return found


class CalibrationForm(forms.Form):
    """A calibration of one thing that a device measures."""

    measure_id = forms.TypedChoiceField(label="測るもの", coerce=int)
    day = JapaneseDateField(label="いつから（日）")
    time = JapaneseTimeField(label="いつから（時刻）", initial="0:00")
    factor = forms.FloatField(label="係数", initial=1.0, help_text="値＝機器が送った値×係数＋ずれ")
    offset = forms.FloatField(label="ずれ", initial=0.0)
    note = forms.CharField(
        label="根拠", max_length=200, required=False, help_text="例：標準器と比べた日と記録の番号"
    )

    def __init__(self, *args: Any, measures: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure_id"].choices = measures  # type: ignore[attr-defined]


class ReadingFolderForm(forms.Form):
    """A folder to be watched."""

    name = forms.CharField(label="フォルダの名前", max_length=60, help_text="例：雨量計")


class JsonFileForm(forms.Form):
    """Readings in JSON."""

    file = forms.FileField(
        label="JSONのファイル",
        help_text='[{"id": …, "type": …, "attribute": …, "at": …, "value": …, "unit": …}, …] の形。1行に一つずつでも読めます。',
    )


class OpenDatasetForm(forms.Form):
    """What everybody may read."""

    code = forms.SlugField(
        label="アドレスの名前", max_length=40, help_text="半角の小文字・数字・ハイフン。例：river-level"
    )
    title = forms.CharField(label="題名", max_length=80, help_text="例：河川の水位")
    description = forms.CharField(
        label="説明",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="何を、どこで、どう測った値か。使う人が気をつけること。",
    )
    entity_type = forms.CharField(label="実体の型", max_length=256, help_text="例：WaterLevelObserved")
    attributes = forms.CharField(
        label="出す属性",
        max_length=4_000,
        help_text="コンマで区切ります。ここに書いた属性だけが出ます。例：waterLevel",
    )
    ids = forms.CharField(
        label="出す実体の id",
        max_length=50_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="コンマか改行で区切ります。空にすると、その型のすべて（あとから増えたものも）が出ます。",
    )
    placed = forms.BooleanField(label="場所（座標）を出す", required=False, initial=True)
    detail = forms.ChoiceField(label="細かさ", choices=OpenDataset.Detail.choices)
    days = forms.IntegerField(
        label="何日前まで", min_value=0, max_value=MOST_DAYS, initial=0, help_text="いまの値だけなら0"
    )
    licence = forms.CharField(label="使うときの条件", max_length=120, initial=CC_BY)
    cycle = forms.CharField(label="更新の間隔", max_length=60, help_text="例：10分ごと")

    def clean_attributes(self) -> list[str]:
        """Their names."""
        return words(self.cleaned_data["attributes"])

    def clean_ids(self) -> list[str]:
        """Their names."""
        return words(self.cleaned_data["ids"])


def words(text: str) -> list[str]:
    """What stands between commas and line ends, each once."""
    for mark in ("、", "，", "\r", "\n"):
        text = text.replace(mark, ",")
    return list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


class WhyForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label="わけ", max_length=300)


class LevelNoticeForm(forms.Form):
    """An evacuation notice."""

    kind = forms.ChoiceField(label="区分", choices=LevelNotice.Kind.choices)
    level = forms.TypedChoiceField(
        label="警戒レベル",
        coerce=int,
        choices=[
            (3, "3　高齢者等避難"),
            (4, "4　避難指示"),
            (5, "5　緊急安全確保"),
            (2, "2　注意報（気象庁）"),
            (1, "1　早期注意情報（気象庁）"),
        ],
    )
    area = forms.CharField(
        label="区域",
        max_length=120,
        help_text="解除するときは、発令したときと同じ書き方にします。例：中町地区",
    )
    day = JapaneseDateField(label="発令・解除した日")
    time = JapaneseTimeField(label="時刻")
    issuer = forms.CharField(label="発令者", max_length=60, help_text="だれの名で出すか。例：市長 見本太郎")
    reason = forms.CharField(label="わけ", max_length=300, required=False)
    households = forms.IntegerField(label="対象世帯", min_value=0, max_value=10_000_000, required=False)
    people = forms.IntegerField(label="対象人数", min_value=0, max_value=20_000_000, required=False)
    about = forms.ChoiceField(
        label="訂正・取消する避難情報", required=False, help_text="訂正と取消のときだけ選びます。"
    )

    def __init__(self, *args: Any, notices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [("", "―"), *notices]  # type: ignore[attr-defined]
