"""No test hangs on how fast the machine is: none compares a clock with a bound, none gives up on what must come too soon.

A limit is there to find what hangs. On a machine that many share a test gets a fortieth of it for minutes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

HOUSE = Path(__file__).resolve().parents[1]
LEAST = 300  # seconds for what must come
CLOCKS = {"monotonic", "perf_counter", "time", "process_time", "monotonic_ns", "perf_counter_ns"}
LIMITED = {"wait_for", "wait", "join", "communicate"}  # their last positional number is a limit in seconds


def test_modules() -> list[Path]:
    folders = (HOUSE / "src", HOUSE / "samples", HOUSE / "training")
    inside = (path for folder in folders for path in folder.rglob("tests/**/*.py"))
    return sorted([*(HOUSE / "tests").glob("*.py"), *inside])


test_modules.__test__ = False  # pytest collects functions by their name


def is_clock(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr in CLOCKS) == ("time", True)
    )


def number(node: ast.AST | None) -> float:
    """A number as it stands there; 0 for anything else."""
    literal = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return float(node.value) if literal else 0.0  # type: ignore[union-attr]


def compares_a_clock(node: ast.Assert) -> bool:
    """Whether a length of time is held against something. A deadline that ends a test that hangs is not: there stands the
    clock alone."""
    for compared in (one for one in ast.walk(node.test) if isinstance(one, ast.Compare)):
        for side in (compared.left, *compared.comparators):
            if isinstance(side, ast.BinOp) and any(is_clock(one) for one in ast.walk(side)):
                upper = compared.left is side and isinstance(compared.ops[0], ast.Lt | ast.LtE)
                lower = compared.left is not side and isinstance(compared.ops[0], ast.Gt | ast.GtE)
                return upper or lower
    return False


def is_short(limit: float) -> bool:
    """Below a second it is a pause between two looks, or meant to run out."""
    return 1 <= limit < LEAST


def short_limits(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and is_clock(node.left):
        return is_short(number(node.right))  # until = time.monotonic() + 30
    if not isinstance(node, ast.Call):
        return False
    if any(word.arg == "timeout" and is_short(number(word.value)) for word in node.keywords):
        return True
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in LIMITED and bool(node.args) and is_short(number(node.args[-1]))


def may_run_out(tree: ast.AST) -> set[ast.AST]:
    """What stands where the end of a limit is caught."""
    suppressing = [
        one
        for one in ast.walk(tree)
        if isinstance(one, ast.With) and any("suppress(" in ast.unparse(item) for item in one.items)
    ]
    trying = [one for one in ast.walk(tree) if isinstance(one, ast.Try) and one.handlers]
    return {node for one in (*suppressing, *trying) for part in one.body for node in ast.walk(part)}


def faults(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    caught = may_run_out(tree)
    for node in ast.walk(tree):
        if node in caught:
            continue
        if isinstance(node, ast.Assert) and compares_a_clock(node):
            yield f"{node.lineno}: compares a length of time: {ast.unparse(node)}"
        elif short_limits(node):
            yield f"{node.lineno}: gives up after less than {LEAST} s: {ast.unparse(node)}"  # type: ignore[attr-defined]


def test_no_test_depends_on_how_fast_the_machine_is():
    found = [
        f"{path.relative_to(HOUSE)}:{fault}"
        for path in test_modules()
        for fault in faults(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)


def test_who_looks_into_a_browser_has_patience():
    """Playwright gives up after 30 seconds, and an expectation after five."""
    for path in test_modules():
        source = path.read_text(encoding="utf-8")
        if "playwright" not in source or path == Path(__file__):
            continue
        assert source.count(".new_page(") <= source.count(".set_default_timeout("), path
        calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
        expected = [
            one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr.startswith("to_")
        ]
        patient = "expect.set_options(" in source or "kernel.ui.tests.test_browser" in source
        assert patient or all(any(word.arg == "timeout" for word in one.keywords) for one in expected), path


def test_examples_have_no_deadline():
    assert hypothesis.settings.default is not None
    assert hypothesis.settings.default.deadline is None


@pytest.mark.parametrize(
    "source",
    [
        "assert time.monotonic() - began < 5",
        "assert time.process_time() - began <= LIMIT, 'slow'",
        "assert 5 > time.perf_counter() - began",
        "until = time.monotonic() + 30",
        "wait_for([job], 20)",
        "process.wait(60)",
        "thread.join(timeout=10)",
        "subprocess.run(command, timeout=60)",
    ],
)
def test_what_hangs_on_speed_is_found(source):
    assert len(list(faults(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "assert time.monotonic() < deadline",
        "assert time.monotonic() - began >= SHORT",  # as long as that at the least, however slow
        "until = time.monotonic() + PATIENCE",
        "wait_for([job], 0)",
        "told.wait(0.05)",
        "subprocess.run(command, timeout=600)",
        "with suppress(BrokenBarrierError): together.wait(timeout=2)",
    ],
)
def test_what_only_finds_what_hangs_is_left_alone(source):
    assert not list(faults(source))
