"""`yakuba nursery rules check`, `prepare` and `index`: from rules and tables to a market, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import typer

from yakuba.kernel.cli.output import console, errors, fail, print_json, print_rows, write_file
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.definitions import decoded
from yakuba.kernel.definitions.given import content
from yakuba.kernel.operations.commands import JSON
from yakuba.kernel.refusals import MOST_TOLD, attempt
from yakuba.services.nursery.cli.command import REFUSED, app, refused
from yakuba.services.nursery.contracts import (
    Applications,
    ChildIndex,
    Problem,
    Selection,
)
from yakuba.services.nursery.engine import preparing, rules
from yakuba.services.nursery.engine.matching import market_writing
from yakuba.services.nursery.engine.preparing import tables
from yakuba.services.nursery.engine.preparing.ages import fiscal_year
from yakuba.services.nursery.engine.rules.fields import read_date

FAULTY = "{}に誤りがあります。次のところを直してください。"
LARGEST_TABLE = 50_000_000  # bytes; ten thousand children have a tenth of it
RULES = typer.Argument(..., help="選考基準（YAML）")
FACILITIES = typer.Argument(..., help="施設と空きの表（CSV）")
APPLICATIONS = typer.Argument(..., help="申込の表（CSV、児童1人に1行）")
NUMBER = typer.Option(1, "--round", min=1, max=9, help="何次選考か")
START = typer.Option(
    "", "--start", help="入所日（例 2027-04-01）。書かなければ選考基準の適用開始の後の4月1日"
)

group = verbs("選考基準のファイル")
app.add_typer(group, name="rules")


@group.command("check")
def check_rules(file: Path = RULES, as_json: bool = JSON) -> None:
    """選考基準のファイルを確かめる（誤りはすべて行番号を付けて出し、終了コード2）"""
    read = _rules(file, as_json)
    used = frozenset[str]().union(*(read.for_round(number).used for number in read.rounds))
    unused = [spec.label for spec in read.asked.values() if spec.code not in used]
    if as_json:
        print_json(
            {
                "name": read.name,
                "version": read.version,
                "procedure": read.procedure,
                "valid_from": read.valid_from.isoformat(),
                "digest": read.digest,
                "rounds": list(read.rounds),
                "fields": {spec.code: spec.label for spec in read.asked.values()},
                "unused_fields": unused,
                "sibling_modes": read.sibling_modes,
                "tie_keys": list(read.tie_labels),
            }
        )
        return
    console.print(
        f"{read.name}（第{read.version}版、{read.valid_from}から）: 誤りはありません", highlight=False
    )
    console.print(f"同点のとき: {' → '.join(read.tie_labels)}", highlight=False)
    if unused:
        console.print(f"どこにも使われていない項目: {'、'.join(unused)}", highlight=False)


@app.command("prepare")
def prepare(
    file: Path = RULES,
    facilities: Path = FACILITIES,
    applications: Path = APPLICATIONS,
    out: Path = typer.Option(..., "--out", help="選考のデータ（JSON）を書くファイル"),
    number: int = NUMBER,
    start: str = START,
    as_json: bool = JSON,
) -> None:
    """選考基準と表から選考のデータを作る（誤りがあればすべて行番号を付けて出し、何も書かない）"""
    selection = _selection(_rules(file, as_json), facilities, applications, number, start, as_json)
    data = market_writing.dump(selection.market)
    write_file(out, data, REFUSED)
    market = selection.market
    counts = {
        "households": len(market.family_ids),
        "children": sum(len(row) for row in market.children),
        "slots": len(market.capacity),
        "seats": sum(market.capacity.values()),
        "joint_wishes": sum(len(row) for row in market.wishes),
        "not_eligible": len(selection.not_eligible),
    }
    if as_json:
        print_json({**counts, "notes": [asdict(note) for note in selection.notes]})
        return
    console.print(
        f"世帯 {counts['households']}、児童 {counts['children']}人、枠 {counts['slots']}（席 {counts['seats']}）、"
        f"希望の組合せ {counts['joint_wishes']}、対象外 {counts['not_eligible']}件",
        highlight=False,
    )
    _tell(selection.notes)


@app.command("index")
def index(
    file: Path = RULES,
    facilities: Path = FACILITIES,
    applications: Path = APPLICATIONS,
    child: str = typer.Argument(..., help="受付番号"),
    number: int = NUMBER,
    start: str = START,
    as_json: bool = JSON,
) -> None:
    """1人の児童の指数がどう決まったかを出す"""
    selection = _selection(_rules(file, as_json), facilities, applications, number, start, as_json)
    found = selection.indices.get(child)
    if found is None:
        raise fail(f"受付番号「{child}」の児童は、この回の選考にいません。", REFUSED)
    mine = [note for note in selection.notes if note.place == f"受付 {child}"]
    facts = _facts(found, selection)
    if as_json:
        print_json(facts | {"notes": [asdict(note) for note in mine]})
    else:
        _print_index(facts, {one.id: one.name for one in selection.applications.facilities})
        _tell(mine)


def _rules(file: Path, as_json: bool) -> rules.Rules:
    try:
        return rules.read(decoded(content(file)))
    except rules.RulesRefused as error:
        raise refused(error.problems, FAULTY.format("選考基準"), as_json) from error


def _selection(
    read: rules.Rules, facilities: Path, applications: Path, number: int, start: str, as_json: bool
) -> Selection:
    """The round made ready; every fault of both tables and of the applications is told at once."""
    places, in_facilities = tables.read_facilities(content(facilities, LARGEST_TABLE))
    in_facilities = [_in(facilities, one) for one in in_facilities]
    if not places:  # every wish would be one for an unknown facility: the cause alone is worth telling
        none = Problem(0, facilities.name, "施設が1つもありません。見出しの下に施設を1行ずつ書いてください。")
        raise refused(in_facilities or [none], FAULTY.format("施設の表"), as_json)
    households, in_applications = tables.read_households(content(applications, LARGEST_TABLE))
    given = Applications(tuple(places), tuple(households), _start(start, read), number)
    ready, unfit = attempt(preparing.prepare, given, read)
    in_round = unfit.problems if unfit else ()
    found = [
        *in_facilities,
        *(_in(applications, one) for one in sorted([*in_applications, *in_round], key=lambda one: one.line)),
    ]
    if found or ready is None:
        raise refused(found, FAULTY.format("申込または施設の表"), as_json)
    return ready


def _in(file: Path, problem: Problem) -> Problem:
    return Problem(problem.line, f"{file.name} {problem.place}".strip(), problem.reason)


def _start(text: str, read: rules.Rules) -> date:
    if not text:
        return date(fiscal_year(read.valid_from) + 1, 4, 1)
    try:
        return read_date(text)
    except ValueError as error:
        raise fail(f"--start: {error}", REFUSED) from error


def _tell(notes: Sequence[Problem]) -> None:
    """What staff should know although it can run."""
    for note in notes[:MOST_TOLD]:
        errors.print(f"お知らせ {note}", highlight=False, markup=False)
    if len(notes) > MOST_TOLD:
        errors.print(f"ほか{len(notes) - MOST_TOLD}件", highlight=False)


PARTS = {"basic": "基本指数", "adjustment": "調整指数", "facility": "施設別加点"}


def _facts(found: ChildIndex, selection: Selection) -> dict[str, Any]:
    """How the index came about, for a program."""
    mine = [item for item in selection.not_eligible if item.child == found.child]
    return {
        "child": found.child,
        "age": found.age,
        "total": found.total,
        "lines": [asdict(line) for line in found.lines],
        "at_facility": {
            facility: {"index": found.at(facility), "lines": [asdict(line) for line in lines]}
            for facility, lines in found.at_facility.items()
        },
        "keys": [{"rule": key.rule, "shown": key.shown} for key in found.keys],
        "not_eligible": [{"facility": item.facility, "reason": item.reason} for item in mine],
    }


def _print_index(facts: dict[str, Any], names: dict[str, str]) -> None:
    headings = {"part": "区分", "rule": "基準", "points": "点", "because": "わけ"}
    rows = [line | {"part": PARTS[line["part"]]} for line in facts["lines"]]
    for facility, there in facts["at_facility"].items():
        rows.extend(line | {"part": f"{names.get(facility, facility)}だけ"} for line in there["lines"])
    title = f"受付 {facts['child']}（{facts['age']}歳児クラス）　指数 {facts['total']}点"
    print_rows(rows, headings, as_json=False, title=title)
    print_rows(facts["keys"], {"rule": "同点のとき", "shown": "値"}, as_json=False)
    for item in facts["not_eligible"]:
        place = names.get(item["facility"], "全体")
        console.print(f"対象外 {place}: {item['reason']}", highlight=False, markup=False)
