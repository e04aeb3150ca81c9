"""The `yakuba <room> <verb>` of a room: a group of commands that ends with a sentence where something is refused."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from yakuba.kernel.refusals import Refused

MOST_TOLD = 50


class Verbs(TyperGroup):
    """Commands of which whatever they raise as `Refused` becomes one sentence on standard error and an exit code.

    With `--json` the same stands on standard output as a problem (RFC 9457). Never a traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for. Raises typer.Exit."""
        as_json = "--json" in (*ctx._protected_args, *ctx.args)
        try:
            return super().invoke(ctx)
        except Refused as error:
            raise told(error, as_json=as_json) from error


def verbs(help: str) -> typer.Typer:
    """An empty group of commands for a room; `help` is its line in `yakuba --help`."""
    return typer.Typer(cls=Verbs, no_args_is_help=True, help=help)


def told(error: Refused, *, as_json: bool) -> typer.Exit:
    """Say what is refused; the caller raises what comes back."""
    from yakuba.kernel.cli.output import fail, print_json

    if as_json:
        print_json({"type": "about:blank"} | error.facts())
    return fail(_lines(error), error.exit_code)


def _lines(error: Refused) -> str:
    shown = [str(one) for one in error.problems[:MOST_TOLD]]
    more = len(error.problems) - len(shown)
    head = [] if shown and shown[0] in str(error) else [str(error)]
    return "\n".join([*head, *shown, *([f"ほか{more}件"] if more > 0 else [])])
