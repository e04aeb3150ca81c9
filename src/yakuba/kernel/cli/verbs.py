"""The `yakuba <room> <verb>` of a room: a group of commands that ends with a sentence where something is refused."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperGroup

from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.tenancy import no_municipality

SURROGATE = re.compile("[\ud800-\udfff]")  # a byte that is not of the terminal's encoding
NOT_UTF8 = (
    "UTF-8ではない文字が渡されました。端末か、渡すファイルの文字コードをUTF-8にして、やり直してください。"
)


class Verbs(TyperGroup):
    """Commands of which whatever they raise as `Refused` becomes one sentence on standard error and an exit code.

    With `--json` the same stands on standard output as a problem (RFC 9457). Never a traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for. Raises typer.Exit."""
        as_json = "--json" in (*ctx._protected_args, *ctx.args)
        try:
            with no_municipality():
                return super().invoke(ctx)
        except Refused as error:
            raise told(error, as_json=as_json) from error
        except UnicodeEncodeError as error:
            if not SURROGATE.search(error.object[error.start : error.end]):
                raise
            raise told(Invalid(NOT_UTF8), as_json=as_json) from None  # what is no text may be a secret
        except Exception as error:
            if (refused := _of_the_database(error)) is None:
                raise
            raise told(refused, as_json=as_json) from error


def verbs(help: str) -> typer.Typer:
    """An empty group of commands for a room; `help` is its line in `yakuba --help`."""
    return typer.Typer(cls=Verbs, no_args_is_help=True, help=help)


def told(error: Refused, *, as_json: bool) -> typer.Exit:
    """Say what is refused; the caller raises what comes back."""
    from yakuba.kernel.cli.output import fail, print_json

    if as_json:
        print_json({"type": "about:blank"} | error.facts())
    return fail(error.lines(), error.exit_code)


def _of_the_database(error: Exception) -> Refused | None:
    """Imported only now: the list of commands needs nothing of Django."""
    from django.db import DatabaseError

    from yakuba.kernel.cli.databases import refusal

    return refusal(error) if isinstance(error, DatabaseError) else None
