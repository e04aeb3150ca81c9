"""One application, and one facility."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.spoilt import folded
from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.nursery.contracts import AGES
from yakuba.services.nursery.engine.rules import Field, Kind
from yakuba.services.nursery.models import Application, Facility

MOST_WISHES = 30
SPARE_WISHES = 2  # empty choices below the wishes there are
MOST_SEATS = 999
TIME = re.compile(r"\d{1,2}:\d{2}")


class ApplicationForm(forms.Form):
    """The selection items of one application: wishes, siblings, transfer, hold, and what the rules ask for."""

    sibling_mode = forms.ChoiceField(
        label="きょうだいの希望",
        required=False,
        help_text="同じ世帯のきょうだい全員に同じ答えが入ります。空欄なら、申込の内容か選考基準の既定によります。",
    )
    household = forms.CharField(
        label="世帯", max_length=120, help_text="同じ文字の児童は、一つの世帯としていっしょに選考されます。"
    )
    current = forms.ChoiceField(
        label="在園している施設（転園）",
        required=False,
        help_text="転園の申込のときだけ選びます。希望がかなわなければ、今の席が残ります。",
    )
    gives_up = forms.BooleanField(
        label="結果にかかわらず今の席を手放す",
        required=False,
        help_text="席はほかの児童に渡り、戻れません。申込者に必ず確かめてください。",
    )
    wants_hold = forms.BooleanField(label="保留になることを希望する（育児休業の延長など）", required=False)
    district = forms.CharField(label="地区", max_length=60, required=False)

    def __init__(
        self,
        *args: Any,
        application: Application,
        facilities: list[Facility],
        modes: Mapping[str, str],
        asked: Mapping[str, Field],
        **kwargs: Any,
    ) -> None:
        initial = {name: getattr(application, name) for name in self.base_fields}
        super().__init__(*args, **(kwargs | {"initial": initial}))
        places = [(place.code, f"{place.name}（{place.code}）") for place in facilities]
        known = {code for code, _ in places}
        self._set_choices(
            "sibling_mode", [("", "（申込のとおり）"), *modes.items()], application.sibling_mode
        )
        self._set_choices("current", [("", "（なし）"), *places], application.current)
        self._wishes = []
        for number in range(1, min(len(application.wishes) + SPARE_WISHES, MOST_WISHES) + 1):
            stands = application.wishes[number - 1] if number <= len(application.wishes) else ""
            unknown = (
                [(stands, f"{stands}（この選考回にない施設）")] if stands and stands not in known else []
            )
            name = f"wish_{number}"
            self.fields[name] = forms.ChoiceField(
                label=f"第{number}希望", required=False, choices=[("", "（なし）"), *unknown, *places]
            )
            self.initial[name] = stands
            self._wishes.append(name)
        self.order_fields([*self._wishes, *self.base_fields])
        self._facts = {code: f"fact_{code}" for code in asked}
        for code, spec in asked.items():
            self.fields[self._facts[code]] = _fact_field(spec)
            self.initial[self._facts[code]] = _shown_fact(spec, application.facts.get(code, ""))

    def clean_household(self) -> str:
        """In one width, as in tables."""
        return folded(self.cleaned_data["household"])

    def clean(self) -> dict[str, Any]:
        """Each facility at most once."""
        cleaned = super().clean() or {}
        wishes = [cleaned.get(name, "") for name in self._wishes]
        given = [wish for wish in wishes if wish]
        for name in self._wishes:
            if cleaned.get(name) and given.count(cleaned[name]) > 1:
                self.add_error(name, "同じ施設を二度希望しています。どちらかを空欄にしてください。")
                break
        return cleaned

    def values(self) -> dict[str, Any]:
        """Field of `Application` (or `facts.<code>`) → value, as `actions.applications.correct` takes them."""
        cleaned = self.cleaned_data
        values: dict[str, Any] = {name: cleaned[name] for name in self.base_fields}
        values["wishes"] = [cleaned[name] for name in self._wishes if cleaned[name]]
        for code, name in self._facts.items():
            value = cleaned[name]
            values[f"facts.{code}"] = ",".join(value) if isinstance(value, list) else canonical(value)
        return values

    def main_fields(self) -> list[Any]:
        """The items that are not values of the application, for the upper part of the page."""
        return [self[name] for name in self.fields if not name.startswith("fact_")]

    def fact_fields(self) -> list[Any]:
        """What the rules ask for."""
        return [self[name] for name in self._facts.values()]

    def _set_choices(self, name: str, choices: list[tuple[str, str]], stands: str) -> None:
        if stands and stands not in dict(choices):
            choices = [*choices, (stands, f"{stands}（選べません）")]
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class FacilityForm(forms.Form):
    """A facility's free seats by age, and its shared seats."""

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shared = facility.shared
        for age in AGES:
            self.fields[f"age_{age}"] = forms.IntegerField(
                label=f"{age}歳児の空き枠", required=False, min_value=0, max_value=MOST_SEATS
            )
            self.initial[f"age_{age}"] = facility.vacancies.get(str(age))
        for number, one in enumerate(self._shared):
            ages = "・".join(f"{age}歳" for age in one["ages"])
            for name, label in (("seats", "共用の席"), ("teachers", "保育士の数")):
                self.fields[f"{name}_{number}"] = forms.IntegerField(
                    label=f"{label}（{ages}）", required=False, min_value=0, max_value=MOST_SEATS
                )
                self.initial[f"{name}_{number}"] = one.get(name)

    def vacancies(self) -> dict[str, int]:
        """Age → seats; an empty field means that the age is not taken in."""
        given = {str(age): self.cleaned_data[f"age_{age}"] for age in AGES}
        return {age: seats for age, seats in given.items() if seats is not None}

    def shared(self) -> list[dict[str, Any]]:
        """The shared seats with their new limits."""
        return [
            one | {name: self.cleaned_data[f"{name}_{number}"] for name in ("seats", "teachers")}
            for number, one in enumerate(self._shared)
        ]


def data_of(form: forms.Form, values: Mapping[str, str]) -> QueryDict:
    """What a page would send back with `values` typed over what stands there. Raises Invalid for a name that the form does
    not have."""
    if unknown := sorted(set(values) - set(form.fields)):
        raise Invalid(f"項目「{unknown[0]}」はありません。", remedy=f"書ける項目：{'、'.join(form.fields)}")
    data = QueryDict(mutable=True)
    for name, field in form.fields.items():
        stands = values.get(name, form.get_initial_for_field(field, name))
        if isinstance(field, forms.MultipleChoiceField):
            data.setlist(name, stands.split(",") if isinstance(stands, str) and stands else stands or [])
        elif not isinstance(field, forms.BooleanField) or stands not in ("", False, "false"):
            data[name] = "" if stands is None else str(stands)
    return data


def sent(form: forms.Form) -> dict[str, str]:
    """What was sent with a form, as `data_of` takes it."""
    data = cast("QueryDict", form.data)
    return {name: ",".join(data.getlist(name)) for name in form.fields}


def _fact_field(spec: Field) -> forms.Field:
    said: dict[str, Any] = {
        "label": spec.label + (f"（{spec.unit}）" if spec.unit else ""),
        "required": False,
    }
    if spec.kind is Kind.CHOICE:
        return forms.ChoiceField(choices=[("", "（空欄）"), *spec.options.items()], **said)
    if spec.kind is Kind.CHOICES:
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=list(spec.options.items()), widget=boxes, **said)
    if spec.kind is Kind.NUMBER:
        return forms.IntegerField(**said)
    if spec.kind is Kind.DATE:
        return JapaneseDateField(**said)
    if spec.kind is Kind.TIME:
        wrong = {"invalid": "例のように書いてください：18:30"}
        return forms.RegexField(TIME, error_messages=wrong, **said)
    return forms.CharField(max_length=200, **said)


def _shown_fact(spec: Field, value: str) -> Any:
    return [one for one in value.split(",") if one] if spec.kind is Kind.CHOICES else value


def canonical(value: Any) -> str:
    """A cleaned value as the ledger writes it: dates in ISO 8601, nothing as the empty string."""
    if value is None:
        return ""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
