"""What a town shares with its group and takes back, and tables of other bodies that it loads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.compared_tables import BodyRow, ProcessTables
from yakuba.services.reform.engine.comparison import Sums, as_plain, sums
from yakuba.services.reform.models import Body, ImportedProcess, InventoryRound, SharedProcess
from yakuba.services.reform.queries import comparison as queries
from yakuba.services.robots import facade as robots

MOST_PROCESSES = 20_000  # of other bodies, in tables
NO_GROUP = "この自治体は集まりに入っていないので、出す相手がいません。運用者に頼んでください（yakuba robots set-group）。"
NOT_ANSWERED = "出せるのは、課が答えた業務だけです。課が棚卸しに答えてから出してください。"


@transaction.atomic
def share(keys: Iterable[str], *, actor: Actor) -> list[SharedProcess]:
    """Let the group see these processes as they are now, or all where none is named; of all, those that nobody could tell apart
    without the names in them are left out. Raises Conflict where the town has no group or no section has answered, Missing for
    a process that no section has answered, Invalid for a named one that could not be told from another."""
    row, clean = _round(), queries.cleaner()
    answered = queries.own_names(row)
    alike = queries.alike(answered, clean)
    named = list(dict.fromkeys(keys))
    for key in named:
        if key in alike:
            others = "」「".join(answered[one] for one in alike[key])
            raise Invalid(
                f"「{answered[key]}」と「{others}」は、課と職員の名前を外すと同じ「{clean(answered[key])}」になるので、出せません。"
                "棚卸しの業務の名前を、名前を外しても違うように直してから出してください。"
            )
    wanted = named or sorted(key for key in answered if key not in alike)
    parts = queries.own_rows(row, wanted)
    return [_share(row, key, parts.get(key), clean, actor) for key in wanted]


def _round() -> InventoryRound:
    if not robots.group():
        raise Conflict(NO_GROUP)
    row = queries.answered_round()
    if row is None:
        raise Conflict(NOT_ANSWERED)
    return row


def _share(
    row: InventoryRound,
    key: str,
    parts: list[list[TaskRow]] | None,
    clean: Callable[[str], str],
    actor: Actor,
) -> SharedProcess:
    if not parts:
        raise Missing(f"「{key[:40]}」は、{row}で課が答えた業務にありません。{NOT_ANSWERED}")
    name, rows, counted = queries.shown_to_others(parts, clean)
    made, _ = SharedProcess.objects.update_or_create(
        key=comparable(name),
        municipality=current_municipality(),
        defaults=_figures(name, row.year, rows, counted)
        | {"shared_by": known(actor), "group": robots.group()},
    )
    return made  # type: ignore[no-any-return]


def _figures(name: str, year: int, rows: list[TaskRow], counted: Sums) -> dict[str, object]:
    return vars(counted) | {"name": name, "year": year, "rows": [as_plain(one) for one in rows]}


@transaction.atomic
def unshare(keys: Iterable[str]) -> int:
    """Take these back, or all where none is named; nobody sees them any more. keys: comparable names, own or as they are shared.
    → how many. Raises Conflict where none was there."""
    given, clean = list(keys), queries.cleaner()
    wanted = {*given, *(comparable(clean(key)) for key in given)}
    rows = SharedProcess.objects.filter(key__in=wanted) if wanted else SharedProcess.objects.all()
    found = list(rows.select_for_update())
    if not found:
        raise Conflict("集まりに出した業務は、もうありません。")
    for one in found:
        one.delete()
    return len(found)


@transaction.atomic
def set_bodies(rows: Iterable[BodyRow]) -> int:
    """Write these lines of the register; others stay. → how many."""
    given = list(rows)
    for one in given:
        told = {
            "name": one.name,
            "population": one.population,
            "counted_on": one.counted_on,
            "source": one.source,
        }
        Body.objects.update_or_create(code=one.code, municipality=current_municipality(), defaults=told)
    return len(given)


@transaction.atomic
def load_processes(found: ProcessTables, year: int, source: str, *, actor: Actor) -> int:
    """Keep the processes of these bodies; of a body in the table what was there before goes. → how many.

    Raises Invalid where the table has none, the own town's among them, or too many.
    """
    own = current_municipality()
    if own.code in found.tables:
        raise Invalid(
            f"{own.name}の業務は、棚卸しに取り込みます。この表からは除いてください。", place="団体コード"
        )
    ImportedProcess.objects.filter(code__in=found.tables).delete()
    made = []
    for code, table in found.tables.items():
        for rows in _by_process(table.rows).values():
            figures = _figures(rows[0].process, year, rows, sums([rows]))
            made.append(
                ImportedProcess(
                    code=code,
                    body=found.names[code],
                    source=source,
                    loaded_by=known(actor),
                    key=comparable(rows[0].process),
                    **figures,
                )
            )
    if not made:
        raise Invalid("取り込める行がありません。", problems=found.problems)
    ImportedProcess.objects.bulk_create(made, batch_size=200)
    if ImportedProcess.objects.count() > MOST_PROCESSES:
        raise Invalid(f"ほかの団体の業務は、合わせて{MOST_PROCESSES:,}までです。")
    return len(made)


def _by_process(rows: Mapping[int, TaskRow]) -> dict[str, list[TaskRow]]:
    found: dict[str, list[TaskRow]] = {}
    for row in rows.values():
        found.setdefault(comparable(row.process), []).append(row)
    return found


@transaction.atomic
def forget_body(code: str) -> int:
    """A body's processes from a table go. → how many. Raises Missing."""
    rows = ImportedProcess.objects.filter(code=code)
    number = rows.count()
    if not number:
        raise Missing("表から取り込んだ業務は、この団体にはありません。")
    rows.delete()
    return int(number)
