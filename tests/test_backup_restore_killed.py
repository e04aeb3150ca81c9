"""A restore that is killed at any moment leaves all or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# A child for each number: it kills itself at that one of its own steps that the interpreter tells of (opening, renaming,
# locking … a file), so every moment is tried and none depends on the speed of the machine.
KILLED = """
import django, json, os, signal, sys
django.setup()
from pathlib import Path
from django.db import connection
from yakuba.config.backup import restoring, taking
from yakuba.config.backup.checking import check
from yakuba.kernel.files import temporary
from yakuba.kernel.refusals import Refused
what, folder, every = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
quiet = lambda *_: None
TOLD = ("open", "os.", "sqlite3.", "fcntl.", "shutil.")
restoring.prepare = lambda: None
restoring.note = taking.note = lambda *_: None
restoring._verified = lambda: []

def step():
    if what == "take":
        taking.take(folder / "backup", quiet)
    else:
        restoring.restore(folder / "whole", None, quiet)

def child(at):
    seen = 0
    def hook(event, _):
        nonlocal seen
        if event.startswith(TOLD):
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    try:
        step()
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)

killed, at = 0, 0
while True:
    at += every
    connection.close()
    pid = os.fork()
    if not pid:
        child(at)
    status = os.waitpid(pid, 0)[1]
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, f"step {at}"
        break
    killed += 1
    if what == "take":
        if (folder / "backup").exists():
            check(folder / "backup", None, quiet)
            (folder / "backup").rename(folder / f"whole-{at}")
    else:
        there, mark = (Path(os.environ["YAKUBA_DATA_DIR"]) / name for name in ("yakuba.sqlite3", "restoring"))
        if there.exists() and not mark.exists():
            from yakuba.kernel.accounts.models import SignedIn
            assert not SignedIn.all_municipalities.exists(), "everybody logs in anew"
            break  # it had come to its end
print(killed)
"""


@pytest.mark.slow
@pytest.mark.timeout(900)  # some hundred processes on a busy machine
@pytest.mark.parametrize("every", [11, pytest.param(3, marks=pytest.mark.full)])
def test_killed_at_any_moment_there_is_never_half(tmp_path, every):
    """Also: what a killed one left stands in nobody's way."""
    from running_house import new_house

    house = new_house(tmp_path, YAKUBA_MASTER_KEY=bytes(range(32)).hex())
    store = (
        "import django\ndjango.setup()\n"
        "from yakuba.kernel.files.storage import store\n"
        "from yakuba.kernel.tenancy import active_municipality\n"
        "from yakuba.kernel.tenancy.models import Municipality\n"
        "with active_municipality(Municipality.objects.get()):\n"
        "    [store('output', 'a', 'text/plain', b'x' * 1000) for _ in range(3)]\n"
        "    from yakuba.kernel.accounts.models import SignedIn, User\n"
        "    from django.utils import timezone\n"
        "    SignedIn.objects.create(user=User.objects.get(), digest='a' * 64, seen_at=timezone.now())\n"
    )
    house.python(store)
    assert killed(house, "take", tmp_path, every) > 5
    assert (
        json.loads(house.yakuba("backup", "--check", str(tmp_path / "backup"), "--json").stdout)["files"] == 3
    )
    (tmp_path / "backup").rename(tmp_path / "whole")

    house.environment["YAKUBA_DATA_DIR"] = str(tmp_path / "new")
    (tmp_path / "new").mkdir()
    (tmp_path / "new/restoring").touch()
    refused = house.yakuba("audit", "verify")
    assert refused.returncode == 1
    assert "途中で止まったのなら" in refused.stderr
    assert killed(house, "restore", tmp_path, every) > 5
    verified = house.yakuba("audit", "verify", "--json")
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)[0]["events"] > 0


def killed(house, what: str, folder: Path, every: int) -> int:
    command = [sys.executable, "-c", KILLED, what, str(folder), str(every)]
    done = subprocess.run(command, env=house.environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)
