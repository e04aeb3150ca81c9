"""`yakuba reform …`."""

from __future__ import annotations

import typer

from yakuba.kernel.cli.output import municipality_of, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.services.reform import queries
from yakuba.services.reform.contracts import Effect
from yakuba.services.reform.engine.effect import total

app = verbs("業務改革: 効果")

HEADINGS = {
    "title": "手続",
    "cases": "件数",
    "before": "前（分）",
    "person": "今・職員（分）",
    "machine": "今・機械（分）",
    "saved": "減った時間（分）",
    "rate": "削減率",
}


@app.callback()
def reform() -> None:
    """業務改革: 前にかかった時間と今の時間を比べる"""


@app.command("effect")
def effect(
    municipality: str = typer.Option("", help="団体コード"),
    as_json: bool = typer.Option(False, "--json", help="JSONで出す"),
) -> None:
    """手続ごとに、前と今の時間、減った時間と率を出す"""
    with municipality_of(municipality):
        rows = queries.effects()
    if as_json:
        print_json({"procedures": [row.to_json() for row in rows], "total": total(rows).to_json()})
        return
    print_rows([_row(item) for item in [*rows, total(rows)]], HEADINGS, as_json=False)


def _row(effect: Effect) -> dict[str, str]:
    minutes = {name: f"{getattr(effect, name):,.1f}" for name in ("before", "person", "machine", "saved")}
    rate = "―" if effect.rate is None else f"{effect.rate:.1%}"
    return {"title": effect.title, "cases": f"{effect.cases:,}", "rate": rate} | minutes
