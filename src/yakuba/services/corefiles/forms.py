"""Forms of the room: a layout put together on the page, its file, and why a file is undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from yakuba.kernel.definitions.bundle import as_text
from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.corefiles.engine.layout import (
    CODE_LETTERS,
    LONGEST_TITLE,
    WIDEST,
    Encoding,
    Fact,
    Form,
    formats_of,
)
from yakuba.services.corefiles.models import FileLayout

PLAIN = "そのまま"


@dataclass(frozen=True)
class Source:
    """What a column may show: a field's code or a fact, how staff call it, and in which formats it may be written."""

    code: str
    label: str
    formats: Sequence[str]


def sources(procedure: Procedure) -> list[Source]:
    """All that a case of the procedure has."""
    fields: Sequence[FieldDefinition] = procedure.definition.fields
    facts = [
        Source(one.value, one.value, formats_of(None, one) if one is not Fact.LINE else ()) for one in Fact
    ]
    return [*(Source(item.code, item.label, formats_of(item)) for item in fields), *facts]


class ProcedureForm(forms.Form):
    """For which procedure."""

    procedure = forms.ChoiceField(label="手続")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Procedure.objects.order_by("title").values_list("code", "title")
        self.fields["procedure"].choices = list(rows)  # type: ignore[attr-defined]


class NewLayoutForm(forms.Form):
    """The file as a whole. The columns stand in `column_rows`."""

    code = forms.RegexField(
        f"^[{CODE_LETTERS}]+$",
        label="コード",
        max_length=60,
        help_text="英小文字、数字、「-」。ファイルの名前になります。例：fukushi-renkei",
        error_messages={"invalid": "英小文字、数字、「-」で書いてください。"},
    )
    title = forms.CharField(label="名前", max_length=LONGEST_TITLE, help_text="例：福祉システム取込")
    form = forms.ChoiceField(label="形", choices=[(one.value, one.value) for one in Form])
    encoding = forms.ChoiceField(label="文字コード", choices=[(one.value, one.value) for one in Encoding])
    head = forms.BooleanField(label="1行目に見出しを書く", required=False, initial=True)

    def __init__(self, *args: Any, procedure: Procedure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.procedure = procedure
        self.sources = sources(procedure)
        for number, one in enumerate(self.sources):
            self.fields[f"at-{number}"] = forms.IntegerField(
                label=f"{one.label}の順番",
                required=False,
                min_value=1,
                max_value=999,
                initial=number + 1 if one.code in procedure.definition.by_code else None,
            )
            self.fields[f"heading-{number}"] = forms.CharField(
                label=f"{one.label}の見出し", required=False, max_length=80, initial=one.label
            )
            self.fields[f"format-{number}"] = forms.ChoiceField(
                label=f"{one.label}の書き方",
                required=False,
                choices=[("", PLAIN), *((name, name) for name in one.formats)],
            )
            self.fields[f"width-{number}"] = forms.IntegerField(
                label=f"{one.label}の桁", required=False, min_value=1, max_value=WIDEST
            )

    @property
    def file_rows(self) -> list[Any]:
        """The fields of the file as a whole, as the page shows them."""
        return [self[name] for name in ("code", "title", "form", "encoding", "head")]

    @property
    def column_rows(self) -> list[tuple[str, list[tuple[str, Any]]]]:
        """Of each source: what it is called, and its place, heading, format and width with their names."""
        asked = {"順番": "at", "見出し": "heading", "書き方": "format", "桁": "width"}
        return [
            (one.label, [(name, self[f"{key}-{n}"]) for name, key in asked.items()])
            for n, one in enumerate(self.sources)
        ]

    def clean_code(self) -> str:
        """A new one: what is in use is not written over from here."""
        code: str = self.cleaned_data["code"]
        row = FileLayout.objects.filter(code=code).first()
        if row is not None:
            raise forms.ValidationError(
                f"このコードは「{row.title}」のものです。別のコードにするか、そのレイアウトの「レイアウトを直す」で直してください。"
            )
        return code

    def clean(self) -> dict[str, Any]:
        """At least one column."""
        given: dict[str, Any] = super().clean() or {}
        if not any(given.get(f"at-{number}") for number in range(len(self.sources))):
            raise forms.ValidationError("使う項目の「順番」に数字を入れてください。")
        return given

    @property
    def text(self) -> str:
        """The layout file; the form must be valid."""
        given = self.cleaned_data
        used = [(given[f"at-{n}"], n) for n in range(len(self.sources)) if given.get(f"at-{n}")]
        return as_text(
            {
                "レイアウト": given["code"],
                "名前": given["title"],
                "手続": self.procedure.code,
                "形": given["form"],
                "文字コード": given["encoding"],
                "見出し": "はい" if given["head"] and given["form"] != Form.FIXED else "いいえ",
                "列": [self._column(number) for _, number in sorted(used)],
            }
        )

    def _column(self, number: int) -> dict[str, Any]:
        given, source = self.cleaned_data, self.sources[number]
        column: dict[str, Any] = {"見出し": given[f"heading-{number}"] or source.label, "項目": source.code}
        if given[f"format-{number}"]:
            column["書式"] = [given[f"format-{number}"]]
        if given[f"width-{number}"]:
            column["桁"] = given[f"width-{number}"]
        return column


class LayoutTextForm(forms.Form):
    """A layout as its file says it."""

    text = forms.CharField(
        label="レイアウトの内容",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        max_length=200_000,
        strip=False,
    )


class UndoForm(forms.Form):
    """Why the file is not taken in."""

    reason = forms.CharField(label="取り消す理由", max_length=300)
