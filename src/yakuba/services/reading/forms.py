"""What clerks fill in. Whether an answer is right is decided in `actions.answers`, for pages, API and CLI alike."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.ledger.forms import NO_MARK, raw_value, value_field
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.kernel.values import Picks
from yakuba.services.reading.models import ArrivalFolder, FormDefinition, Question
from yakuba.services.reading.queries.promises import PEOPLE

PROMISES = [(0, "いつも人が確認"), (100, "0.01%"), (1000, "0.1%"), (10_000, "1%")]


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


class UploadForm(forms.Form):
    """Scanned applications."""

    scans = ManyFilesField(
        label="スキャンした申請書",
        help_text="PDF・TIFF・JPEG・PNG。いくつでも一度に選べます。様式や順番が混ざっていてもかまいません。",
        error_messages={"required": "ファイルを1つ以上選んでください。"},
    )
    name = forms.CharField(
        label="束の名前",
        required=False,
        max_length=120,
        help_text="あとで探すための名前です。空なら日時になります。例：保育所 11月20日窓口分",
    )
    force = forms.BooleanField(
        label="取り込み済みの同じファイルも、もう一度読み取る",
        required=False,
    )


class AnswerForm(forms.Form):
    """The value of one field, with the reading in it."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, question: Question, procedure: ProcedureDefinition, value: str, *args: Any, **kwargs: Any
    ) -> None:
        definition = procedure.field(question.field)
        kwargs.setdefault("initial", {}).setdefault("value", initial_text(definition, question, value))
        super().__init__(*args, **kwargs)
        self.fields["value"] = value_field(definition, autofocus=True, css="value")

    def raw_value(self) -> str:
        """What was entered, as one string."""
        value = self.cleaned_data.get("value") or ""
        return raw_value(value)


def initial_text(definition: FieldDefinition, question: Question, value: str) -> Any:
    """What stands in the input at first: the value, or what was read where that is no value of the type."""
    kind, answered = definition.kind, question.state == Question.State.ANSWERED
    if kind.masked:  # typed anew from the picture
        return ""
    if question.blind:
        return [] if kind.picks is Picks.MANY else None if kind.picks is Picks.ONE else ""
    if kind.picks is Picks.MANY:
        return value.split(",") if value else []
    if kind.picks is Picks.ONE:  # a doubtful mark must be chosen, not waved through
        return value or (NO_MARK if answered else None)
    if kind.line_script:  # a date, as people write it
        return definition.shown(value)
    return value or ("" if answered else question.raw)


class PromiseForm(forms.Form):
    """How many silent errors a field may have, and how many people confirm a doubtful value."""

    per_million = forms.TypedChoiceField(label="約束", coerce=int, choices=PROMISES)
    people = forms.TypedChoiceField(
        label="確かめる人数", coerce=int, choices=list(PEOPLE.items()), required=False, empty_value=None
    )


class HoldForm(forms.Form):
    """Why a value is left for later."""

    reason = forms.CharField(
        label="保留の理由",
        max_length=200,
        help_text="例：字が読めない、申請者に電話で確認中",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "保留の理由を入れてください。"},
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)


class CorrectionForm(AnswerForm):
    """What is right for a value that was entered wrong, and how that came to light."""

    reason = forms.CharField(
        label="気づいたきっかけ",
        max_length=200,
        help_text="例：申請者からの連絡、通知の点検",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].label = f"正しい値（{self.fields['value'].label}）"
        self.order_fields(["shown", "value", "reason"])


class ResolveForm(forms.Form):
    """What a person knows about a sheet that the machine could not place."""

    receipt_number = forms.CharField(
        label="受付番号",
        required=False,
        max_length=30,
        help_text="10けたの数字です。用紙の右上にあります。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}),
    )
    place = forms.ChoiceField(
        label="様式とページ", required=False, help_text="機械が様式を見分けられないときに選びます。"
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "読み取りにまかせる")]
        for form in FormDefinition.objects.filter(current=True).prefetch_related("pages").order_by("title"):
            numbers = sorted(page.number for page in form.pages.all())
            choices += [(f"{form.code} {number}", f"{form.title} {number}ページ目") for number in numbers]
        self.fields["place"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The form's code and the page that were chosen; nothing where it is left to the reading."""
        form, _, page = self.cleaned_data["place"].rpartition(" ")
        return {"form": form, "page": page} if form else {}


class AsideForm(forms.Form):
    """Why a sheet or a case is taken out of the work."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="例：別の書類が混ざった、スキャンし直した",
        error_messages={"required": "除外する理由を入れてください。"},
    )


class DesignUploadForm(forms.Form):
    """A blank form that a clerk designs."""

    blank = forms.FileField(
        label="白紙の様式",
        help_text="PDF・JPEG・PNG・TIFF。何も書かれていない用紙を入れてください。WordやExcelの様式は、PDFで保存してから入れます。",
        error_messages={
            "required": "白紙の様式を選んでください。",
            "empty": "ファイルが空です。選び直してください。",
        },
    )
    title = forms.CharField(
        label="様式の名前",
        required=False,
        max_length=120,
        help_text="空なら、用紙のいちばん大きな見出しを使います。",
    )
    procedure = forms.ModelChoiceField(  # type: ignore[var-annotated]  # its rows are those of the active town
        label="手続",
        required=False,
        queryset=None,
        empty_label="この様式から新しく作る",
        help_text="使用中の手続の用紙なら、その手続を選びます。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["procedure"].queryset = Procedure.objects.order_by("title")  # type: ignore[attr-defined]
        self.fields["procedure"].label_from_instance = lambda row: row.title  # type: ignore[attr-defined]


class SampleForm(forms.Form):
    """Filled sheets on which a form is tried."""

    sample = forms.FileField(
        label="記入済みの見本",
        help_text="読み取った値は7日で消えます。受付にはなりません。",
        error_messages={
            "required": "見本のファイルを選んでください。",
            "empty": "ファイルが空です。選び直してください。",
        },
    )


class ArrivalFolderForm(forms.Form):
    """A folder that a scanner writes into."""

    name = forms.CharField(
        label="フォルダの名前",
        max_length=60,
        help_text="例：窓口スキャナ。なければ作ります。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "フォルダの名前を入れてください。"},
    )
    kind = forms.ChoiceField(label="入るもの", choices=ArrivalFolder.Kind.choices)
    after = forms.ChoiceField(label="取り込んだあと", choices=ArrivalFolder.After.choices)


class CoverForm(forms.Form):
    """What a cover sheet says."""

    title = forms.CharField(
        label="束の名前",
        max_length=120,
        help_text="例：11月20日 窓口分 乗車証",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "束の名前を入れてください。"},
    )
    count = forms.IntegerField(
        label="枚数",
        min_value=1,
        max_value=5000,
        help_text="表紙のあとに続く紙の枚数。両面なら書かれた面の数です。",
        error_messages={"required": "枚数を数えて入れてください。"},
    )
    day = JapaneseDateField(label="日付", required=False, help_text="空なら今日です。")
    form = forms.ChoiceField(label="様式", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        used = FormDefinition.objects.filter(current=True).order_by("title")
        self.fields["form"].choices = [("", "決めない"), *used.values_list("code", "title")]  # type: ignore[attr-defined]
