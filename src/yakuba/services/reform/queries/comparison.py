"""Processes of the own town, of the towns of its group that share them, and from tables, beside one another.

Rows of other towns are read here alone: those that a town of the own group shares, and without a group none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from yakuba.kernel.accounts.queries import staff
from yakuba.kernel.charts import Chart, bar_chart
from yakuba.kernel.tenancy import current_municipality, every_municipality
from yakuba.kernel.tenancy.models import Department, Municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.comparison import (
    Best,
    Compared,
    Names,
    Sums,
    best,
    leading,
    row_of,
    sums,
    usual_medium,
)
from yakuba.services.reform.models import (
    Body,
    ImportedProcess,
    InventoryRound,
    SectionInventory,
    SharedProcess,
    Task,
)
from yakuba.services.robots import facade as robots

FIGURES = ("key", "name", "year", "cases", "minutes", "steps", "tasks", "lacking", "medium")
MOST_NAMED = 400  # names in one question
DRAWN = 15  # bodies in a picture; the table has all


@dataclass(frozen=True)
class ComparedProcess:
    """One process with all bodies that have it. mark: which one does it best."""

    key: str
    name: str
    figures: Sequence[Compared]
    mark: Best

    @property
    def own(self) -> Compared | None:
        """The own town's figures."""
        return next((one for one in self.figures if one.origin == "own"), None)

    @property
    def best(self) -> Compared | None:
        """The marked body with the lowest code."""
        return next((one for one in self.figures if one.code in self.mark.codes), None)


def others() -> list[Municipality]:
    """The other towns of the own group."""
    own = current_municipality()
    return [town for town in robots.group_towns() if town.pk != own.pk]


def shared_by_others() -> QuerySet[SharedProcess]:
    """What the other towns of the group share with this one; to be asked inside `every_municipality`. What a town shared with
    another group, before it came into this one, is not among it."""
    group, towns = robots.group(), [town.pk for town in others()]
    found: QuerySet[SharedProcess] = SharedProcess.all_municipalities.filter(municipality__in=towns)
    return found.filter(group=group) if group else found.none()


def populations() -> dict[str, Body]:
    """By code: the own register, and where it lacks a town of the group what that town's register says of itself."""
    towns = {town.pk: town.code for town in others()}
    told = Body.all_municipalities.filter(municipality__in=towns)
    with every_municipality("what a town of the group says of its own population"):
        found = {row.code: row for row in told if row.code == towns[row.municipality_id]}
    return found | {row.code: row for row in Body.objects.all()}


def answered_round() -> InventoryRound | None:
    """The newest closed round, else the newest in which a section has answered: a round under way lacks most sections. What is
    not answered is neither compared nor shared."""
    answered = Q(sections__state=SectionInventory.State.ANSWERED)
    found: InventoryRound | None = (
        InventoryRound.objects.filter(answered).order_by("-closed", "-year").first()
    )
    return found


def _answered(row: InventoryRound) -> QuerySet[Task]:
    found: QuerySet[Task] = Task.objects.filter(
        round=row, section__state=SectionInventory.State.ANSWERED
    ).order_by()
    return found


def own_sums(row: InventoryRound, only: str = "") -> dict[str, tuple[str, Sums]]:
    """Comparable name → name and sums of each process, or of the one of that comparable name, added up by the database."""
    rows = _answered(row)
    if only:
        every = rows.values_list("process__name", flat=True).distinct()
        rows = rows.filter(process__name__in=[name for name in every if comparable(name) == only])
    names: dict[str, str] = {}
    parts: dict[str, list[Any]] = defaultdict(list)
    found = rows.values_list("process__name", "section").annotate(
        Max("cases"), Sum("minutes_a_year"), Count("pk"), Count("minutes_a_year")
    )  # fmt: skip
    for name, _, *counted in found.order_by("process__name"):
        parts[names_key(name, names)].append(counted)
    steps: dict[str, set[str]] = defaultdict(set)
    media: dict[str, list[tuple[str, Decimal | None]]] = defaultdict(list)
    # Of steps that have no name each task is one.
    for name, step in rows.exclude(step="").values_list("process__name", "step").distinct():
        steps[comparable(name)].add(comparable(step))
    for name, task in rows.filter(step="").values_list("process__name", "name"):
        steps[comparable(name)].add(comparable(task))
    for name, medium, minutes in rows.values_list("process__name", "medium").annotate(Sum("minutes_a_year")):
        media[comparable(name)].append((medium, minutes))
    return {
        key: (names[key], _sums(counted, len(steps[key]), leading(media[key])))
        for key, counted in parts.items()
    }  # fmt: skip


def own_names(row: InventoryRound) -> dict[str, str]:
    """Comparable name → name of each process that a section has answered."""
    names: dict[str, str] = {}
    for name in _answered(row).values_list("process__name", flat=True).distinct().order_by("process__name"):
        names_key(name, names)
    return names


def names_key(name: str, names: dict[str, str]) -> str:
    """The comparable name, whose first spelling is remembered."""
    key = comparable(name)
    names.setdefault(key, name)
    return key


def _sums(counted: Sequence[Any], steps: int, medium: str) -> Sums:
    cases = [one[0] for one in counted if one[0] is not None]
    minutes = [one[1] for one in counted if one[1] is not None]
    tasks, known = sum(one[2] for one in counted), sum(one[3] for one in counted)
    return Sums(
        sum(cases) if cases else None, sum(minutes) if minutes else None, steps, tasks, tasks - known, medium
    )


def compared(key: str = "", band: str = "", medium: str = "") -> list[ComparedProcess]:
    """Every process that any body has, or the one of that comparable name. band: of bodies other than the own one; medium: for
    the mark, the usual one where it is empty."""
    known, own = populations(), current_municipality()
    figures: dict[str, dict[str, Compared]] = defaultdict(dict)  # process → code → its figures
    names: dict[str, str] = {}
    row = answered_round()
    for one, (name, found) in (own_sums(row, key) if row else {}).items():
        if row:
            names[one] = name
            figures[one][own.code] = _compared(found, own.code, own.name, name, row.year, known, "own")
    only = {"key": key} if key else {}
    shared = shared_by_others().filter(**only)
    lines = shared.values_list("municipality__code", "municipality__name", *FIGURES)
    with every_municipality("the towns of a group show each other what they share"):
        shown = list(lines.order_by("municipality__code"))
    for code, body, *line in shown:
        _put(figures, names, known, code, body, line, "group")
    tables = ImportedProcess.objects.filter(**only).exclude(code=own.code)
    for code, body, source, *line in tables.values_list("code", "body", "source", *FIGURES).order_by("code"):
        _put(figures, names, known, code, body, line, "table", source)
    least = int(value("reform.least_cases"))
    done = []
    for one in sorted(names, key=lambda found: names[found]):
        kept = [
            body for body in figures[one].values() if not band or body.band == band or body.origin == "own"
        ]
        if kept:
            done.append(
                ComparedProcess(one, names[one], kept, best(kept, medium or usual_medium(kept), least))
            )
    return done  # fmt: skip


def _put(
    figures: dict[str, dict[str, Compared]], names: dict[str, str], known: dict[str, Body], code: str, body: str,
    line: Sequence[Any], origin: str, source: str = "",
) -> None:  # fmt: skip
    """Of a body that shares a process and whose table was loaded too, what it shares counts."""
    key, name, year, cases, minutes, steps, tasks, lacking, medium = line
    names.setdefault(key, name)
    if code in figures[key]:
        return
    counted = Sums(cases, minutes, steps, tasks, lacking, medium)
    figures[key][code] = _compared(counted, code, body, name, year, known, origin, source)


def _compared(
    found: Sums,
    code: str,
    body: str,
    name: str,
    year: int,
    known: dict[str, Body],
    origin: str,
    source: str = "",
) -> Compared:
    of = known.get(code)
    return Compared(
        **vars(found), code=code, body=body, name=name, year=year, population=of.population if of else None,
        counted_on=of.counted_on if of else None, origin=origin, source=source,
    )  # fmt: skip


def own_rows(row: InventoryRound, keys: Collection[str]) -> dict[str, list[list[TaskRow]]]:
    """Comparable name → the tasks of the own process by section, in their order. In two questions, however many there are."""
    names = {
        name: key
        for name in _answered(row).values_list("process__name", flat=True).distinct()
        if (key := comparable(name)) in keys
    }
    found = _answered(row).select_related("process", "work_class")
    if len(names) < MOST_NAMED:
        found = found.filter(process__name__in=names)
    parts: dict[str, dict[int, list[TaskRow]]] = defaultdict(lambda: defaultdict(list))
    for task in found.order_by("section", "process__position", "position", "pk"):
        if key := names.get(task.process.name, ""):
            parts[key][task.section_id].append(task.row)
    return {key: list(sections.values()) for key, sections in parts.items()}


def rows_of(key: str, code: str) -> list[TaskRow]:
    """The tasks of one body's process, as far as this town may see them; empty where there are none."""
    if code == current_municipality().code:
        row = answered_round()
        parts = own_rows(row, [key]).get(key, []) if row else []
        return [task for part in parts for task in part]
    with every_municipality("the towns of a group show each other what they share"):
        found = shared_by_others().filter(key=key, municipality__code=code).first()
    found = found or ImportedProcess.objects.filter(key=key, code=code).first()
    return [row_of(found.name, plain) for plain in found.rows] if found else []


def cleaner() -> Callable[[str], str]:
    """What takes the names of the town's sections and staff out of a text."""
    sections = set(Department.objects.values_list("name", flat=True))
    gone = SectionInventory.objects.exclude(department_name="")
    sections |= set(gone.values_list("department_name", flat=True))
    people: set[str] = set()
    for name in staff().values_list("display_name", flat=True):
        people |= {name, *name.split()[:1]}
    names = Names(sections, people)
    return lambda text: names.without(text)[:80]


def names_staff(text: str) -> bool:
    """Whether a text holds what may be the name of one of the town's staff."""
    people = {
        part for name in staff().values_list("display_name", flat=True) for part in (name, *name.split()[:1])
    }
    return Names((), people).without(text) != text


def alike(keys: Collection[str], clean: Callable[[str], str]) -> dict[str, list[str]]:
    """Own processes that could not be told apart where they are shared: comparable name → the others' that become the same without
    names of sections and staff."""
    found: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        found[comparable(clean(key))].append(key)
    return {
        key: [one for one in same if one != key] for same in found.values() if len(same) > 1 for key in same
    }


def shown_to_others(
    parts: Sequence[Sequence[TaskRow]], clean: Callable[[str], str]
) -> tuple[str, list[TaskRow], Sums]:
    """What others would see of an own process: its name and tasks without names of sections and staff, and its sums. parts: of
    `own_rows`, with a task at least."""
    rows = [
        replace(
            one,
            process=clean(one.process),
            step=clean(one.step),
            task=clean(one.task),
            work_class="",
            zone="",
        )
        for part in parts
        for one in part
    ]
    return rows[0].process, rows, sums(parts)


def minutes_chart(found: ComparedProcess) -> Chart:
    """Minutes a case of each body, the least first."""
    known = sorted(
        (one for one in found.figures if one.per_case is not None), key=lambda one: (one.per_case, one.code)
    )
    names: dict[str, int] = defaultdict(int)
    rows = []
    for one in known[:DRAWN]:
        names[one.body] += 1
        label = one.body if names[one.body] == 1 else f"{one.body}（{one.code}）"
        rows.append((label, {"1件あたりの時間": round(float(one.per_case or 0), 2)}))
    return bar_chart(rows, title=f"{found.name}の1件あたりの時間", unit="分")
