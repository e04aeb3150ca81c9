"""Who asks: what residents say of themselves, and one screen for a clerk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from yakuba.kernel.ui.forms import JapaneseDateField
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Asked, Door, Part, Role, Rules
from yakuba.services.intake.engine.acting.standing import Given, documents

LABELS = {
    Part.SELF: "本人（わたしのこと）",
    Part.HOUSEHOLD: "同じ世帯の人（家族など）",
    Part.LEGAL: "法定代理人（親権者、成年後見人など）",
    Part.AGENT: "委任状のある代理人",
    Part.MESSENGER: "使者（本人が書いたものを届ける人）",
    Part.OFFICER: "会社や団体の担当者",
}
FILLS = {"name": "name", "address": "street-address", "phone": "tel"}


class PartForm(forms.Form):
    """As what a resident asks."""

    part = forms.ChoiceField(
        label="だれの申請ですか",
        widget=forms.RadioSelect,
        error_messages={"required": "どれかを選んでください。"},
    )

    def __init__(self, rules: Rules, door: Door, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["part"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.part.value, LABELS[one.part]) for one in rules.at(door)]


class PersonForm(forms.Form):
    """What a role asks of who acts, and nothing else."""

    def __init__(self, role: Role, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in role.asked:
            key = answers.KEYS[one]
            attrs = {"autocomplete": FILLS.get(key, "off")}
            self.fields[key] = forms.CharField(
                label=f"あなたの{one.value}" if one is not Asked.RELATION else "本人との関係（続柄）",
                max_length=answers.LONGEST[one],
                widget=forms.TextInput(attrs=attrs),
                error_messages={"required": f"{one.value}を入力してください。"},
            )


class ClerkForm(forms.Form):
    """Who stands there, and which documents the clerk has seen. Nothing of a document but its kind is asked."""

    def __init__(self, rules: Rules, door: Door, *args: Any, again: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules, self.door = rules, door
        roles = rules.at(door)
        self.fields["part"] = forms.ChoiceField(
            label="立場",
            choices=[(one.part.value, one.part.value) for one in roles],
            widget=forms.RadioSelect,
            error_messages={"required": "立場を選んでください。"},
        )
        for one in Asked:
            if any(one in role.asked for role in roles):
                self.fields[answers.KEYS[one]] = forms.CharField(
                    label=f"代わりの人の{one.value}",
                    required=False,
                    max_length=answers.LONGEST[one],
                    widget=forms.TextInput(attrs={"autocomplete": "off"}),
                )
        self._documents(roles)
        if again:
            self._again()

    def _documents(self, roles: tuple[Role, ...]) -> None:
        single, double = documents(self.rules, self.door)
        if any(self.door in role.identity for role in roles):
            rows = [(one.name, _told(one.name, one.shows, one.expires)) for one in single]
            self._ticks("single", "確かめた本人確認書類（1点でよいもの）", rows)
            rows = [(one.name, _told(one.name, one.shows, one.expires)) for one in double]
            self._ticks("double", "確かめた本人確認書類（2点要るもの）", rows)
        self._ticks(
            "number",
            "確かめた番号確認書類（カードの裏面は写さない）",
            [(one, one) for one in self.rules.number],
        )
        wanted = [name for role in roles for name in role.authority]
        for at, name in enumerate(dict.fromkeys(wanted)):
            one = self.rules.authority(name)
            self._ticks(f"authority_{at}", f"権限の書類：{name}", [("", f"{name}を確かめた")])
            if one and one.points:
                self._ticks(f"points_{at}", f"{name}で確かめたこと", [(each, each) for each in one.points])
            if one and one.months:
                self.fields[f"day_{at}"] = JapaneseDateField(
                    label=f"{name}の日付", required=False, help_text=f"{one.months}か月以内のものが使えます。"
                )
        self.authorities = list(dict.fromkeys(wanted))

    def _ticks(self, key: str, label: str, rows: list[tuple[str, str]]) -> None:
        if rows:
            choices = [(value or "1", told) for value, told in rows]
            self.fields[key] = forms.MultipleChoiceField(
                label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )

    def _again(self) -> None:
        self.fields["reason"] = forms.CharField(
            label="直す理由",
            required=False,
            max_length=300,
            help_text="2回目からは要ります。例：委任状が届いた",
        )
        self.fields["waived"] = forms.CharField(
            label="足りないまま進める理由",
            required=False,
            max_length=300,
            help_text="そろうのを待たずに進めるときだけ書きます。例：係長の判断（本人に電話で確かめた）",
        )
        self.fields["after"] = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @property
    def given(self) -> Given:
        """What the clerk has said. Call it on a form that holds."""
        said = self.cleaned_data
        seen = {*said.get("single", ()), *said.get("double", ()), *said.get("number", ())}
        points, days = {}, {}
        for at, name in enumerate(self.authorities):
            if said.get(f"authority_{at}"):
                seen.add(name)
                points[name] = frozenset(said.get(f"points_{at}", ()))
                if said.get(f"day_{at}"):
                    days[name] = said[f"day_{at}"]
        texts = {one: said.get(key, "").strip() for one, key in answers.KEYS.items()}
        return Given(
            Part(said["part"]),
            self.door,
            {one: text for one, text in texts.items() if text},
            frozenset(seen),
            points,
            days,
        )


def initial(form_rules: Rules, given: Given | None) -> dict[str, Any]:
    """What a clerk's form shows to begin with."""
    if given is None:
        return {}
    found: dict[str, Any] = {"part": given.part.value}
    found |= {answers.KEYS[one]: text for one, text in given.said.items()}
    names = sorted(given.seen)
    wanted = [name for role in form_rules.at(given.door) for name in role.authority]
    for at, name in enumerate(dict.fromkeys(wanted)):
        if name in given.seen:
            found[f"authority_{at}"] = ["1"]
        found[f"points_{at}"] = sorted(given.points.get(name, ()))
        found[f"day_{at}"] = given.days.get(name)
    return found | {"single": names, "double": names, "number": names}


def keys(form: ClerkForm, before: Mapping[str, str]) -> dict[str, str]:
    """The same for a draft, in place of what stood there."""
    return answers.cleared(before) | answers.keys_of(form.given)


def _told(name: str, shows: tuple[str, ...], expires: bool) -> str:
    more = [f"{'・'.join(shows)}が分かる" if shows else "", "期限内" if expires else ""]
    said = "、".join(one for one in more if one)
    return f"{name}（{said}）" if said else name


class NoticeForm(forms.Form):
    """The letter to the person. Nothing is filled in from who stood there."""

    name = forms.CharField(label="宛名（本人）", max_length=120)
    postal_code = forms.CharField(label="郵便番号", max_length=10, required=False)
    address = forms.CharField(label="本人の住所", max_length=200)
    number = forms.CharField(label="文書番号", max_length=60, required=False)
    day = JapaneseDateField(label="日付", required=False)
