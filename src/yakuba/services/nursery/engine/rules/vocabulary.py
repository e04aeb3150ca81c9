"""Reads which fields the rules may ask, and which make a household or a guardian."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from yakuba.kernel.definitions import Faults, Node, Section, plain
from yakuba.services.nursery.engine.rules.fields import Field, Kind, Scope
from yakuba.services.nursery.engine.rules.model import OWN, THERE, Guardian

CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
KINDS = {kind.value: kind.value for kind in Kind}
CHOICES = (Kind.CHOICE, Kind.CHOICES)
MOST_GUARDIANS = 4


class VocabularyReader:
    """項目, 施設項目, 世帯をまとめる項目, 保護者."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def fields(self, top: Section) -> dict[str, Field]:
        """All fields of a child by label, the built-in ones first."""
        return self._fields(top.node("項目"), "項目", OWN, Scope.CHILD)

    def facility_fields(self, top: Section) -> dict[str, Field]:
        """All fields of a facility by label, which begins with 施設の."""
        return self._fields(top.node("施設項目"), "施設項目", THERE, Scope.FACILITY)

    def _fields(
        self, node: Node | None, place: str, built_in: Mapping[str, Field], scope: Scope
    ) -> dict[str, Field]:
        found = dict(built_in)
        section = Section(node, place, self.faults, optional=None)
        for code, inner in section.all().items():
            spec = self._field(code, inner, section, scope)
            if spec is None:
                continue
            if spec.label in found:
                section.fault(
                    code, f"「{spec.label}」という名前の項目がほかにもあります。違う名前にしてください。"
                )
            found[spec.label] = spec
        return found

    def _field(self, code: str, node: Node, section: Section, scope: Scope) -> Field | None:
        place = f"{section.place} {code}"
        inner = Section(node, place, self.faults, ("名前", "種類"), ("選択肢", "単位"))
        if not CODE.fullmatch(code):
            section.fault(code, f"項目の符号「{code}」は半角の英字で始め、英数字と _ だけで書いてください。")
        kind = Kind(inner.word("種類", KINDS, Kind.TEXT.value))
        options = self._options(inner, place)
        if (kind in CHOICES) != bool(options):
            wanted = (
                "に「選択肢: {符号: 名前, …}」を書いてください。"
                if kind in CHOICES
                else "に選択肢は書けません。"
            )
            inner.fault("選択肢", f"種類が「{kind.value}」の項目{wanted}")
        label = inner.text("名前")
        if not label:
            return None
        if scope is Scope.FACILITY:
            label = f"施設の{label}"
        return Field(code, label, kind, options, inner.text("単位"), scope)

    def _options(self, inner: Section, place: str) -> dict[str, str]:
        section = Section(inner.node("選択肢"), place, self.faults, optional=None)
        options: dict[str, str] = {}
        for code in section.all():
            label = section.text(code)
            if label in options.values():
                section.fault(code, f"選択肢の名前「{label}」が二つあります。")
            options[plain(code)] = label
        return options

    def household_fields(self, top: Section, fields: Mapping[str, Field]) -> tuple[str, ...]:
        """Codes of the fields that put applications into one household when all are equal."""
        codes = []
        for line, label in top.texts("世帯をまとめる項目"):
            if label not in fields or label in OWN:
                known = [one for one in fields if one not in OWN]
                self.faults.unknown(line, "世帯をまとめる項目", label, known)
            else:
                codes.append(fields[label].code)
        if "世帯をまとめる項目" in top and not codes:
            top.fault("世帯をまとめる項目", "項目を1つ以上書いてください。例: [申込者氏名, 住所]")
        return tuple(codes)

    def guardians(self, top: Section, fields: Mapping[str, Field]) -> tuple[Guardian, ...]:
        """The guardians, each with the same aliases."""
        section = Section(top.node("保護者"), "保護者", self.faults, optional=None)
        found = []
        for label, node in section.all().items():
            inner = Section(node, f"保護者 {label}", self.faults, optional=None)
            found.append(Guardian(label, self._aliases(inner, fields)))
        if "保護者" in top and not 1 <= len(found) <= MOST_GUARDIANS:
            top.fault("保護者", f"保護者は1人から{MOST_GUARDIANS}人まで書いてください。")
        self._alike(section, found)
        return tuple(found)

    def _aliases(self, inner: Section, fields: Mapping[str, Field]) -> dict[str, Field]:
        aliases = {}
        for alias in inner.all():
            name = inner.text(alias)
            if name not in fields or name in OWN:
                known = [one for one in fields if one not in OWN]
                self.faults.unknown(inner.line_of(alias), inner.place, name, known)
                continue
            if alias in fields:
                inner.fault(
                    alias, f"「{alias}」は項目の名前と同じです。保護者の中だけで使う短い名前にしてください。"
                )
            aliases[alias] = replace(fields[name], label=alias, scope=Scope.GUARDIAN)
        return aliases

    def _alike(self, section: Section, found: list[Guardian]) -> None:
        """Rules are written once for all guardians, so the aliases and kinds must agree."""
        for one in found[1:]:
            if one.fields.keys() != found[0].fields.keys():
                names = "、".join(found[0].fields)
                section.fault(one.label, f"「{found[0].label}」と同じ名前（{names}）を並べてください。")
                continue
            for alias, spec in one.fields.items():
                if (spec.kind, spec.options) != (found[0].fields[alias].kind, found[0].fields[alias].options):
                    section.fault(one.label, f"「{alias}」の種類か選択肢が「{found[0].label}」と違います。")
