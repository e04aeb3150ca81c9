"""Options that mean the same in every command."""

from __future__ import annotations

import typer

TOWN = typer.Option("", "--municipality", help="団体コード。自治体が1つなら省けます")
TOWNS = typer.Option("", "--municipality", help="団体コード。書かなければ全部の自治体")
WHO = typer.Option("", "--user", help="だれが行うか（職員ID）。その人の権限で動き、監査記録に残ります")
JSON = typer.Option(False, "--json", help="JSONで出す")
