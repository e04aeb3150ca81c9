"""Forms of the nursery's pages. Messages are Japanese and say what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms

from yakuba.kernel.ledger.models import Procedure
from yakuba.services.nursery.actions.runs import SECONDS
from yakuba.services.nursery.actions.taking import LARGEST_FILE
from yakuba.services.nursery.engine.rules import Field, Kind
from yakuba.services.nursery.models import AGES, Application, Facility, Round, RuleSet
from yakuba.services.nursery.queries.results import SlotState

MOST_WISHES = 30
SPARE_WISHES = 2  # empty choices below the wishes there are
MOST_SEATS = 999
LARGEST_RULES = 1_200_000  # bytes
TIME = re.compile(r"\d{1,2}:\d{2}")


class RulesFileForm(forms.Form):
    """A rule file."""

    file = forms.FileField(
        label="選考基準のファイル",
        required=False,
        help_text="YAMLファイル（UTF-8）。書き方は「選考基準の書き方」にあります。",
    )
    text = forms.CharField(
        label="またはファイルの中身",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="直した版を貼り付けて登録することもできます。",
    )

    def clean(self) -> dict[str, Any]:
        """One of the two; `text` holds it afterwards."""
        cleaned = super().clean() or {}
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if file is None and not text.strip():
            raise forms.ValidationError("ファイルを選ぶか、中身を貼り付けてください。")
        if file is not None:
            cleaned["text"] = _decoded(file)
        return cleaned


class RoundForm(forms.Form):
    """A round: its name, from when, of which procedure, by which rules."""

    title = forms.CharField(label="名称", max_length=120, help_text="例：令和9年4月入所　一次選考")
    start = forms.DateField(
        label="入所日",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="年齢クラスは、この日の年度の4月1日の年齢で決まります。",
    )
    procedure = forms.ModelChoiceField(
        Procedure.all_municipalities.none(), label="申込の手続", empty_label=None
    )
    rule_set = forms.ModelChoiceField(RuleSet.all_municipalities.none(), label="選考基準", empty_label=None)

    def __init__(self, *args: Any, round: Round | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        procedures = Procedure.objects.order_by("title")
        self.fields["procedure"].queryset = procedures  # type: ignore[attr-defined]
        self.fields["rule_set"].queryset = RuleSet.objects.order_by("-pk")  # type: ignore[attr-defined]
        newest = RuleSet.objects.order_by("-pk").first()
        if newest is not None:
            self.fields["procedure"].initial = procedures.filter(code=newest.procedure_code).first()
        if round is not None:
            for name in ("start", "procedure"):
                del self.fields[name]
            self.initial["title"], self.initial["rule_set"] = round.title, round.rule_set_id


class NextRoundForm(forms.Form):
    """The name of the next round."""

    title = forms.CharField(label="名称", max_length=120)


class FileForm(forms.Form):
    """A CSV."""

    file = forms.FileField(
        label="CSVファイル", help_text="文字コードはShift_JIS（Excelの標準）でもUTF-8でも読めます。"
    )

    def clean_file(self) -> bytes:
        """The file's bytes."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("ファイルが大きすぎます（20MBまで）。CSVか確かめてください。")
        return bytes(file.read())


class StartForm(forms.Form):
    """How long a run may take, and whether to calculate although nothing has changed."""

    seconds = forms.IntegerField(
        label="かけてよい時間（秒）",
        min_value=SECONDS[0],
        max_value=SECONDS[1],
        initial=60,
        help_text="ふつうは数秒で終わります。証明に時間がかかるときだけ、長くします。",
    )
    again = forms.BooleanField(label="内容が変わっていなくても計算する", required=False)


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
        names = [
            "sibling_mode", "household", "current", "gives_up", "wants_hold", "district",
        ]  # fmt: skip
        initial = {name: getattr(application, name) for name in names}
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
        self.order_fields([*self._wishes, *names])
        self._facts = {code: f"fact_{code}" for code in asked}
        for code, spec in asked.items():
            self.fields[self._facts[code]] = _fact_field(spec)
            self.initial[self._facts[code]] = _shown_fact(spec, application.facts.get(code, ""))

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
        values: dict[str, Any] = {
            name: cleaned[name]
            for name in ("sibling_mode", "household", "current", "gives_up", "wants_hold", "district")
        }
        values["wishes"] = [cleaned[name] for name in self._wishes if cleaned[name]]
        for code, name in self._facts.items():
            value = cleaned[name]
            values[f"facts.{code}"] = ",".join(value) if isinstance(value, list) else _canonical(value)
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


class ReasonForm(forms.Form):
    """A reason, in the words of who decides."""

    reason = forms.CharField(label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class PlaceForm(ReasonForm):
    """Another result for one child."""

    slot = forms.ChoiceField(label="決定する枠", required=False)
    field_order = ["slot", "reason"]

    def __init__(self, *args: Any, slots: list[tuple[SlotState, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "入所しない（保留）")]
        choices += [(slot.id, f"{name}　残り{slot.left}") for slot, name in slots]
        self.fields["slot"].choices = choices  # type: ignore[attr-defined]
        self.fields["reason"].help_text = "あとから見る人に分かるように、事情と根拠を書きます。"


class AnswerForm(forms.Form):
    """The second person's word: needed to send back, free to approve."""

    answer = forms.CharField(
        label="承認者の言葉",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="差し戻すときは、理由を必ず書きます。",
    )


class FrameForm(forms.Form):
    """The texts of a round's notices; an empty field takes the usual text."""

    LONG = ("intro", "after")
    KINDS = {"granted": "承諾", "held": "保留", "kept": "転園の保留"}
    PARTS = {"title": "題名", "intro": "はじめの文", "after": "終わりの文"}

    date = forms.DateField(
        label="通知の日付",
        required=False,
        help_text="空なら、通知を作った日になります。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    document_number = forms.CharField(label="文書番号", required=False, max_length=60)
    mayor = forms.CharField(
        label="市町村長の名義", max_length=120, help_text="例：やくば市長　役場花子", required=False
    )
    desk = forms.CharField(
        label="お問い合わせ先",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="担当課、住所、電話番号。",
    )
    appeal = forms.CharField(
        label="不服申立ての教示",
        required=False,
        max_length=800,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, frame: Mapping[str, Any], day: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part, label in self.PARTS.items():
            for kind, shown in self.KINDS.items():
                widget = forms.Textarea(attrs={"rows": 2}) if part in self.LONG else None
                self.fields[f"{part}_{kind}"] = forms.CharField(
                    label=f"{label}（{shown}）", required=False, max_length=300, widget=widget
                )
        self.initial = {name: frame[name] for name in self.fields} | {"date": day}

    def texts(self) -> dict[str, str]:
        """Name → text, as `actions.notices.state_texts` takes them."""
        values = {name: _canonical(value) for name, value in self.cleaned_data.items()}
        return {name: value.replace("\r\n", "\n").strip() for name, value in values.items()}


class WhatIfForm(forms.Form):
    """What is tried beside a run: seats of up to `ROWS` slots, the index's level, other rules."""

    ROWS = 5
    LEVELS = (
        ("", "選考基準のとおり"),
        ("household", "世帯の指数（きょうだいをそろえる）"),
        ("child", "児童ごとの指数"),
    )
    MOST = 99

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
                label=f"枠{number}の増減", required=False, min_value=-self.MOST, max_value=self.MOST
            )

    def rows(self) -> list[tuple[Any, Any]]:
        """The pairs of fields for slots."""
        return [(self[f"slot_{at}"], self[f"seats_{at}"]) for at in range(1, self.ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """Slots with numbers, each once, and at least one thing that differs."""
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
        cleaned["seats"] = {slot: more for slot, more in seats.items() if more}
        if not self.errors and not (cleaned["seats"] or cleaned.get("level") or cleaned.get("rule_set")):
            raise forms.ValidationError("枠の増減、指数の数え方、選考基準のどれかを変えてください。")
        return cleaned

    def change(self) -> dict[str, Any]:
        """As `actions.runs.start` takes it."""
        cleaned = self.cleaned_data
        change: dict[str, Any] = {}
        if cleaned["seats"]:
            change["seats"] = cleaned["seats"]
        if cleaned["level"]:
            change["level"] = cleaned["level"]
        if cleaned["rule_set"]:
            change["rules"] = True
        return change


def _fact_field(spec: Field) -> forms.Field:
    label = spec.label + (f"（{spec.unit}）" if spec.unit else "")
    if spec.kind is Kind.CHOICE:
        return forms.ChoiceField(
            label=label, required=False, choices=[("", "（空欄）"), *spec.options.items()]
        )
    if spec.kind is Kind.CHOICES:
        return forms.MultipleChoiceField(
            label=label,
            required=False,
            choices=list(spec.options.items()),
            widget=forms.CheckboxSelectMultiple,
        )
    if spec.kind is Kind.NUMBER:
        return forms.IntegerField(label=label, required=False)
    if spec.kind is Kind.DATE:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=label, required=False, widget=widget)
    if spec.kind is Kind.TIME:
        return forms.RegexField(
            TIME, label=label, required=False, error_messages={"invalid": "例のように書いてください：18:30"}
        )
    return forms.CharField(label=label, required=False, max_length=200)


def _shown_fact(spec: Field, value: str) -> Any:
    return [one for one in value.split(",") if one] if spec.kind is Kind.CHOICES else value


def _canonical(value: Any) -> str:
    if value is None:
        return ""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _decoded(file: Any) -> str:
    if file.size > LARGEST_RULES:
        raise forms.ValidationError("ファイルが大きすぎます。選考基準のファイルか確かめてください。")
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise forms.ValidationError(
            "文字コードがUTF-8ではないため読めません。エディターで「UTF-8」を選んで保存し直してください。"
        ) from None
