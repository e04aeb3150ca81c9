"""Lists: what stands in a list, how it is narrowed, sorted and taken along, declared once and shown by one template.

RUNS = Listing("robots.runs", "実行の一覧", "実行", columns=(Column("started", "始めた日時", …), …), rows=queries.runs, …)

def runs(request): return respond(request, RUNS)
"""

from yakuba.kernel.lists.declared import (
    Bulk,
    Cell,
    Column,
    DayFilter,
    Filter,
    Listing,
    Nothing,
    Search,
    Wanted,
    ago,
    shortened,
    status,
)

__all__ = [
    "Bulk",
    "Cell",
    "Column",
    "DayFilter",
    "Filter",
    "Listing",
    "Nothing",
    "Search",
    "Wanted",
    "ago",
    "shortened",
    "status",
]
