"""The texts of notices, and what-ifs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.nursery.actions.notices import longest
from yakuba.services.nursery.actions.trying import MOST
from yakuba.services.nursery.forms.applications import canonical
from yakuba.services.nursery.models import RuleSet


class FrameForm(forms.Form):
    """The texts of a round's notices; an empty field takes the usual text."""

    LONG = ("intro", "after")
    KINDS = {"granted": "承諾", "held": "保留", "kept": "転園の保留"}
    PARTS = {"title": "題名", "intro": "はじめの文", "after": "終わりの文"}

    date = JapaneseDateField(
        label="通知の日付",
        required=False,
        help_text="例：令和8年4月1日、R8.4.1。空なら、通知を作った日になります。",
    )
    document_number = forms.CharField(label="文書番号", required=False, max_length=longest("document_number"))
    mayor = forms.CharField(
        label="市町村長の名義",
        max_length=longest("mayor"),
        help_text="例：やくば市長　役場花子",
        required=False,
    )
    desk = forms.CharField(
        label="お問い合わせ先",
        required=False,
        max_length=longest("desk"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="担当課、住所、電話番号。",
    )
    appeal = forms.CharField(
        label="不服申立ての教示",
        required=False,
        max_length=longest("appeal"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, frame: Mapping[str, Any], day: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, label in self.PARTS.items():
            for kind, shown in self.KINDS.items():
                widget = forms.Textarea(attrs={"rows": 2}) if part in self.LONG else None
                name = f"{part}_{kind}"
                self.fields[name] = forms.CharField(
                    label=f"{label}（{shown}）", required=False, max_length=longest(name), widget=widget
                )
        self.initial = {name: frame[name] for name in self.fields} | {"date": day}

    def texts(self) -> dict[str, str]:
        """Name → text, as `actions.notices.state_texts` takes them."""
        values = {name: canonical(value) for name, value in self.cleaned_data.items()}
        return {name: value.replace("\r\n", "\n").strip() for name, value in values.items()}


class WhatIfForm(forms.Form):
    """What is tried beside a run: seats of up to `ROWS` slots, the index's level, other rules."""

    ROWS = 5
    LEVELS = (
        ("", "選考基準のとおり"),
        ("household", "世帯の指数（きょうだいをそろえる）"),
        ("child", "児童ごとの指数"),
    )

    level = forms.ChoiceField(label="指数の数え方", required=False, choices=LEVELS)
    rule_set = forms.ModelChoiceField(
        RuleSet.all_municipalities.none(),
        label="選考基準",
        required=False,
        empty_label="（もとの計算と同じ）",
    )
    label = forms.CharField(
        label="試算の名前", required=False, max_length=120, help_text="例：中央保育園の1歳児を5人ふやす"
    )

    def __init__(self, *args: Any, run: Any, slots: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = RuleSet.objects.exclude(pk=run.rule_set_id).filter(procedure_code=run.rule_set.procedure_code)
        self.fields["rule_set"].queryset = same.order_by("-pk")  # type: ignore[attr-defined]
        for number in range(1, self.ROWS + 1):
            self.fields[f"slot_{number}"] = forms.ChoiceField(
                label=f"枠{number}", required=False, choices=[("", "（なし）"), *slots]
            )
            self.fields[f"seats_{number}"] = forms.IntegerField(
                label=f"枠{number}の増減", required=False, min_value=-MOST, max_value=MOST
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The pairs of fields for slots."""
        return [(self[f"slot_{at}"], self[f"seats_{at}"]) for at in range(1, self.ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """Slots with numbers, each once."""
        cleaned = super().clean() or {}
        seats: dict[str, int] = {}
        for number in range(1, self.ROWS + 1):
            slot, more = cleaned.get(f"slot_{number}"), cleaned.get(f"seats_{number}")
            if slot and more is None and f"seats_{number}" not in self.errors:
                self.add_error(f"seats_{number}", "ふやす人数（減らすときは－1など）を入れてください。")
            elif more and not slot:
                self.add_error(f"slot_{number}", "どの枠か選んでください。")
            elif slot and slot in seats:
                self.add_error(f"slot_{number}", "同じ枠を二度選んでいます。")
            elif slot:
                seats[slot] = more or 0
        return cleaned | {"seats": seats}

    def tried(self) -> dict[str, Any]:
        """As `operations.runs.start_what_if` takes it."""
        rules = self.cleaned_data["rule_set"]
        return {name: self.cleaned_data[name] for name in ("seats", "level", "label")} | {
            "rules": rules and rules.pk
        }
