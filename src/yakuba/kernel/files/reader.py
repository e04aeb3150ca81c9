"""The separate process in which a function of the house reads a hostile file:
`python -m yakuba.kernel.files.reader PARENT SECONDS MODULE:FUNCTION DESCRIPTOR FOLDER`. `apart` is the other side.

The function's module is imported before the walls of `confinement` go up, the file is read behind them. The file is
standard input, what the function is asked lies behind DESCRIPTOR as JSON, FOLDER is where it may write (empty for nowhere).
The frames are those of `rendering`: {"ready"}, what the function yields, {"end"}; or {"refused"} with the house's refusal,
or {"stumbled"} with the kind of error and where it was raised, and no word of the file; "full" where the disk had no room,
"grew" where it wrote or held more than it may.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from typing import Any

from yakuba.kernel.cli.bound import bind
from yakuba.kernel.files.apart import FULL, GREW, where
from yakuba.kernel.files.confinement import confine, limit
from yakuba.kernel.refusals import MOST_TOLD, Refused

LARGEST_SCRATCH = 2_000_000_000  # bytes of one file that the function makes for itself


def _tell(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head | {"size": len(body)}).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def _refused(refusal: Refused) -> dict[str, Any]:
    problems = [[one.line, one.place, one.reason] for one in refusal.problems[: 4 * MOST_TOLD]]
    told = {"sentence": refusal.sentence, "place": refusal.place, "remedy": refusal.remedy}
    return told | {"refused": type(refusal).__name__, "problems": problems}


def _stumbled(error: BaseException) -> dict[str, Any]:
    number = error.errno if isinstance(error, OSError) else 0
    return {"stumbled": where(error), "full": number in FULL, "grew": number in GREW}


def main(arguments: list[str]) -> None:
    """Read, and tell what was read."""
    bind(int(arguments[0]))
    seconds, called, asked, folder = int(arguments[1]), *arguments[2:5]
    module, _, name = called.partition(":")
    function = getattr(importlib.import_module(module), name)
    with os.fdopen(int(asked), "rb") as given:
        named = json.load(given)
    tempfile.tempdir = folder or None
    limit(seconds, written=LARGEST_SCRATCH if folder else 0)
    confine(folder)
    _tell({"ready": True})
    try:
        for head, body in function(sys.stdin.buffer, **named):
            _tell(head, body)
    except Refused as refusal:
        _tell(_refused(refusal))
    except MemoryError:
        return  # as who dies of it: the other side hears no end
    except Exception as error:  # whatever a library stumbles over in a broken file
        _tell(_stumbled(error))
    _tell({"end": True})


if __name__ == "__main__":
    main(sys.argv[1:])
