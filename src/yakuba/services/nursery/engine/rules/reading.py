"""A rule file's text → Rules, or every mistake in it with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.services.nursery.engine.rules import seats, siblings
from yakuba.services.nursery.engine.rules.model import Rules
from yakuba.services.nursery.engine.rules.tables import TableReader
from yakuba.services.nursery.engine.rules.vocabulary import VocabularyReader

TOP = "選考基準"
REQUIRED = (
    "選考基準",
    "版",
    "手続",
    "適用開始",
    "項目",
    "世帯をまとめる項目",
    "保護者",
    "基本指数",
    "同点のとき",
    "きょうだい",
)
PER_ROUND = (
    "基本指数",
    "調整指数",
    "施設別加点",
    "指数",
    "組分け",
    "同点のとき",
    "きょうだい",
    "転園",
    "対象外",
    "優先枠",
    "配置基準",
)
OPTIONAL = ("説明", "施設項目", "選考回", *(key for key in PER_ROUND if key not in REQUIRED))
MOST_ROUNDS = 9


def read(text: str, number: int = 1) -> Rules:
    """The rules of round `number`. Raises DefinitionRefused with every mistake, whichever round it is in."""
    root = parse(text)
    faults = Faults()
    top = Section(root, TOP, faults, REQUIRED, OPTIONAL)
    overrides = _overrides(top, faults)
    digest = hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()
    wanted = _rules(top, text, digest, number, overrides, faults)
    for other in {1, *overrides} - {number}:
        _rules(top, text, digest, other, overrides, faults)
    if faults.found:
        raise DefinitionRefused(faults.found)
    return wanted


def _overrides(top: Section, faults: Faults) -> dict[int, Section]:
    """What each round replaces: number of the round → its section."""
    section = Section(top.node("選考回"), "選考回", faults, optional=None)
    found = {}
    for key, node in section.all().items():
        if not key.isascii() or not key.isdigit() or not 2 <= int(key) <= MOST_ROUNDS:
            section.fault(
                key, f"回は2から{MOST_ROUNDS}までの数字で書いてください（一次選考は上に書いたとおりです）。"
            )
            continue
        found[int(key)] = Section(node, f"選考回 {key}", faults, optional=PER_ROUND)
    return found


def _rules(
    top: Section,
    text: str,
    digest: str,
    number: int,
    overrides: Mapping[int, Section],
    faults: Faults,
) -> Rules:
    """The rules of one round, as far as they can be read."""
    replaced = overrides[number].all() if number in overrides else {}

    def part(key: str) -> Node | None:
        return replaced.get(key) or top.node(key)

    words = VocabularyReader(faults)
    fields = words.fields(top)
    there = words.facility_fields(top)
    guardians = words.guardians(top, fields)
    tables = TableReader(fields, there, guardians, faults)
    groups, other_group = tables.groups(part("組分け"))
    modes, default, order, most = siblings.read(part("きょうだい"), tables.conditions)
    keys, lottery = tables.keys(part("同点のとき"))
    return Rules(
        name=top.text("選考基準"),
        version=top.whole("版", 1, 1, 1_000_000),
        procedure=top.text("手続"),
        valid_from=_day(top),
        digest=digest,
        text=text,
        number=number,
        fields=fields,
        facility_fields=there,
        household_fields=words.household_fields(top, fields),
        guardians=guardians,
        basic=tables.basic(part("基本指数")),
        adjustments=tables.table(part("調整指数"), "調整指数"),
        at_facility=tables.table(part("施設別加点"), "施設別加点", facility=True),
        level=tables.level(part("指数")),
        groups=groups,
        other_group=other_group,
        keys=keys,
        lottery=lottery or digest,
        modes=modes,
        default_mode=default,
        joint_order=order,
        most_joint=most,
        transfers=seats.transfers(part("転園"), faults),
        exclusions=seats.exclusions(part("対象外"), tables.conditions),
        reserved=seats.reserved(part("優先枠"), tables.conditions),
        ratios=seats.ratios(part("配置基準"), faults),
        reread=read,
        description=top.text("説明"),
        rounds=(1, *sorted(overrides)),
    )


def _day(top: Section) -> date:
    text = top.text("適用開始")
    try:
        return date.fromisoformat(text)
    except ValueError:
        if text:
            top.fault("適用開始", f"「適用開始」は 2027-04-01 のように書いてください（今は「{text}」）。")
        return date.min
