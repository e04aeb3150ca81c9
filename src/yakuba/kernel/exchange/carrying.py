"""The same messages on a medium, where no line joins the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import arriving, dealing, keys, message, queue
from yakuba.kernel.exchange.dealing import Taken
from yakuba.kernel.exchange.models import Counterpart
from yakuba.kernel.outbound import part
from yakuba.kernel.tenancy import current_municipality

SUFFIX = ".yakuba-exchange"


def name() -> str:
    """What the file is called: town, where it comes from, and its number."""
    row = keys.counterpart()
    return f"{current_municipality().code}-{part.part()}-{row.serial + 1:06d}{SUFFIX}"


def out(*, actor: Actor = None) -> Iterator[bytes]:
    """A file with everything that the other side does not have, as far as is known here. Raises NotSetUp."""
    keys.require_half()
    gather()
    record("exchange.carried_out", actor=actor)
    return dealing.composed(dealing.MEDIUM)


def take_in(file: IO[bytes], *, actor: Actor = None) -> Taken:
    """Take a file of the other side. Raises Invalid, Broken and what a room refuses, each with a sentence."""
    keys.require_half()
    found = dealing.opened(file)
    try:
        done = dealing.taken(found)
    except message.Broken:
        if part.is_inside():
            arriving.take_up()
        raise
    record("exchange.carried_in", actor=actor, parcels=done.parcels, stale=done.stale)
    if part.is_inside():
        arriving.take_up()
    return done


def gather() -> None:
    """Outside: let the rooms post what has come together."""
    if part.is_outside() and Counterpart.objects.exists():
        queue.gather()
