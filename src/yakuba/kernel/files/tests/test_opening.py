"""The rendering process beside its parent."""

import subprocess
import sys
import time
from pathlib import Path

from yakuba.kernel.files.opening import PROGRAM
from yakuba.kernel.files.tests import pdf_files

OURS = {b"OMP_NUM_THREADS", b"OPENBLAS_NUM_THREADS", b"ARROW_DEFAULT_MEMORY_POOL"}


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_rendering_process_dies_with_the_process_that_started_it(tmp_path):
    file = tmp_path / "heavy.pdf"
    file.write_bytes(pdf_files.endless(2, heavy={1}))
    command = [sys.executable, "-m", "yakuba.kernel.files.tests.opening_process", str(file)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"page\n"  # the first is drawn, the second never will be
    (child,) = children(parent.pid)
    assert dict(
        entry.split(b"=", 1) for entry in Path(f"/proc/{child}/environ").read_bytes().split(b"\0") if entry
    ).keys() <= {b"PATH", b"PYTHONPATH", b"LC_CTYPE", *OURS}
    parent.kill()
    parent.wait()
    parent.stdout.close()
    while Path(f"/proc/{child}").exists() and state(child) != "Z":
        time.sleep(0.05)  # the test run's own limit ends this where it never dies


def test_the_rendering_process_of_a_parent_that_ended_before_opens_nothing():
    gone = subprocess.Popen(["true"])
    gone.wait()
    command = [sys.executable, "-m", PROGRAM, str(gone.pid), "9", "inspect", "a.pdf", "9", "999"]
    answer = subprocess.run(command, input=pdf_files.form(""), capture_output=True, check=False)
    assert (answer.returncode, answer.stdout) == (1, b"")


def state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
