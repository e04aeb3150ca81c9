"""Where the house catches a refusal, and that no page does so only to say it again.

`python tests/test_refusals_caught.py` counts the places; with `--each` it lists them.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from yakuba.kernel.refusals import Refused

SRC = Path(__file__).parents[1] / "src"
TELLS = {"messages", "add_error", "redirect"}  # what a page does that only says it again


@dataclass(frozen=True)
class Catch:
    """One `except` of a refusal."""

    path: Path
    handler: ast.ExceptHandler

    @property
    def where(self) -> str:
        return f"{self.path.relative_to(SRC)}:{self.handler.lineno}"

    @property
    def part(self) -> str:
        return "/".join(self.path.relative_to(SRC / "yakuba").with_suffix("").parts[:2])

    @property
    def is_on_page(self) -> bool:
        return "pages" in (*self.path.parts, self.path.stem)


def catches() -> Iterator[Catch]:
    """Every `except` outside tests whose class is a kind of `Refused`."""
    for path in sorted((SRC / "yakuba").rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        tree = ast.parse(path.read_text())
        handlers = [one for one in ast.walk(tree) if isinstance(one, ast.ExceptHandler) and one.type]
        if handlers:
            names = _names(path, tree)
            yield from (Catch(path, one) for one in handlers if _is_refusal(one.type, names))


def _names(path: Path, tree: ast.AST) -> dict[str, Any]:
    """What names mean there, those that a function imports for itself as well."""
    parts = path.relative_to(SRC).with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    names: dict[str, Any] = {}
    for one in ast.walk(tree):
        if isinstance(one, ast.ImportFrom) and one.module and one.module.startswith("yakuba"):
            with suppress(ImportError, AttributeError):
                found = importlib.import_module(one.module)
                names |= {each.asname or each.name: getattr(found, each.name) for each in one.names}
    return names | vars(importlib.import_module(module))


def _is_refusal(kind: ast.expr | None, names: dict[str, Any]) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    for one in kinds:
        one = one.value if isinstance(one, ast.Starred) else one
        try:
            found = eval(ast.unparse(one), names)
        except (NameError, AttributeError):
            continue
        listed = found if isinstance(found, tuple) else (found,)
        if any(isinstance(each, type) and issubclass(each, Refused) for each in listed):
            return True
    return False


def only_says_it_again(handler: ast.ExceptHandler) -> bool:
    """Whether all that follows is a message, an error of the form, or the way to a page."""
    return all(_tells(one) for one in handler.body)


def _tells(line: ast.stmt) -> bool:
    if not isinstance(line, ast.Expr | ast.Return) or not isinstance(line.value, ast.Call):
        return False
    called = line.value.func
    names = {one.id for one in ast.walk(called) if isinstance(one, ast.Name)}
    return bool(TELLS & (names | ({called.attr} if isinstance(called, ast.Attribute) else set())))


@pytest.mark.django_db
def test_no_page_catches_a_refusal_only_to_say_it_again():
    found = [one.where for one in catches() if one.is_on_page and only_says_it_again(one.handler)]
    assert not found, (
        "a refusal reaches the person by itself (kernel.ui.refusals, kernel.operations.pages.button): a button needs "
        "nothing, a form `told_in` or `form_page`, a page that goes on to another one `told_on`"
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("messages.error(request, str(refusal))\n    return redirect('home')", True),
        ("form.add_error('value', str(refusal))", True),
        ("return shown(request, 'stop', {}, refusal.status)", False),
        ("form.data = sent\n    raise", False),
    ],
)
def test_what_only_says_it_again_is_known(body, told):
    (tried,) = ast.parse(f"try:\n    pass\nexcept Refused as refusal:\n    {body}").body
    assert only_says_it_again(tried.handlers[0]) is told  # type: ignore[attr-defined]


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
    django.setup()
    listed = list(catches())
    lines = [one.where for one in listed] if "--each" in sys.argv else []
    lines.append(f"{len(listed)} places, {sum(one.is_on_page for one in listed)} of them on pages")
    lines += [f"{count:4} {part}" for part, count in sorted(Counter(one.part for one in listed).items())]
    sys.stdout.write("\n".join(lines) + "\n")
