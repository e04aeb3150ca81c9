"""Who may ask for what: every page, API route and command of the house with its permission, as lines of text.

`access_table.txt` keeps them, `scripts/write_access_table.py` writes it anew, and `test_access.py` compares the two: a new
door, or one that asks for another permission, stands in the diff.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from django.urls import URLPattern, URLResolver, get_resolver

from yakuba.config.command import build
from yakuba.kernel.api.routes import build_api
from yakuba.kernel.operations import Operation, all_operations

KEPT = Path(__file__).with_name("access_table.txt")
OPEN = "-"  # a page without a permission: `test_access.py` says to whom it is open
MACHINE, PERSON = "(whoever operates the machine)", "(with --user)"


def lines() -> list[str]:
    """The table as it is now."""
    return sorted([*_pages(get_resolver(), ""), *_api(), *_commands()])


def _pages(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "api":
                yield from _pages(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern):
            permission = getattr(entry.callback, "yakuba_permission", OPEN)
            yield f"page     {namespace}{entry.name or f'(no name) {entry.pattern}'}  {permission}"


def _api() -> Iterator[str]:
    declared = {(one.method, f"/api/v1/{one.room}/{one.path}"): one for one in all_operations() if one.route}
    _ = get_resolver().url_patterns  # the API stands at its address
    for path, entry in build_api().get_openapi_schema()["paths"].items():
        for method in entry:
            yield f"api      {method.upper()} {path}  {_asked(declared.get((method.upper(), path)))}"


def _commands() -> Iterator[str]:
    declared = {(one.room, *one.command.split()): one for one in all_operations() if one.command}
    house: Any = typer.main.get_command(build())
    for name in house.commands:
        for words, command in leaves((name,), house.load(name)):
            if words in declared:
                asked = _asked(declared[words])
            else:
                asked = PERSON if any("--user" in one.opts for one in command.params) else MACHINE
            yield f"command  {' '.join(words)}  {asked}"


def leaves(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below this one, with its words."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name, one in inner.items():
        yield from leaves((*words, name), one)


def _asked(operation: Operation | None) -> str:
    if operation is None:
        return OPEN
    return operation.permission + (" and a fresh proof" if operation.step_up else "")
