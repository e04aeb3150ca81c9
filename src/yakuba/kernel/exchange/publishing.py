"""What residents may read: gathered inside, shown outside as it is there. One document, which takes the earlier one's place."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from typing import Any

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange.message import BUNDLE, Part, part_of
from yakuba.kernel.exchange.models import Counterpart
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry import manifests, resolve
from yakuba.kernel.tenancy import current_municipality

LARGEST = 200_000_000  # bytes of the document, unpacked


def collected() -> bytes:
    """The document."""
    found = {"name": current_municipality().name} | {
        manifest.name: resolve(manifest.exchange.published)()
        for manifest in manifests()
        if manifest.exchange and manifest.exchange.published
    }
    return json.dumps(found, ensure_ascii=False, sort_keys=True, default=str).encode()


def part_for(row: Counterpart) -> Part | None:
    """It, where the outside has another one; None where it has the same."""
    content = collected()
    total = hashlib.sha256(content).hexdigest()
    return None if total == row.bundle else part_of(BUNDLE, gzip.compress(content, 6, mtime=0), sum=total)


def take(row: Counterpart, facts: dict[str, Any], packed: bytes) -> None:
    """Outside: show it. Changes `row`, which the caller has locked and saves. Raises Invalid, and what a room refuses."""
    content = _unpacked(packed)
    if hashlib.sha256(content).hexdigest() != facts.get("sum"):
        raise Invalid("公開するものの中身が、添えられた和と合いません。もう一度書き出してください。")
    document = json.loads(content)
    town = current_municipality()
    if document["name"] != town.name:
        town.name = document["name"]
        town.save(update_fields=["name"])
    takers = {
        one.name: one.exchange.take_published
        for one in manifests()
        if one.exchange and one.exchange.take_published
    }
    for name, taker in takers.items():
        if name in document:
            resolve(taker)(document[name])
    total = str(facts["sum"])
    # What is for a room that this release does not have comes again until a later one has it: nothing else would bring it.
    row.bundle = "" if document.keys() - takers.keys() - {"name"} else total
    record("exchange.published", sum=total[:16])


def _unpacked(packed: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Invalid("公開するものが大きすぎます。")
    return content
