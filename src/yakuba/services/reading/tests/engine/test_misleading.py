"""Sheets drawn to mislead, with fixed seeds: nothing wrong passes silently."""

from __future__ import annotations

import json
import subprocess
import sys
from math import comb
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[6]
BENCHMARK = PROJECT / "benchmarks" / "reading_misleading.py"
A_FEW, MORE = ((71,), 4), ((72,), 8)
ALL_KINDS = ((71, 72, 73), 24)
SIGNS = (
    *(
        "doubted",
        "taken_back",
        "either_or",
        "unknown_figure",
        "ringed",
        "dashed",
        "each_struck",
        "row_struck",
    ),
    *("half_pale", "does_not_apply", "ditto", "figure_beside"),
)


OF_SHEETS_AND_CHOICES = (
    *(
        "page_crossed",
        "void_stamp",
        "sheet_remark",
        "yes_and_no",
        "highlighted_option",
        "half_ring",
        "ring_around_two",
    ),
    *("others_struck", "tick_moved", "decimal_point", "zeros_as_line", "figure_inserted", "number_below"),
)


@pytest.mark.timeout(3600)  # against hanging; a busy machine may be many times slower
@pytest.mark.parametrize(
    ("seeds", "sheets"),
    [
        A_FEW,
        pytest.param(*MORE, marks=pytest.mark.slow),
        pytest.param(*ALL_KINDS, marks=pytest.mark.full),
    ],
)
def test_no_value_passes_wrong_on_sheets_drawn_to_mislead(seeds: tuple[int, ...], sheets: int) -> None:
    command = [sys.executable, str(BENCHMARK), "--json", "--sheets", str(sheets)]
    command += ["--seeds", *map(str, seeds)]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(result.stdout)
    assert found["silent"] == []
    assert found["sheets"] == len(seeds) * sheets
    assert found["misleading_judged"] > sheets
    assert found["misleading_silent"] == 0


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("seed", "kinds"), [("74", SIGNS), ("75", OF_SHEETS_AND_CHOICES)])
def test_signs_at_a_value_and_words_for_none_never_pass(seed: str, kinds: tuple[str, ...]) -> None:
    command = [sys.executable, str(BENCHMARK), "--json", "--sheets", "12", "--seeds", seed, "--kinds", *kinds]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["silent"] == []
    assert found["misleading_judged"] > 15


def test_the_readme_states_the_measured_figures_beside_the_share_passed() -> None:
    figures = json.loads((PROJECT / "benchmarks" / "figures.json").read_text(encoding="utf-8"))
    readme = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    [row] = [line for line in readme if line.startswith("| Nothing silently wrong |")]
    assert f"{figures['misleading_silent']} of {figures['misleading_judged']} judged values" in row
    assert f"at most {figures['misleading_bound_95']:.1%}".replace("%", " %") in row
    assert f"{figures['passed_share']:.1%} pass".replace("%", " %") in row
    kinds = subprocess.run(
        [sys.executable, "-c", "import misleading; print(len(misleading.KINDS))"],
        check=True,
        capture_output=True,
        text=True,
        cwd=PROJECT / "samples" / "generator",
    )
    assert f"in {kinds.stdout.strip()} kinds" in row


def test_bound_is_clopper_and_pearsons() -> None:
    """One-sided 95 %: 1 - 0.05 ** (1 / n) where nothing was wrong; at the bound the tail is one in twenty."""
    code = "from reading_misleading import upper_bound as b; print(b(0, 2769), b(0, 59), b(3, 89), b(5, 5), b(0, 0))"
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, check=True, capture_output=True, text=True, cwd=BENCHMARK.parent)
    bounds = [float(number) for number in run.stdout.split()]
    assert bounds == pytest.approx([0.0010813, 0.0495076, 0.0848174, 1.0, 1.0], abs=1e-6)
    for share, (wrong, of) in zip(bounds[:3], ((0, 2769), (0, 59), (3, 89)), strict=True):
        tail = sum(comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(wrong + 1))
        assert tail == pytest.approx(0.05, abs=1e-5)
