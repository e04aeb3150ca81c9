"""Machine code on disk belongs to just these sources."""

import shutil
from pathlib import Path

import pytest

from yakuba.kernel import machinecode
from yakuba.services.nursery.engine.matching import dynamics
from yakuba.services.worklogs.engine import run_loops

SERVICES = Path(__file__).parents[3] / "services"
ENGINE = SERVICES / "nursery" / "engine"


def test_code_of_another_version_is_not_used(tmp_path):
    copy = tmp_path / "engine"
    shutil.copytree(ENGINE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = machinecode.folder(copy)
    (copy / "fairness.py").write_text("# no loops here")
    assert machinecode.folder(copy) == before
    board = copy / "matching" / "board.py"
    board.write_text(board.read_text() + "# changed")
    assert machinecode.folder(copy) != before


def test_every_loop_is_among_the_sources_that_count():
    sources = list(SERVICES.rglob("*.py"))
    with_loops = [source for source in sources if "@compiled" in source.read_text(encoding="utf-8")]
    assert len(with_loops) > 5
    assert all("machinecode" in source.read_text(encoding="utf-8") for source in with_loops)
    assert all("engine" in source.parts for source in with_loops)
    assert not [source for source in sources if "njit" in source.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    ("loop", "engine"),
    [
        (dynamics._settle, ENGINE),
        (run_loops.count_runs, SERVICES / "worklogs" / "engine"),
    ],
)
def test_loops_of_each_room_keep_their_code_in_its_folder(loop, engine):
    assert loop._cache.cache_path.startswith(str(machinecode.folder(engine)))


def test_the_first_process_of_a_version_removes_the_code_of_others(tmp_path):
    source = tmp_path / "room" / "engine" / "loops.py"
    source.parent.mkdir(parents=True)
    source.write_text("# machinecode")
    engine = source.parent
    other = machinecode.folder(engine).parent / (machinecode.PREFIX + "of-another")
    other.mkdir(parents=True)
    assert machinecode._folder(str(source)) == machinecode.folder(engine)
    assert not other.exists()
    machinecode._folder.cache_clear()
    other.mkdir()
    machinecode.folder(engine).mkdir()
    machinecode._folder(str(source))
    assert other.exists()
