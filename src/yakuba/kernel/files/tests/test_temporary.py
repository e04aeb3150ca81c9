"""What dead processes left is removed, what live ones hold is not. Real processes, really killed."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from yakuba.kernel.files import temporary


@pytest.fixture
def data_dir(settings):
    with tempfile.TemporaryDirectory(prefix="y") as name:
        settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": Path(name)})
        yield Path(name)


@pytest.fixture
def start(data_dir):
    processes = []

    def begin():
        program = "yakuba.kernel.files.tests.temporary_process"
        command = [sys.executable, "-m", program, str(data_dir)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        processes.append(process)
        assert process.stdout.readline() == b"ready\n"
        return process

    yield begin
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()


def files_under(folder):
    return {path for path in (folder / "tmp").rglob("*") if path.is_file() and path.suffix != ".lock"}


def test_a_killed_process_leaves_nothing_for_the_next_start(data_dir, start):
    first, second = start(), start()
    both = files_under(data_dir)
    assert {path.name for path in both if path.suffix == ""} == {"profile"}
    assert len(both) == 6, (
        "the upload, the form and the browser's profile, twice; nameless files have no name"
    )
    assert temporary.clean() == 0
    assert files_under(data_dir) == both, "both are alive"
    first.kill()
    first.wait()
    start()
    left = files_under(data_dir)
    assert len(left) == 6
    assert len(left & both) == 3, "the live one's are kept"
    second.kill()
    second.wait()
    assert temporary.clean() == 1


def test_an_orderly_end_leaves_nothing_either(data_dir):
    code = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
from django.conf import settings
settings.configure(YAKUBA=SimpleNamespace(data_dir=Path(sys.argv[1])))
from yakuba.kernel.files import temporary
(temporary.private_folder() / "letter").write_text("x")
if os.fork() == 0:
    sys.exit()
os.wait()
assert (temporary.private_folder() / "letter").exists(), "a forked child has taken it along"
"""
    subprocess.run([sys.executable, "-c", code, str(data_dir)], check=True)
    assert list((data_dir / "tmp").iterdir()) == []


def test_the_folder_is_private_and_a_process_of_its_own_has_another(data_dir, start):
    own = temporary.private_folder()
    assert own == temporary.private_folder()
    assert own.is_relative_to(data_dir / "tmp")
    for folder in (data_dir / "tmp", own):
        assert folder.stat().st_mode & 0o777 == 0o700
    start()
    assert len([path for path in (data_dir / "tmp").iterdir() if path.is_dir()]) == 2
    with temporary.folder("forms") as forms:
        assert forms.parent == own
    assert not forms.exists()
