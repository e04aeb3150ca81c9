"""Who works across towns is listed: a new use of `every_municipality` is a decision, not an accident (docs/adr/0046)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
LIST = PROJECT / "tests" / "every_municipality.txt"
HEAD = """\
# Where the house works across towns, and why: file, function, reason.
# A new line opens PostgreSQL's second wall for the code inside the block: is every row of every town really needed there,
# and is it as short as it can be? (python tests/test_every_municipality.py writes this file.)
"""


def uses() -> list[str]:
    """`file function: reason` of every use in the house, tests left out."""
    found = []
    for path in sorted((PROJECT / "src").rglob("*.py")):
        if "tests" not in path.parts and "every_municipality(" in (text := path.read_text(encoding="utf-8")):
            name = path.relative_to(PROJECT / "src" / "yakuba")
            found += [f"{name} {where}: {why}" for where, why in _uses(ast.parse(text), "")]
    return sorted(found)


def _uses(node: ast.AST, inside: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        where = f"{inside}.{child.name}".lstrip(".") if named else inside  # type: ignore[attr-defined]
        if isinstance(child, ast.Call) and getattr(child.func, "id", "") == "every_municipality":
            (reason,) = child.args
            assert isinstance(reason, ast.Constant), f"{inside}: the reason is written where it is used"
            yield where, str(reason.value)
        yield from _uses(child, where)


def test_every_use_is_listed():
    listed = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert uses() == listed


def test_nobody_opens_the_wall_by_another_way():
    ways = ("yakuba.municipality", "_across", "row_security", "DISABLE ROW LEVEL", "BYPASSRLS")
    allowed = {
        "kernel/tenancy/rowsecurity.py",
        "kernel/tenancy/activation.py",
        "kernel/postgresql/base.py",
        "kernel/administration/checks.py",
        "kernel/administration/seen.py",  # names what a role must not have
    }
    for path in (PROJECT / "src").rglob("*.py"):
        name = str(path.relative_to(PROJECT / "src" / "yakuba"))
        if "tests" not in path.parts and name not in allowed:
            text = path.read_text(encoding="utf-8")
            assert not [way for way in ways if way in text], name


if __name__ == "__main__":
    LIST.write_text(HEAD + "".join(f"{line}\n" for line in uses()), encoding="utf-8")
