"""`yakuba search …`: build the index, and ask it."""

from __future__ import annotations

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import fail, municipality_of, print_rows, progress_bar
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.registry import search_sources
from yakuba.kernel.search import indexing

app = verbs("全文検索の索引")

SOURCES = typer.Argument(None, help="索引の名前（yakuba search status で見られます）。省くとすべて")


def _chosen(names: list[str] | None) -> list[str]:
    """Raises typer.Exit(2) for a name that there is not."""
    known = list(search_sources())
    if unknown := [name for name in names or [] if name not in known]:
        raise fail(f"索引 {'、'.join(unknown)} はありません。あるのは {'、'.join(known)} です。", 2)
    return names or known


@app.command()
def rebuild(
    sources: list[str] = SOURCES,
    empty: bool = typer.Option(False, "--empty", help="いまの索引を捨ててから作る（壊れたとき）"),
    town: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """索引を作り直す。途中で止まったら、もう一度実行すると続きから作る。作る間もいまの索引で探せる"""
    rows = []
    with municipality_of(town), progress_bar(quiet=as_json) as progress:
        for name in _chosen(sources):
            source = search_sources()[name]
            task = progress.add_task(f"{source.label}の索引を作っています", total=None)

            def tell(done: int, total: int, task: int = task) -> None:
                progress.update(task, completed=done, total=total)  # type: ignore[arg-type]

            done = indexing.rebuild(name, tell, empty=empty)
            indexing.take_in(name)
            progress.update(task, completed=done, total=done)
            rows.append({"source": name, "label": source.label, "entries": done})
    print_rows(rows, {"source": "索引", "label": "名前", "entries": "件数"}, as_json=as_json)


@app.command()
def status(town: str = TOWN, as_json: bool = JSON) -> None:
    """索引ごとに、件数と、できているか、待っている件数を出す"""
    with municipality_of(town):
        rows = [
            {
                "source": name,
                "label": source.label,
                "entries": indexing.count(name),
                "built": indexing.is_built(name),
                "waiting": indexing.waiting(name),
            }
            for name, source in search_sources().items()
        ]
    headings = {"source": "索引", "label": "名前", "entries": "件数", "built": "できた", "waiting": "待ち"}
    print_rows(rows, headings, as_json=as_json)


@app.command()
def find(
    text: str = typer.Argument(help="探す言葉"),
    user: str = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で探します"),
    sources: list[str] = typer.Option(None, "--in", help="索引の名前。省くとすべて"),
    most: int = typer.Option(10, "--limit", min=1, max=100, help="索引ごとの件数の上限"),
    as_json: bool = JSON,
) -> None:
    """索引から探す。監査記録に残ることは、画面で探したときと同じ"""
    from yakuba.kernel.search import finding

    with acting(user, "") as person:
        rows = [
            {
                "source": name,
                "title": hit.entry.title,
                "url": hit.entry.url,
                "score": round(hit.score, 3),
                "text": "".join(part for part, _ in hit.snippet),
            }
            for name in _chosen(sources)
            for hit in finding.find(name, person, text, most=most).hits
        ]
    print_rows(rows, {"source": "索引", "title": "題", "text": "見つかった所"}, as_json=as_json)
