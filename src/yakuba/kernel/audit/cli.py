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
    results = []
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            count, problems = verify()
        results.append({"municipality": municipality.code, "events": count, "problems": problems})
    if as_json:
        print_json(results)
    else:
        for result in results:
            console.print(f"{result['municipality']}: {result['events']}件", *result["problems"], sep="\n  ")
    if any(result["problems"] for result in results):
        raise fail("監査記録に問題があります。")
