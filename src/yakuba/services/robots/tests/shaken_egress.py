"""An egress to which things happen: `python -m …tests.shaken_egress FOLDER`, for the fault world.

SHAKEN_EGRESS is the share of committing requests during which the process dies (SIGKILL) or stops (SIGSTOP), at a
chosen point: before anything has left, behind the head, in the middle of the body, or with all of it sent.
SHAKEN_LOG names the file that tells it; SHAKEN_SEED and its length say what happens.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

from yakuba.services.robots.adapters.egress import server

POINTS = ("before", "head", "half", "half", "whole")


def main() -> int:
    share, log = float(os.environ["SHAKEN_EGRESS"]), Path(os.environ["SHAKEN_LOG"])
    with log.open("a") as told:
        told.write("egress started\n")
    chance = random.Random(f"{os.environ['SHAKEN_SEED']}:{log.stat().st_size}")
    send = server.Tunnel._send
    due: dict[server.Tunnel, str] = {}  # at which point the request of that connection is struck

    def strike(point: str) -> None:
        fault = chance.choice((signal.SIGKILL, signal.SIGSTOP))
        with log.open("a") as told:
            told.write(f"egress {fault.name} {point}\n")
        os.kill(os.getpid(), fault)

    async def shaken_send(self: server.Tunnel, data: bytes) -> None:
        point = due.pop(self, "")
        begins = data.startswith(b"POST ")
        if begins and _commits(self._session) and chance.random() < share:
            point = chance.choice(POINTS)
        # Through a tunnel head and body come as one piece; else the body comes as the next one.
        head = data.find(b"\r\n\r\n") + 4 if begins else 0
        if point == "half" and head == len(data):
            due[self], point = point, ""
        sent = {"": len(data), "before": 0, "head": head, "half": (head + len(data)) // 2, "whole": len(data)}
        if data[: sent[point]]:
            await send(self, data[: sent[point]])
        if point:
            strike(point)
        if data[sent[point] :]:
            await send(self, data[sent[point] :])

    server.Tunnel._send = shaken_send  # type: ignore[method-assign]
    return server.main(Path(sys.argv[1]), server.IDLE)


def _commits(session: server.Session) -> bool:
    """Whether what comes next is the first since a row was marked."""
    return bool(session.marks) and session.up == max(session.marks.values())


if __name__ == "__main__":
    sys.exit(main())
