"""A process that opens a file that takes for ever, and waits to be killed: `… opening_process FILE`."""

import sys
from pathlib import Path

from yakuba.kernel.files.opening import Opening

if __name__ == "__main__":
    with Path(sys.argv[1]).open("rb") as file:
        for _ in Opening(file, 600).frames("render", "0", "2", "600"):
            sys.stdout.write("page\n")
            sys.stdout.flush()
