"""After warming up, no loop of the engine has to be compiled."""

import subprocess
import sys

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
