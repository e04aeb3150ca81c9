"""Run one step of the installation and say how far it is, from the first second, also into a pipe or a log.

    python scripts/step.py "部品を入れます" [--count 143 --each "^Collecting "] -- command …

On a terminal one line is kept up to date; elsewhere a line comes now and then. What the command says is shown only
when it fails. Needs nothing but Python: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import threading
import time
from collections import deque

LINE_SECONDS = (
    20.0  # to the first line where nothing can be written over; then ever longer, to stay on one screen
)
TAIL = 30  # lines of the command that are shown when it fails


def duration(seconds: float) -> str:
    """45秒, 3分20秒."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"


def until_next(elapsed: float, terminal: bool) -> float:
    """Seconds to the next word about a step that has gone on for so long: an hour of them is on one screen."""
    return 1.0 if terminal else max(LINE_SECONDS, elapsed / 2)


def run(label: str, command: list[str], count: int, each: str) -> int:
    """The command's exit status."""
    started, done, over = time.monotonic(), 0, threading.Event()
    terminal = sys.stdout.isatty()

    def say(text: str, end: str = "\n") -> None:
        sys.stdout.write(f"\r\033[K{text}{end}" if terminal else f"{text}\n")
        sys.stdout.flush()

    def state() -> str:
        counted = f" {min(done, count)}/{count}" if count else ""
        return f"{label}{counted}（{duration(time.monotonic() - started)}）"

    def keep_saying() -> None:
        while not over.wait(until_next(time.monotonic() - started, terminal)):
            say(state(), end="" if terminal else "\n")

    say(f"{label} …", end="" if terminal else "\n")
    teller = threading.Thread(target=keep_saying, daemon=True)
    teller.start()
    tail: deque[str] = deque(maxlen=TAIL)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout is not None
    for line in process.stdout:
        tail.append(line)
        done += bool(each and re.search(each, line))
    code = process.wait()
    over.set()
    teller.join()
    spent = duration(time.monotonic() - started)
    say(f"{label}：{'済み' if code == 0 else '失敗しました'}（{spent}）")
    if code:
        sys.stderr.write("".join(tail))
    return code


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("label")
    parser.add_argument("--count", type=int, default=0, help="how many lines the command says while it works")
    parser.add_argument("--each", default="", help="regular expression of such a line")
    words = sys.argv[1:]
    place = words.index("--") if "--" in words else len(words)
    mine, command = words[:place], words[place + 1 :]
    given = parser.parse_args(mine)
    return run(given.label, command, given.count, given.each)


if __name__ == "__main__":
    sys.exit(main())
