"""What of a row is not taken over as it was: proofs of who somebody is, work under way, what begins by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password

from yakuba.config.moving.frames import End, Head
from yakuba.kernel.accounts.models import User
from yakuba.kernel.jobs.models import FINISHED, State, StopRequest
from yakuba.kernel.jobs.states import new_ticket
from yakuba.kernel.tenancy import every_municipality


@dataclass
class Taken:
    """What came in. shift: by how much all numbers were moved; renamed: person's ID before -> now, where another person
    of this installation has the one before; lacking: files that were lost before the export."""

    head: Head
    end: End
    shift: int = 0
    renamed: dict[str, str] = field(default_factory=dict)


def _reset_person(row: dict[str, Any], taken: Taken) -> None:
    """Who proves to be somebody proves it anew; a person's ID that another has gets the town's code behind it."""
    row["password"] = make_password(None)
    row["is_superuser"] = row["is_staff"] = False
    before = row["username"]
    with every_municipality("a name is one person's in the whole installation"):
        taken_here = User.objects.filter(username=before).exists()
    if taken_here:
        row["username"] = f"{before[:140]}@{taken.head.code}"
        taken.renamed[before] = row["username"]


def _reset_job(row: dict[str, Any], taken: Taken) -> None:
    """Nothing begins by itself: the town may still be at work where it comes from."""
    row |= {
        "ticket": new_ticket(),
        "worker_id": None,
        "handed_over_at": None,
        "stop_request": StopRequest.NONE,
    }
    if row["state"] not in FINISHED:  # the index is built anew, and asks for its job by itself
        row["state"] = State.DONE if row["name"].startswith("search.") else State.PAUSED


def _reset_schedule(row: dict[str, Any], taken: Taken) -> None:
    row["next_at"] = None  # switched off, for the same reason


def _reset_run(row: dict[str, Any], taken: Taken) -> None:
    row["holder"] = ""  # a worker that is not here


def _reset_recording(row: dict[str, Any], taken: Taken) -> None:
    if row["state"] in ("starting", "running"):
        row |= {"state": "broken", "reason": "録画の途中で、自治体を移しました。"}


def _rename_in_transfers(row: dict[str, Any], taken: Taken) -> None:
    """They name people by their IDs. People come in before them."""
    for one in row["moves"]:
        for name in ("username", "successor"):
            one[name] = taken.renamed.get(one.get(name), one.get(name))


RESETS = {
    "accounts.User": _reset_person,
    "jobs.Job": _reset_job,
    "schedules.Schedule": _reset_schedule,
    "transfers.Transfers": _rename_in_transfers,
    "robots.Run": _reset_run,
    "robots.Recording": _reset_recording,
}
