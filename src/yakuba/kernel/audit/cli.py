"""`yakuba audit verify`: is the record whole?"""

from __future__ import annotations

import typer

from yakuba.kernel.audit.chain import verify
from yakuba.kernel.cli.output import console, fail, print_json
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

app = typer.Typer(no_args_is_help=True)


@app.callback()
def audit() -> None:
    """監査記録を調べる"""


@app.command("verify")
def verify_chains(as_json: bool = typer.Option(False, "--json", help="JSONで出す")) -> None:
    """すべての自治体の監査記録が書き換えられていないか調べる。問題があれば終了コード1"""
    results: list[tuple[str, int, list[str]]] = []
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            count, problems = verify()
        results.append((municipality.code, count, problems))
    if as_json:
        print_json([dict(zip(("municipality", "events", "problems"), row, strict=True)) for row in results])
    else:
        for code, count, problems in results:
            console.print(f"{code}: {count}件", *problems, sep="\n  ")
    if any(problems for _, _, problems in results):
        raise fail("監査記録に問題があります。")
