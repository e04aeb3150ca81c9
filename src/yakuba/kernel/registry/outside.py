"""What a part or room says of what lies outside of this installation: whom it calls, and what it hands to its other half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yakuba.kernel.outbound.classes import DataClass


@dataclass(frozen=True)
class Contact:
    """Whom a part calls by what the active town has set. label: what it is for.  url: of the server.  holds: the class of
    what it sends there."""

    label: str
    url: str
    holds: DataClass


@dataclass(frozen=True)
class Delivery:
    """A kind of thing that residents hand in outside and a part or room takes up inside. take: dotted path of
    `(key, content) -> None`, which settles it (`exchange.arriving.settling`) and may refuse: then it waits for a person; empty
    for what another one takes along. partly: it is `(key, content, without)`, and can leave out what cannot be opened.
    along: `(content) -> list[mark]` of what goes with it. shown: `(content) -> list[(label, text)]`, for the person whom it
    waits for; put_aside: `(key, content, sentence)`, before it is settled in another way, the sentence being for the
    applicant and the content None where it cannot be opened; aside: what becomes of the sentence, for who writes it."""

    kind: str
    label: str
    take: str = ""
    partly: bool = False
    along: str = ""
    shown: str = ""
    put_aside: str = ""
    aside: str = ""


@dataclass(frozen=True)
class Exchange:
    """What a part or room hands between the two installations of a town (`kernel.exchange`). Dotted paths, all of the active
    town; the inside calls the first of each pair, the outside the second:

    published, take_published: `() -> dict`, what residents may read, and `(dict)`, which makes it so.
    standings, take_standing: `() -> Iterator[(key of the parcel, public key of the applicant, plain, facts)]`, and
    `(key, plain, sealed)`: the facts sealed to that key, or empty for one that is gone, and by what they are found.
    The outside calls first, the inside second: gather: `()`, posts what has come together; report, take_report: `() -> dict`
    of counts, and `(dict)`.
    """

    published: str = ""
    take_published: str = ""
    standings: str = ""
    take_standing: str = ""
    gather: str = ""
    report: str = ""
    take_report: str = ""
    deliveries: tuple[Delivery, ...] = ()
