"""Forms of the drafting room."""

from __future__ import annotations

from typing import Any

from django import forms

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.drafting.actions.assisting import Asked
from yakuba.services.drafting.contracts import BuiltIn, DataClass, Risk, TextClass, TownWord
from yakuba.services.drafting.engine import composing, documents
from yakuba.services.drafting.engine.principles import PRINCIPLES
from yakuba.services.drafting.engine.proofreading.proofread import cleaned
from yakuba.services.drafting.engine.proofreading.text import LONGEST
from yakuba.services.drafting.engine.termlist import LONGEST as LONGEST_WORD
from yakuba.services.drafting.engine.termlist import LONGEST_REASON
from yakuba.services.drafting.queries import governance

FILES = "Word（.docx）か、テキスト（UTF-8かShift_JIS）。"
LONGEST_COMPARED = 60_000  # characters of a version
PASTED = forms.Textarea(attrs={"rows": 12})


def read_of(file: Any, text: str) -> documents.Read:
    """What a person sees of the file, or of the text where there is none. Raises Invalid."""
    if file and file.size > documents.LARGEST:
        raise Invalid(f"ファイルは{documents.LARGEST // 1_000_000}MBまでです。")
    read = documents.read(file.name, file.read()) if file else documents.seen(text)
    return documents.Read(cleaned(read.text), read.hidden)


class PastedForm(forms.Form):
    """A text, typed or as a file, which goes before. `read` is what a person sees of it; the form must be valid."""

    text = forms.CharField(label="文", required=False, strip=False, widget=PASTED, max_length=LONGEST)
    file = forms.FileField(label="または、ファイル", required=False, help_text=FILES)

    read: documents.Read

    def clean(self) -> dict[str, Any]:
        """Read it."""
        given = super().clean() or {}
        if self.errors:
            return given
        with told_in(self):
            self.read = read_of(given.get("file"), given.get("text") or "")
        if self.errors:
            return given
        if not self.read.text.strip():
            raise forms.ValidationError("文を貼り付けるか、ファイルを選んでください。")
        return given


class ProofreadForm(PastedForm):
    """A text to be proofread. left: keys of findings that the person lets be."""

    text_class = forms.ChoiceField(
        label="文書の種類",
        choices=TextClass.choices(),
        initial=TextClass.NOTICE.value,
        help_text="どの決まりを当てるかが変わります。",
    )
    field_order = ("text", "file", "text_class")

    @property
    def kind(self) -> TextClass:
        """The chosen class."""
        return TextClass(self.cleaned_data["text_class"])


class CompareForm(forms.Form):
    """Two versions, each typed or as a file. `before` and `after` are their texts; the form must be valid."""

    title = forms.CharField(
        label="題", max_length=100, required=False, help_text="例：手数料条例の一部改正　新旧対照表"
    )
    old = forms.CharField(label="改正前の文", required=False, strip=False, widget=PASTED, max_length=LONGEST)
    old_file = forms.FileField(label="または、改正前のファイル", required=False, help_text=FILES)
    new = forms.CharField(label="改正後の文", required=False, strip=False, widget=PASTED, max_length=LONGEST)
    new_file = forms.FileField(label="または、改正後のファイル", required=False, help_text=FILES)

    before: str
    after: str

    def clean(self) -> dict[str, Any]:
        """Read both."""
        given = super().clean() or {}
        if self.errors:
            return given
        with told_in(self):
            self.before = read_of(given.get("old_file"), given.get("old") or "").text
            self.after = read_of(given.get("new_file"), given.get("new") or "").text
        if not self.errors and not (self.before.strip() and self.after.strip()):
            raise forms.ValidationError("改正前と改正後の両方の文を入れてください。")
        if not self.errors and max(len(self.before), len(self.after)) > LONGEST_COMPARED:
            raise forms.ValidationError(
                f"比べられるのは、それぞれ{LONGEST_COMPARED:,}字までです。章ごとに分けてください。"
            )
        return given


class LetterForm(forms.Form):
    """What a letter is to be. `wanted` is what was entered; the form must be valid."""

    kind = forms.ChoiceField(
        label="何を作るか", choices=[("letter", "手紙・通知"), ("speech", "あいさつ（話すもの）")]
    )
    subject = forms.CharField(label="件名・行事の名前", max_length=100)
    occasion = forms.ChoiceField(label="用件")
    addressee = forms.ChoiceField(label="相手", initial="several")
    opening = forms.ChoiceField(label="頭語（結語は自動で合わせます）")
    season = forms.ChoiceField(
        label="時候のあいさつ",
        choices=[
            ("formal", "「…の候」"),
            ("soft", "やわらかい言い方"),
            (composing.JIKA, "「時下」（季節を問わない）"),
        ],
    )
    day = JapaneseDateField(label="日付")
    name = forms.CharField(label="宛名", max_length=100, required=False)
    sender = forms.CharField(
        label="差出人（あいさつでは、話す人の肩書と名前）", max_length=100, required=False
    )
    body = forms.CharField(
        label="伝えること", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parts = composing.table()
        for field in ("occasion", "addressee"):
            self.fields[field].choices = [(key, one["label"]) for key, one in parts[f"{field}s"].items()]  # type: ignore[attr-defined]
        self.fields["opening"].choices = [(head, f"{head}―{end}") for head, end in parts["openings"].items()]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> composing.Wanted:
        """As the engine has it."""
        given = {key: value for key, value in self.cleaned_data.items() if key != "kind"}
        return composing.Wanted(**given)

    @property
    def text(self) -> str:
        """The letter or the speech."""
        if self.cleaned_data["kind"] == "speech":
            role, _, name = self.cleaned_data["sender"].replace("　", " ").partition(" ")
            return composing.speech(self.wanted, role, name)
        return composing.letter(self.wanted)


class KeepForm(forms.Form):
    """A text to be kept."""

    title = forms.CharField(label="題", max_length=100, required=False)
    text = forms.CharField(strip=False, max_length=LONGEST, widget=forms.HiddenInput)
    text_class = forms.ChoiceField(choices=TextClass.choices(), widget=forms.HiddenInput)


class TermForm(forms.Form):
    """A word of the town's list."""

    written = forms.CharField(
        label="直す語",
        max_length=LONGEST_WORD,
        required=False,
        help_text="空にすると、町の書き方をほかの決まりで直さなくなります。",
    )
    preferred = forms.CharField(
        label="町の書き方",
        max_length=LONGEST_WORD,
        required=False,
        help_text="空にすると、直す語を見つけて知らせるだけになります。",
    )
    reason = forms.CharField(label="理由", max_length=LONGEST_REASON, required=False)
    classes = forms.MultipleChoiceField(
        label="文書の種類",
        choices=TextClass.choices(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="選ばなければ、どの文書でも使います。",
    )

    @property
    def word(self) -> TownWord:
        """What was entered; the form must be valid."""
        given = self.cleaned_data
        return TownWord(
            given["written"],
            given["preferred"],
            given["reason"],
            tuple(TextClass(one) for one in given["classes"]),
        )


class RuleForm(forms.Form):
    """The rule of use."""

    text = forms.CharField(label="約束", max_length=10_000, widget=forms.Textarea(attrs={"rows": 16}))


class UseForm(forms.Form):
    """A use to be registered."""

    name = forms.CharField(label="使い方", max_length=80, help_text="例：住民への通知文の下書き")
    purpose = forms.CharField(label="目的", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    data_class = forms.ChoiceField(label="入れてよい情報（ここまで）", choices=DataClass.choices())
    risk = forms.ChoiceField(label="リスク", choices=Risk.choices())
    measures = forms.CharField(
        label="リスクへの備え", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    is_open = forms.BooleanField(label="使ってよい", required=False, initial=True)


class EvidenceForm(forms.Form):
    """What a use has to show for each of the ten principles."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, (name, question) in PRINCIPLES.items():
            self.fields[key] = forms.CharField(label=name, help_text=question, max_length=400, required=False)


class TemplateForm(forms.Form):
    """What a model is asked for."""

    label = forms.CharField(label="ひな形", max_length=60)
    instruction = forms.CharField(
        label="頼むこと", max_length=1_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    built_in = forms.ChoiceField(label="サーバーがないとき", choices=BuiltIn.choices())
    grounded = forms.BooleanField(
        label="元の文の行を根拠にさせる",
        required=False,
        initial=True,
        help_text="根拠のない文や、根拠とした行にない数・名前のある答えは使わず、内蔵の方法に替えます。",
    )


class AssistForm(PastedForm):
    """What is to be made of a text. more: words to be hidden besides; seal: of what was looked at."""

    template: Any = forms.ModelChoiceField(label="何を作るか", queryset=None, empty_label=None)
    use: Any = forms.ModelChoiceField(label="登録した使い方", queryset=None, empty_label=None)
    data_class = forms.ChoiceField(label="この文の情報", choices=DataClass.choices())
    receipt = forms.CharField(
        label="受付番号",
        max_length=10,
        required=False,
        help_text="申請についての文なら、その受付の氏名や住所を先に伏せます。",
    )
    more = forms.CharField(
        label="ほかに伏せる言葉",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="1行に1つ。伏せ残した名前などを書きます。",
    )
    seal = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = ("template", "use", "data_class", "text", "file", "receipt", "more", "seal")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["template"].queryset = governance.templates()  # type: ignore[attr-defined]
        self.fields["use"].queryset = governance.open_uses()  # type: ignore[attr-defined]

    @property
    def asked(self) -> Asked:
        """What was entered; the form must be valid."""
        given = self.cleaned_data
        return Asked(
            given["use"],
            given["template"],
            DataClass(given["data_class"]),
            self.read.text,
            tuple(one for one in given["more"].splitlines() if one.strip()),
            given["receipt"].strip(),
        )
