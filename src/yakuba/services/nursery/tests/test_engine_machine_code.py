"""Machine code on disk belongs to just these sources."""

import shutil
import subprocess
import sys

from numba import config

from yakuba.services.nursery.engine.matching import dynamics, machine_code


def test_code_of_another_version_is_not_used(monkeypatch, tmp_path):
    copy = tmp_path / "engine"
    shutil.copytree(machine_code.ENGINE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(machine_code, "ENGINE", copy)
    before = machine_code.folder()
    (copy / "fairness.py").write_text("# no loops here")
    assert machine_code.folder() == before
    board = copy / "board.py"
    board.write_text(board.read_text() + "# changed")
    assert machine_code.folder() != before


def test_every_loop_is_among_the_sources_that_count():
    sources = list(machine_code.ENGINE.rglob("*.py"))
    with_loops = [
        source for source in sources if "njit" in source.read_text() or "@compiled" in source.read_text()
    ]
    assert len(with_loops) > 5
    assert all("machine_code" in source.read_text() for source in with_loops)


def test_loops_keep_their_code_there():
    stats = dynamics._settle._cache.cache_path
    assert stats.startswith(config.CACHE_DIR)


def test_code_of_other_versions_goes(monkeypatch, tmp_path):
    mine, other = tmp_path / "machine-code-1", tmp_path / "machine-code-2"
    mine.mkdir()
    other.mkdir()
    monkeypatch.setattr(machine_code, "folder", lambda: mine)
    machine_code.forget_others()
    assert [mine.exists(), other.exists()] == [True, False]


SOLVED = """
import sys
from numba.core.dispatcher import Dispatcher
from yakuba.services.nursery.engine.matching import market_file, solving, warming
from yakuba.services.nursery.tests import synthetic

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("yakuba.services.nursery.engine")]
    loops = {id(loop): loop for module in modules for loop in vars(module).values() if isinstance(loop, Dispatcher)}
    return {loop.py_func.__qualname__: len(loop.signatures) for loop in loops.values()}

warming.warm_up()
before = compiled()
for seed, siblings in ((1, 0.0), (2, 0.3), (3, 0.3), (4, 0.3)):
    market = synthetic.draw(synthetic.Shape(1500, 40, seed=seed, siblings=siblings))
    matching = solving.solve(market_file.checked(market), seconds=20, seat_tries=300)
    print(matching.status, len(matching.blocking))
assert compiled() == before, {name: count for name, count in compiled().items() if before.get(name) != count}
"""


def test_warming_leaves_nothing_to_compile():
    done = subprocess.run(
        [sys.executable, "-c", SOLVED], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "minimum" in done.stdout, "the proof is used too"
