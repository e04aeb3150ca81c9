"""The `yakuba` command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_an_interrupt_while_it_starts_is_one_line_and_130(tmp_path: Path) -> None:
    settings = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it\n"
        "signal.raise_signal(signal.SIGINT)\n"
    )
    (tmp_path / "interrupted.py").write_text(settings, encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "interrupted", "PYTHONPATH": paths}
    command = [sys.executable, "-m", "yakuba", "--help"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 130
    assert done.stderr == "中止しました。\n"
    assert done.stdout == ""
