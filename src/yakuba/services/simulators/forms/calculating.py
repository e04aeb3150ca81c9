"""The form of a calculator, made of the inputs that it declares."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms

from yakuba.kernel.refusals import said_as
from yakuba.kernel.ui.forms import SliderInput
from yakuba.services.simulators.contracts import Calculator, Input, Lines, Quantity
from yakuba.services.simulators.engine import read_lines, read_number
from yakuba.services.simulators.engine.reading import written


class QuantityField(forms.CharField):
    """A number within its limits, with a slider where the quantity has one."""

    def __init__(self, asked: Quantity) -> None:
        label = f"{asked.label}（{asked.unit}）" if asked.unit else asked.label
        low, high = asked.slider
        box = {"inputmode": "decimal", "autocomplete": "off"}
        widget = SliderInput(low, high, asked.step, label) if asked.step else forms.TextInput(box)
        help_text = f"{asked.help}{written(asked.low)}から{written(asked.high)}まで。"
        super().__init__(
            label=label, required=False, initial=written(asked.initial), help_text=help_text, widget=widget
        )
        self._asked = asked

    def clean(self, value: Any) -> float:
        """Raises ValidationError with the engine's sentence."""
        with said_as(forms.ValidationError):
            return read_number(self._asked, str(value or ""))


class LinesField(forms.CharField):
    """A small table as text."""

    def __init__(self, asked: Lines) -> None:
        rows = {"rows": min(8, max(3, asked.initial.count("\n") + 2)), "spellcheck": "false"}
        help_text = f"列：{'、'.join(asked.columns)}。{asked.help}"
        super().__init__(
            label=asked.label,
            required=False,
            initial=asked.initial,
            strip=False,
            help_text=help_text,
            max_length=10_000,
            widget=forms.Textarea(rows),
        )
        self._asked = asked

    def clean(self, value: Any) -> str:
        """Raises ValidationError with the lines at fault."""
        text = str(super().clean(value) or "")
        with said_as(forms.ValidationError):
            read_lines(self._asked, text)
        return text


def _field(asked: Input) -> forms.Field:
    if isinstance(asked, Quantity):
        return QuantityField(asked)
    if isinstance(asked, Lines):
        return LinesField(asked)
    return forms.ChoiceField(
        label=asked.label, choices=list(asked.options.items()), initial=asked.initial, help_text=asked.help
    )


class CalculatorForm(forms.Form):
    """All inputs of a calculator. What an address leaves out is the example's, so that each page shows something at once."""

    def __init__(self, calculator: Calculator, given: Mapping[str, Any]) -> None:
        initial = {
            one.name: written(one.initial) if isinstance(one, Quantity) else one.initial
            for one in calculator.inputs
        }
        super().__init__(initial | dict(given.items()), use_required_attribute=False)
        self.calculator = calculator
        for one in calculator.inputs:
            self.fields[one.name] = _field(one)

    @property
    def groups(self) -> list[tuple[str, list[Any], bool]]:
        """(heading, fields, whether it is open): the first two, and whichever has an error."""
        parts = [
            (group, [self[one.name] for one in listed])
            for group, listed in groupby(self.calculator.inputs, key=lambda one: one.group)
        ]
        return [
            (group, fields, at < 2 or any(field.errors for field in fields))
            for at, (group, fields) in enumerate(parts)
        ]

    @property
    def told(self) -> str:
        """Where errors stand at their fields, for a page that replaces only them and the result."""
        return ",".join(f"#told-{name}" for name in self.fields)

    @property
    def typed(self) -> dict[str, str]:
        """What was taken, as an address says it; the form must be valid."""
        return {
            name: written(value) if isinstance(value, int | float) else value
            for name, value in self.cleaned_data.items()
        }

    def place(self, label: str) -> str | None:
        """The field of that label, at which a refusal of the calculator belongs."""
        return next((one.name for one in self.calculator.inputs if one.label == label), None)


class KeepForm(forms.Form):
    """Under which name a result is kept."""

    name = forms.CharField(label="名前", max_length=100, help_text="例：駅前通り　4.7 GHz")
    note = forms.CharField(label="メモ", max_length=1_000, required=False, widget=forms.Textarea({"rows": 2}))


class TableFileForm(forms.Form):
    """A table that fills the form in."""

    file = forms.FileField(
        label="表のファイル", help_text="CSV（Shift_JISでもUTF-8でも）か、Excel（xlsx）。5 MBまで。"
    )
