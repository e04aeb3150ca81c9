"""Fields and forms in the words of staff: dates, the login, a definition file."""

from __future__ import annotations

import unicodedata
from datetime import date, time
from functools import partial
from math import isfinite
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from yakuba.kernel.definitions import LARGEST_BYTES, DefinitionRefused, decoded
from yakuba.kernel.refusals import if_valid, said_as
from yakuba.kernel.values import calendar, canonical
from yakuba.kernel.values.widths import WIDTHS


class JapaneseDateInput(forms.TextInput):
    """A text box that shows 令和8年4月1日, whatever the browser's language; it says back how it reads what is typed."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "data-date": "yes"} | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        """A date as 和暦, text that is none as it was typed."""
        if isinstance(value, date):
            return calendar.written(value)
        day = if_valid(calendar.read_date, str(value or ""))
        return calendar.written(day) if day else super().format_value(value)


class JapaneseDateField(forms.DateField):
    """A date as staff write it (see `kernel.values.calendar.read_date`). A native date box would show it in the browser's language."""

    widget = JapaneseDateInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "例：令和8年4月1日、R8.4.1、2026-04-01")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        """The date. Raises ValidationError with the calendar's own sentence."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        with said_as(partial(forms.ValidationError, code="invalid")):
            return calendar.read_date(str(value))


class TypedField(forms.CharField):
    """A text of one type, as the house writes it (`kernel.values`)."""

    def __init__(self, type: str, **options: Any) -> None:
        super().__init__(**options)
        self._type = type

    def clean(self, value: Any) -> str:
        """The canonical text. Raises ValidationError."""
        with said_as(forms.ValidationError):
            return canonical(self._type, super().clean(value))


class JapaneseTimeField(forms.TimeField):
    """A time of day as staff write it: 18:00, 18時30分, 18時, and the same in full width."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%H:%M", "%H時%M分", "%H時"])
        kwargs.setdefault(
            "error_messages", {"invalid": "時刻は 18:00 のように、0:00から23:59までで入れてください。"}
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:
        """The time. Raises ValidationError."""
        return super().to_python(WIDTHS["半角"](value) if isinstance(value, str) else value)


class SliderInput(forms.TextInput):
    """A number box with a slider beside it: the box takes every number, also full-width digits; the slider those of its range.

    With a script the slider writes into the box and only the box is sent. Without one both are, with the place in which the
    slider was shown: it decides where it was moved and the box was not.
    """

    template_name = "ui/widgets/slider.html"

    def __init__(
        self, low: float, high: float, step: float, label: str, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off"} | (attrs or {}))
        self.low, self.high, self.step, self.label = low, high, step, label

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The box as it is, and the slider's range and place."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"] |= {
            "low": _plain(self.low),
            "high": _plain(self.high),
            "step": _plain(self.step),
            "place": self._place(value),
            "label": self.label,
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The box's text, or where the slider was moved to while the box still says where it was."""
        box, slider, shown = (data.get(f"{name}{part}") for part in ("", "-slider", "-place"))
        if slider and shown and slider != shown and (not box or self._place(box) == shown):
            return slider
        return box

    def _place(self, value: Any) -> str:
        """The step nearest to the value, as a browser puts it."""
        try:
            number = float(unicodedata.normalize("NFKC", str(value)))
        except ValueError:
            number = self.low
        if not isfinite(number):
            number = self.low
        steps = round((min(max(number, self.low), self.high) - self.low) / self.step)
        return _plain(
            round(self.low + min(steps, int((self.high - self.low) / self.step + 1e-9)) * self.step, 9)
        )


def _plain(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")


class StaffLoginForm(AuthenticationForm):
    """職員ID and password. The message does not tell which of the two was wrong."""

    error_messages = {
        "invalid_login": "職員IDかパスワードが違います。大文字と小文字、全角と半角を確かめてください。",
        "inactive": "この職員IDは使えません。庁内のYakuba管理者に連絡してください。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("username", "職員ID"), ("password", "パスワード")):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = f"{label}を入力してください。"
        if self.is_bound:  # after a failure the list of what was wrong takes the focus
            self.fields["username"].widget.attrs.pop("autofocus", None)


class OwnPasswordForm(PasswordChangeForm):
    """One's own password: the one so far, and the new one twice."""

    error_messages = PasswordChangeForm.error_messages | {
        "password_incorrect": "今のパスワードが違います。",
        "password_mismatch": "新しいパスワードの2つが違います。",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "old_password": "今のパスワード",
            "new_password1": "新しいパスワード",
            "new_password2": "新しいパスワード（もう一度）",
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["new_password1"].help_text = "10文字以上。よくあるものは使えません。"


class DefinitionFileForm(forms.Form):
    """A definition as a file or as text. `what` names it in Japanese."""

    file = forms.FileField(required=False)
    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="直した版を貼り付けて登録することもできます。",
    )

    def __init__(self, *args: Any, what: str, file_help: str = "", form: str = "YAML", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._what = what
        self.fields["file"].label = f"{what}のファイル"
        self.fields["file"].help_text = f"{form}ファイル（UTF-8）。{file_help}"
        self.fields["text"].label = f"または{what}の本文"

    def clean(self) -> dict[str, Any]:
        """One of the two; `text` holds it afterwards."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file is None and not text.strip():
            raise forms.ValidationError("ファイルを選ぶか、本文を貼り付けてください。")
        if file is not None:
            cleaned["text"] = self._text(file)
        return cleaned

    def _text(self, file: Any) -> str:
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError(f"ファイルが大きすぎます。{self._what}のファイルか確かめてください。")
        try:
            return decoded(file.read())
        except DefinitionRefused as refused:
            raise forms.ValidationError([one.reason for one in refused.problems]) from None
