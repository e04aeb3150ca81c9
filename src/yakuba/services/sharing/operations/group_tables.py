"""Tables of a group: populations, use, amounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import Problem
from yakuba.kernel.operations import Answer, Trace, Upload
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.sharing.actions import costs as actions
from yakuba.services.sharing.engine import tables
from yakuba.services.sharing.models import CostGroup
from yakuba.services.sharing.operations.costs import OneGroup, closed_to, group_of, names_of, periods_of
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import costs as queries

LARGEST = 20_000_000
HEADCOUNTS, USES, AMOUNTS = "sharing.headcounts", "sharing.uses", "sharing.amounts"


class GroupTableIn(OneGroup):
    """A table for a group."""

    file: Upload = Field(description="表（CSV、Excel）")


class SharingLoadedOut(BaseModel):
    """What became of a table. problems: each with its line."""

    taken: int
    problems: list[str]


def loaded_facts(found: Loaded) -> dict[str, Any]:
    """As a program sees it."""
    return {"taken": found.taken, "problems": [str(each) for each in found.problems]}


class Loaded:
    """How many rows were taken, and what was left out."""

    def __init__(self, taken: int, problems: list[Problem]) -> None:
        self.taken, self.problems = taken, problems


class LookedAtTable(OneGroup):
    """A table that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    found: Any = None


Reading = Callable[[CostGroup, bytes, Mapping[str, str]], tables.Read]


def read_headcounts(group: CostGroup, data: bytes, renamed: Mapping[str, str]) -> tables.Read:
    """Populations of a file."""
    return _read(data, renamed, tables.HEADCOUNTS, lambda found: tables.headcounts(found, names_of(group)))


def read_uses(group: CostGroup, data: bytes, renamed: Mapping[str, str]) -> tables.Read:
    """Use of a file."""
    kinds = queries.kinds_shared_by(group)
    return _read(
        data,
        renamed,
        tables.USES,
        lambda found: tables.uses(found, names_of(group), kinds, periods_of(group)),
    )


def read_amounts(group: CostGroup, data: bytes, renamed: Mapping[str, str]) -> tables.Read:
    """Amounts of a file."""
    items = {each.code: each.title for each in group.items.all()}
    return _read(data, renamed, tables.AMOUNTS, lambda found: tables.amounts(found, items, closed_to(group)))


def _read(
    data: bytes, renamed: Mapping[str, str], columns: tuple[Column, ...], read: Callable[[Any], tables.Read]
) -> tables.Read:
    problems: list[Problem] = []
    required = [each.name for each in columns if each.required]
    found = read(rows(data, required, problems, renamed=renamed))
    found.problems[:0] = problems
    return found


def taken(found: tables.Read, take: Callable[[], int]) -> Loaded:
    """Rows that hold are written, others told. Raises Invalid where nothing holds."""
    if not found.rows:
        raise Invalid("取り込める行がありません。", problems=found.problems)
    return Loaded(take(), found.problems)


@OPERATIONS.add(
    "人口の表を取り込む", "sharing.edit", "POST groups/{cost_group_id}/populations", command="group populations", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.table_loaded", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"table": "population", "taken": found.taken}),
)  # fmt: skip
def load_headcounts(asked: GroupTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    group, data = group_of(asked.cost_group_id), asked.file.read(LARGEST)
    found = read_headcounts(group, data, renaming_of(data, HEADCOUNTS, tables.HEADCOUNTS))
    return taken(found, lambda: actions.load_headcounts(group, found.rows))


@OPERATIONS.add(
    "利用量の表を取り込む", "sharing.edit", "POST groups/{cost_group_id}/uses", command="month uses", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.table_loaded", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"table": "use", "taken": found.taken}),
)  # fmt: skip
def load_uses(asked: GroupTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    group, data = group_of(asked.cost_group_id), asked.file.read(LARGEST)
    found = read_uses(group, data, renaming_of(data, USES, tables.USES))
    return taken(found, lambda: actions.load_uses(group, found.rows))


@OPERATIONS.add(
    "費用の額の表を取り込む", "sharing.edit", "POST groups/{cost_group_id}/amounts", command="month amounts", answer=Answer(SharingLoadedOut, loaded_facts),
    event="sharing.table_loaded", trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"table": "amount", "taken": found.taken}),
)  # fmt: skip
def load_amounts(asked: GroupTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    group, data = group_of(asked.cost_group_id), asked.file.read(LARGEST)
    found = read_amounts(group, data, renaming_of(data, AMOUNTS, tables.AMOUNTS))
    return taken(found, lambda: actions.load_amounts(group, found.rows, actor=actor))


@OPERATIONS.add(
    "見た表を取り込む", "sharing.edit", event="sharing.table_loaded",
    trace=lambda asked, found: Trace(f"costgroup:{asked.cost_group_id}", {"taken": found.taken}),
)  # fmt: skip
def take_looked_at(asked: LookedAtTable, actor: Actor) -> Loaded:
    """What a page has shown is taken."""
    group, found = group_of(asked.cost_group_id), asked.found
    first = found.rows[0] if found.rows else None
    if isinstance(first, tables.AmountRow):
        return taken(found, lambda: actions.load_amounts(group, found.rows, actor=actor))
    if isinstance(first, tables.UseRow):
        return taken(found, lambda: actions.load_uses(group, found.rows))
    return taken(found, lambda: actions.load_headcounts(group, found.rows))
