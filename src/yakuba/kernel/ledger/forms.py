"""What staff fill in on the ledger's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.html import format_html

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.by_hand import LONGEST_NUMBER
from yakuba.kernel.ledger.letters import Draft
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.letters.letter import Addressee
from yakuba.kernel.ui.forms import JapaneseDateField, TypedField
from yakuba.kernel.values import Picks, shown
from yakuba.kernel.values.field_type import LONGEST

NO_MARK = "-"  # the option of a choice that says: nothing is marked


class NumberKeys:
    """Number keys for the options of a widget; the chosen option, or the first, has the focus at first."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The widget's context with numbered options."""
        context: dict[str, Any] = super().get_context(name, value, attrs)  # type: ignore[misc]
        options = [option for _, group, _ in context["widget"]["optgroups"] for option in group]
        for number, option in enumerate(options[:9], start=1):
            option["attrs"]["data-key"] = str(number)
            option["label"] = format_html("<kbd>{}</kbd> {}", number, option["label"])
        first = next((option for option in options if option["selected"]), options[0])
        first["attrs"]["autofocus"] = True
        return context


class NumberedRadio(NumberKeys, forms.RadioSelect):
    """Radio buttons that the number keys choose."""


class NumberedCheckboxes(NumberKeys, forms.CheckboxSelectMultiple):
    """Check boxes that the number keys switch."""


def value_field(definition: FieldDefinition, *, autofocus: bool = False, css: str = "") -> forms.Field:
    """An input for the value of one field, as its type asks for it; `raw_value` says what was entered there. Whether
    that is a value, `FieldDefinition.canonical` decides, for pages, API and files alike."""
    common: dict[str, Any] = {
        "label": definition.label,
        "required": False,
        "help_text": "一覧から選びます。" if definition.words else definition.kind.help,
    }
    options = list(definition.options.items())
    if definition.kind.picks is Picks.ONE:
        chosen = common | {"required": True, "error_messages": {"required": "どれか1つを選んでください。"}}
        return forms.ChoiceField(choices=[*options, (NO_MARK, "印がない")], widget=NumberedRadio, **chosen)
    if definition.kind.picks is Picks.MANY:
        return forms.MultipleChoiceField(choices=options, widget=NumberedCheckboxes, **common)
    attrs: dict[str, Any] = definition.kind.hints()
    attrs |= ({"autofocus": True} if autofocus else {}) | ({"class": css} if css else {})
    if definition.words:
        attrs["list"] = "words"
    return forms.CharField(widget=forms.TextInput(attrs=attrs), strip=True, max_length=LONGEST, **common)


def raw_value(cleaned: Any) -> str:
    """What was entered in a `value_field`, as one string."""
    if cleaned == NO_MARK:
        return ""
    return ",".join(cleaned) if isinstance(cleaned, list) else str(cleaned)


class StepForm(forms.Form):
    """Where a case goes next, among the steps that are offered."""

    target = forms.ChoiceField(label="次の段階", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由・覚え書き",
        max_length=500,
        required=False,
        help_text="補正・却下・取り下げには理由が要ります。経過に残ります。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, steps: Mapping[Status, str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["target"].choices = [(target.value, label) for target, label in steps.items()]  # type: ignore[attr-defined]


class ByHandForm(forms.Form):
    """A case that was entered by hand. The minutes count in the effect, so that no saving is claimed for it."""

    number = forms.CharField(
        label="基幹システムの登録番号",
        max_length=LONGEST_NUMBER,
        help_text="登録の完了画面に出た番号を、そのまま入力します。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    minutes = forms.DecimalField(
        label="入力にかかった時間（分）",
        min_value=0,
        max_value=600,
        decimal_places=1,
        help_text="効果の計算に使います。例：12、7.5",
    )
    note = forms.CharField(label="覚え書き", max_length=200, required=False)


class LetterForm(forms.Form):
    """A letter to the applicant; what is known is filled in and to be checked."""

    name = forms.CharField(label="宛名", max_length=120, help_text="「様」は付けません。")
    postal_code = TypedField("postal_code", label="郵便番号", max_length=10, required=False)
    address = forms.CharField(label="住所", max_length=200)
    number = forms.CharField(label="文書番号", max_length=60, required=False, help_text="例：や保第123号")
    day = JapaneseDateField(label="日付")
    text = forms.CharField(
        label="本文",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="補っていただくところ、または却下の理由。",
    )

    def clean_postal_code(self) -> str:
        """In the form in which it is printed, or nothing."""
        code = self.cleaned_data["postal_code"]
        return shown("postal_code", code).lstrip("〒") if code else ""

    def draft(self) -> Draft:
        """What was filled in."""
        given = self.cleaned_data
        to = Addressee(given["name"], given["postal_code"], given["address"])
        return Draft(to, given["number"], given["day"], given["text"].replace("\r\n", "\n"))
