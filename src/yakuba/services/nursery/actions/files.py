"""Files of a run that leave the room."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.tables.files import ENCODINGS, EXCEL, written
from yakuba.kernel.tables.reducing import of_town
from yakuba.kernel.tables.spreadsheets import NO_REDUCTION, Table
from yakuba.services.nursery.engine.matching import market_writing
from yakuba.services.nursery.models import Run
from yakuba.services.nursery.queries import exports, runs
from yakuba.services.nursery.queries.refusal import Unknown


def csv_file(
    table: Table,
    name: str,
    encoding: str,
    *,
    accept: bool,
    reduction: Mapping[str, str] = NO_REDUCTION,
) -> Download:
    """The table as a CSV file. encoding: of ENCODINGS; accept: characters that it lacks may be reduced, or become 〓. A
    mailing file is not reduced: its rows carry a seal over name and address, which prove its PDF.

    Raises Unknown for another encoding, Lacking where characters would be lost and that is not accepted.
    """
    if encoding not in ENCODINGS:
        raise Unknown(
            f"文字コード「{encoding}」では書き出せません。{'、'.join(ENCODINGS)} から選んでください。"
        )
    return Download(name, "text/csv", written([table], encoding, accept=accept, reduction=reduction))


def take_table(run: Run, table: str, encoding: str, *, accept: bool, actor: User) -> Download:
    """One of `exports.tables` as CSV, as `actor` may take it. Raises what `csv_file` raises, Unknown for another table, NotPossible without
    a result, MarketRefused or RulesRefused."""
    runs.finished(run)
    known = exports.tables(run)
    if table not in known:
        raise Unknown(f"「{run}」に表「{table}」はありません。{'、'.join(known)} から選んでください。")
    made = known[table][1](run, actor)
    return csv_file(made, f"{table}-{run.pk}.csv", encoding, accept=accept, reduction=of_town())


def take_workbook(run: Run, *, actor: User) -> Download:
    """All tables as an Excel workbook, as `actor` may take them. Raises NotPossible without a result, MarketRefused or RulesRefused."""
    runs.finished(run)
    content = written([make(run, actor) for _, make in exports.tables(run).values()], "xlsx")
    return Download(f"selection-{run.pk}.xlsx", EXCEL, content)


def take_market(run: Run) -> Download:
    """The market that the run was made from: ids only, no names. Raises MarketRefused or RulesRefused."""
    content = market_writing.dump(runs.selection_of(run).market)
    return Download(f"market-{run.pk}.json", "application/json", content)
