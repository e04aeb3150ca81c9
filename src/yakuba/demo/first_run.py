"""`make run`: on the first start the demo town works through its first pile; later it only comes up again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from rich.table import Table

from yakuba.demo import (
    admission,
    applications,
    bodies,
    chain,
    checks,
    fees,
    guests,
    hall,
    land,
    life_events,
    logs,
    meeting,
    outdoors,
    outreach,
    papers,
    questions,
    rounds,
    sensors,
    surveys,
    together,
    town,
    trials,
    views,
    work,
)
from yakuba.demo.programs import CoreSystem, Pile, ProgramFailed, Workers, make_pile
from yakuba.kernel.cli.output import bars, console, progress_bar
from yakuba.services.nursery import facade as nursery
from yakuba.services.reading import facade as reading

FIRST_PILE = (24, 1)  # sheets and seed: worked through on the first start
SECOND_PILE = (12, 2)  # left for the person who tries the house
CORE_PORT_ABOVE_WEB = 100  # the sample core system answers on the web port + 100


@contextmanager
def open_town() -> Iterator[tuple[str, Table]]:
    """The core system runs inside the block. Gives its address and a table of the demo accounts.

    Raises ProgramFailed when the core system's port is taken.
    """
    folder = Path(settings.YAKUBA.data_dir) / "demo"
    core = CoreSystem.start(folder / "core.sqlite3", port=settings.YAKUBA.port + CORE_PORT_ABOVE_WEB)
    try:
        done = folder / "done"  # holds the core system's address, as the robots know it
        if not done.exists():
            _first_start(folder, core)
        elif done.read_text(encoding="utf-8") != core.url:
            with town.in_yakuba_city():
                town.point_robots_at(core.url)
        done.write_text(core.url, encoding="utf-8")
        yield core.url, _accounts()
    finally:
        core.stop()


def _first_start(folder: Path, core: CoreSystem) -> None:
    console.print("はじめての起動です。見本のやくば市を用意します。")
    town.load_town(core.url)
    with town.in_yakuba_city():
        questions.load()
        guests.load()
        life_events.load()
        papers.load()
        meeting.load()
        applications.load()
        hall.load()
        fees.load()
        logs.load()
        work.load()
        bodies.load()
        sensors.load()
        rounds.load()
        surveys.load()
        checks.load()
        outdoors.load()
        land.load()
        views.load()
        trials.load()
        together.load()
        outreach.load()
    _admission()
    piles = _piles(folder)
    if not piles:
        return
    first, second = piles
    with town.in_yakuba_city():
        # Cases alone say nothing: the sample's web applications are cases before any sheet was handed in.
        if not reading.anything_came():
            _work_through(first, core)
        _hand_in(second)


def _admission() -> None:
    """The nursery round, with one result; without it the rest of the town comes up all the same."""
    try:
        with town.in_yakuba_city(), progress_bar() as bar:
            admission.load(bars(bar))
    except nursery.NotPossible as error:
        console.print(f"入所選考の見本は用意できませんでした: {error}", style="yellow", markup=False)


def _piles(folder: Path) -> list[Pile]:
    """Both piles, or none with a word of why: the generator needs Japanese fonts."""
    try:
        return [
            make_pile(*size, folder / name)
            for name, size in (("pile-1", FIRST_PILE), ("pile-2", SECOND_PILE))
        ]
    except ProgramFailed as error:
        console.print(f"見本の申請書は作れませんでした: {error}", style="yellow", markup=False)
        return []


def _work_through(pile: Pile, core: CoreSystem) -> None:
    hands = Workers(1)
    try:
        with progress_bar() as bar:
            result = chain.run_chain(pile, core, hands, on_progress=bars(bar))
    except chain.ChainStuck as error:
        console.print(str(error), style="yellow", markup=False)
        return
    finally:
        hands.stop()
    console.print(_summary(result), markup=False, highlight=False)


def _summary(result: chain.Result) -> str:
    """What the first pile came to, in two lines; every figure stands on the pages too."""
    found = result.comparison
    return (
        f"見本の用紙{result.sheets}枚：項目{found.fields:,}個のうち{found.auto:,}個を人が見ずに読み、"
        f"受付{found.entered}件を入力しました。\n"
        f"正解と比べて、見えない誤り{len(found.silent_errors)}、二度入った受付{len(found.twice)}、"
        f"失われた受付{len(found.lost)}、基幹システムで違う値{len(found.core_errors)}。"
    )


def _hand_in(pile: Pile) -> None:
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(path.open("rb"))) for path in pile.files]
        reading.upload(files, town.user("madoguchi"), name="今日の束（これから確認する見本）")


def _accounts() -> Table:
    table = Table(
        title="見本の職員（パスワードはすべて " + town.PASSWORD + "）", title_justify="left", box=None
    )
    for heading in ("職員ID", "だれ", "自治体"):
        table.add_column(heading)
    for account in town.ACCOUNTS:
        if account.username != "standin":
            table.add_row(account.username, account.name, account.municipality[1])
    return table
