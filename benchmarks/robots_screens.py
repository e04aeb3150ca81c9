"""How the robot gets on with small screens made like real ones: `.venv/bin/python benchmarks/robots_screens.py`.

One line for each kind: entered right (or stopped where only that is right), stopped, wrong, and the median of the
seconds a row took. A scenario names the fields as they are printed. Wrong is whatever a screen stored that it should
not have: another value, another field, or twice.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "src"), str(PROJECT / "samples" / "screens")]

import screens as sample  # noqa: E402

from yakuba.services.robots.adapters.chromium import ChromiumBrowser  # noqa: E402
from yakuba.services.robots.tests.screens import Tried, try_screen  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="only these screens")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = sample.load()
    site = sample.Site(found)
    server = sample.serve(site)
    tried: dict[str, list[Tried]] = defaultdict(list)
    with ChromiumBrowser(["127.0.0.1"]) as browser:
        for name in options.names or found:
            one = try_screen(site, found[name], browser, f"http://127.0.0.1:{server.server_port}")
            tried[found[name].kind].append(one)
            print(f"{name:26} {one.became:8} {one.seconds:5.1f} s  {one.said}", file=sys.stderr, flush=True)
    server.shutdown()
    table = {kind: _counted(ones) for kind, ones in tried.items()}
    table["合計"] = _counted([one for ones in tried.values() for one in ones])
    if options.json:
        print(json.dumps(table, ensure_ascii=False))
    else:
        for kind, line in table.items():
            print("  ".join([kind, *(f"{what} {count}" for what, count in line.items())]))
    return int(bool(table["合計"]["wrong"]))


def _counted(ones: list[Tried]) -> dict[str, float]:
    counts: dict[str, float] = {"right": 0, "stopped": 0, "wrong": 0}
    for one in ones:
        counts[one.became] += 1
    return {"screens": len(ones), **counts, "median s": round(median(one.seconds for one in ones), 1)}


if __name__ == "__main__":
    sys.exit(main())
