"""Populations, use and amounts of a group, taken from tables that are looked at first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.reading import Row
from yakuba.services.sharing.engine import tables
from yakuba.services.sharing.models import CostGroup
from yakuba.services.sharing.operations import costs as operations
from yakuba.services.sharing.operations import group_tables
from yakuba.services.sharing.pages.costs import above, group_row, names_in
from yakuba.services.sharing.pages.ways import ways
from yakuba.services.sharing.queries import costs as queries


def _load(
    request: HttpRequest,
    row: CostGroup,
    kind: importing.TableKind,
    check: Callable[[Iterable[Row]], tables.Read],
    read: group_tables.Reading,
    lead: str,
) -> HttpResponse:
    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        found = read(row, file.read(), renamed)
        loaded = group_tables.take_looked_at(person_of(request), cost_group_id=row.pk, found=found)
        messages.success(request, f"{loaded.taken:,}行を取り込みました。")
        if loaded.problems:
            context = {"title": f"{kind.label}の取り込み", "problems": loaded.problems, "above": ways(request, above(row)), "taken": loaded.taken}  # fmt: skip
            return render(request, "sharing/taken.html", context)
        return redirect("sharing:group", row.pk)

    page = importing.ImportPage(ways(request, above(row)), lead)
    return importing.respond(request, kind, lambda found: check(found).problems, take, page)


def _kind(name: str, label: str, columns: tuple[TableColumn, ...]) -> importing.TableKind:
    return importing.TableKind(name, label, columns, largest=group_tables.LARGEST)


@permission_required("sharing.edit")
def load_headcounts(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """Populations."""
    row = group_row(cost_group_id)
    kind = _kind(group_tables.HEADCOUNTS, "人口", tables.HEADCOUNTS)
    lead = "団体コード、人口、基準日、出典の表です。直すところのない行だけを取り込みます。"
    return _load(request, row, kind, lambda found: tables.headcounts(found, names_in(row)), group_tables.read_headcounts, lead)  # fmt: skip


@permission_required("sharing.edit")
def load_uses(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """Use."""
    row = group_row(cost_group_id)
    kind = _kind(group_tables.USES, "利用量", tables.USES)
    lead = "団体コード、月、利用の種類、量の表です。同じ団体・月・種類の量は置き換わり、締めた月の違いは次の請求で訂正になります。"
    kinds = queries.kinds_shared_by(row)
    return _load(request, row, kind, lambda found: tables.uses(found, names_in(row), kinds, operations.periods_of(row)), group_tables.read_uses, lead)  # fmt: skip


@permission_required("sharing.edit")
def load_amounts(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """Amounts."""
    row = group_row(cost_group_id)
    kind = _kind(group_tables.AMOUNTS, "費用の額", tables.AMOUNTS)
    items = {one.code: one.title for one in row.items.all()}
    closed = operations.closed_to(row)
    lead = "費用の符号、月、金額（税抜き）の表です。同じ費用と月の額は足します。"
    return _load(request, row, kind, lambda found: tables.amounts(found, items, closed), group_tables.read_amounts, lead)  # fmt: skip
