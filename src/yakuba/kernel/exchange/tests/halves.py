"""One half of a town in this process, and the other as its keys alone."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from yakuba.kernel.exchange import dealing, keys, message, queue, sealing
from yakuba.kernel.exchange.message import PARCEL, Part
from yakuba.kernel.outbound import part


@dataclass
class Other:
    """The other half, as far as keys go. number: of its last parcel; serial: of its last message."""

    sign: bytes
    seal: bytes
    side: str
    town: str = "990019"
    number: int = 0
    serial: int = 0
    parts: list[Part] = field(default_factory=list)

    def facts(self) -> dict[str, str]:
        """Its public half."""
        return {
            "town": self.town,
            "part": self.side,
            "sign": sealing.text_of(sealing.signing_public_of(self.sign)),
            "seal": sealing.text_of(sealing.public_of(self.seal)),
        }

    def parcel(self, kind: str, content: bytes, key: str = "", to: bytes | None = None) -> str:
        """Hand something in; goes with the next message. to: another key than this half's."""
        key = key or queue.new_key()
        public = to or sealing.bytes_of(keys.newest().seal)
        sealed = sealing.seal(content, public, queue.info_of(kind, key))
        self.number += 1
        facts = {"key": key, "number": self.number, "about": kind}
        self.parts.append(Part(PARCEL, [sealed], len(sealed), hashlib.sha256(sealed).hexdigest(), facts))
        return key

    def message(self, **more: Any) -> bytes:
        """Its next message, with all that was handed in."""
        self.serial += 1
        own = self.facts()
        head = {
            "town": self.town, "from": self.side, "serial": self.serial, "seen": 0, "knows": "", "nonce": "", "answers": "",
            "keys": {"sign": own["sign"], "seal": own["seal"]}, "made_at": datetime.now(UTC).isoformat(), "first": 1,
            "before": "", "told": [0, ""], "gone": 0, "more": False, "revision": 0, "bundle": "", "reports": {},
            "position": 0, "position_key": "", "safe": 0,
        } | more  # fmt: skip
        return b"".join(message.written(head, self.parts, {"x": self.sign}))

    def told(self, **more: Any) -> dealing.Taken:
        """This half takes it."""
        return taken(self.message(**more))


def taken(content: bytes) -> dealing.Taken:
    """This half takes a message."""
    return dealing.taken(dealing.opened(io.BytesIO(content)))


def other(town: str = "990019") -> Other:
    """The other half, whose keys this one has made sure of."""
    keys.make()
    sign, seal = sealing.new_keys()
    made = Other(sign, seal, keys.OTHER[part.part()], town)
    keys.accept(json.dumps(made.facts()).encode(), sealing.fingerprint(made.facts()))
    return made
