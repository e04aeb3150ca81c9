"""What a clerk types of fees, envelopes and counted money. No field takes a card's number."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django import forms

from yakuba.kernel.refusals import if_valid
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.kernel.values import calendar
from yakuba.kernel.values.characters import narrow
from yakuba.services.intake.engine.fees.cash import DENOMINATIONS, LABELS, Way
from yakuba.services.intake.engine.fees.orders import VALUES

BY_HAND = [(way.value, LABELS[way]) for way in (Way.CASH, Way.STAMP, Way.ACCOUNT, Way.CASHLESS)]


class YenField(forms.IntegerField):
    """Yen, as staff write them: 1,200円, １２００."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", 1_000_000_000)
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        self.error_messages["invalid"] = "円の整数で書いてください。例：300"

    def to_python(self, value: Any) -> int | None:
        """Without signs around the digits."""
        if isinstance(value, str):
            value = narrow(value).replace(",", "").replace("円", "").strip()
        return super().to_python(value)


class OnceForm(forms.Form):
    """A form whose button writes one line however often it is pressed."""

    once = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["once"].initial = secrets.token_urlsafe(24)


class ChargeForm(OnceForm):
    """What is owed."""

    item = forms.ChoiceField(label="手数料")
    copies = forms.IntegerField(label="枚数", min_value=1, max_value=999, initial=1)
    exemption = forms.ChoiceField(label="減免", required=False)

    def __init__(
        self, choices: list[tuple[str, str]], exemptions: list[str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = choices  # type: ignore[attr-defined]
        self.fields["exemption"].choices = [("", "なし"), *((one, one) for one in exemptions)]  # type: ignore[attr-defined]


class ReceiveForm(OnceForm):
    """Money that came."""

    way = forms.ChoiceField(label="方法", choices=BY_HAND)
    yen = YenField(label="額（円）", min_value=1)
    slip = forms.CharField(
        label="控え番号",
        required=False,
        max_length=40,
        help_text="キャッシュレスのときは、端末の控え（伝票）の番号。カードの番号は書きません。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class RefundForm(OnceForm):
    """Money that goes back."""

    way = forms.ChoiceField(label="方法", choices=BY_HAND)
    yen = YenField(label="返す額（円）", min_value=1)
    reason = forms.CharField(label="理由", max_length=300)


class ReverseForm(OnceForm):
    """A line that is taken back."""

    reason = forms.CharField(label="取り消す理由", max_length=300)


class CountForm(forms.Form):
    """A till that was counted."""

    fund = YenField(label="釣銭準備金（朝から入っていた額）", initial=0)

    def __init__(self, recorded: dict[Way, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in DENOMINATIONS:
            self.fields[f"pieces_{value}"] = forms.IntegerField(
                label=f"{value:,}円",
                required=False,
                min_value=0,
                max_value=99_999,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )
        for way in (Way.STAMP, Way.ORDER, Way.ACCOUNT, Way.CASHLESS):
            self.fields[f"yen_{way.value}"] = YenField(
                label=f"{LABELS[way]}（数えた額、円）", required=False, min_value=-(10**9),
            )  # fmt: skip
        for way in Way:
            self.fields[f"reason_{way.value}"] = forms.CharField(
                label=f"{LABELS[way]}が合わない理由", required=False, max_length=200
            )

    @property
    def pieces(self) -> dict[int, int]:
        """Value → how many."""
        return {value: self.cleaned_data.get(f"pieces_{value}") or 0 for value in DENOMINATIONS}

    def yen(self, way: Way) -> int:
        """As counted."""
        return int(self.cleaned_data.get(f"yen_{way.value}") or 0)

    @property
    def reasons(self) -> dict[str, str]:
        """Way → why it does not fit."""
        return {way.value: self.cleaned_data.get(f"reason_{way.value}", "") for way in Way}


class OrdersField(forms.CharField):
    """Postal money orders, one a line: 300 R8.11.1, and × behind what has something written on it."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", "定額小為替（1枚ずつ、額面と発行日）")
        kwargs.setdefault(
            "help_text",
            "1行に1枚。例：300 R8.11.1　書き込みのあるものは、うしろに × を付けます。"
            f"額面は {'、'.join(f'{one:,}' for one in VALUES)} 円です。",
        )
        super().__init__(**kwargs)
        self.widget.attrs |= {"rows": 4, "spellcheck": "false"}

    def clean(self, value: Any) -> list[tuple[int, date, bool]]:
        """(value, day of issue, written) of each."""
        found = []
        for at, line in enumerate(str(super().clean(value) or "").splitlines(), start=1):
            words = narrow(line).replace("円", " ").replace("×", " × ").split()
            if words:
                found.append(_order(at, words))
        return found


def _order(at: int, words: list[str]) -> tuple[int, date, bool]:
    written = words[-1] in ("×", "x", "X")
    rest = words[:-1] if written else words
    yen = rest[0].replace(",", "")
    day = if_valid(calendar.read_date, "".join(rest[1:])) if len(rest) > 1 else None
    if not (yen.isascii() and yen.isdigit()) or int(yen) not in VALUES or day is None:
        raise forms.ValidationError(
            f"{at}行目「{' '.join(words)[:40]}」が読めません。「300 R8.11.1」のように、額面と発行日を書いてください。"
        )
    return int(yen), day, written


class EnvelopeForm(OnceForm):
    """What came in an envelope."""

    apply_code = forms.ChoiceField(label="手続")
    arrived_on = JapaneseDateField(label="届いた日")
    name = forms.CharField(label="本人の氏名", max_length=120, required=False)
    orders = OrdersField()
    stamps = YenField(label="返信用の切手（円）", required=False, max_value=100_000)
    envelope = forms.BooleanField(label="返信用の封筒があった", required=False)
    note = forms.CharField(label="ほかに入っていたもの", max_length=300, required=False)

    def __init__(self, procedures: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["apply_code"].choices = procedures  # type: ignore[attr-defined]


class MoreOrdersForm(forms.Form):
    """Orders that came later."""

    orders = OrdersField(required=True, label="あとから届いた定額小為替")


class MatchForm(forms.Form):
    """Which record a line is."""

    fee_entry_id = forms.IntegerField(label="手数料の記録の番号")
