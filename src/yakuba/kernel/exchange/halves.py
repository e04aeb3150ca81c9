"""The public half of an installation's keys as a file, and how the other side accepts it: by its fingerprint, which two people
compare. For whoever exchanges sealed files: the two halves of a service, and the robots with their stations."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

from yakuba.kernel.exchange import sealing
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy import current_municipality

FORMAT = 1


def written(facts: Mapping[str, str]) -> bytes:
    """The file. facts: town, name, part, and the public keys sign and seal in base64."""
    told = {"format": FORMAT, **facts, "fingerprint": sealing.fingerprint(facts)}
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def read(content: bytes, otherwise: str) -> dict[str, str]:
    """The facts of such a file. Raises Invalid with the sentence `otherwise`."""
    try:
        facts = {str(name): str(value) for name, value in json.loads(content).items()}
        for name in ("sign", "seal"):
            if len(sealing.bytes_of(facts[name])) != sealing.KEY_BYTES:
                raise ValueError(name)
        sealing.fingerprint(facts)
    except (ValueError, KeyError, AttributeError, RecursionError) as error:
        raise Invalid(otherwise) from error
    return facts


def require_town(facts: Mapping[str, str]) -> None:
    """Raise Invalid for a key of another town."""
    town = current_municipality()
    if facts["town"] != town.code:
        raise Invalid(f"この鍵は別の自治体（{facts['town']}）のものです。{town.name}の鍵を入れてください。")


def require_told(facts: Mapping[str, str], told: str) -> None:
    """Raise Invalid unless `told`, in whatever width and grouping, is the fingerprint of the keys."""
    if _digits(told) != _digits(sealing.fingerprint(facts)):
        raise Invalid(
            "指紋が、相手の読み上げたものと違います。鍵のファイルがすり替わったか、聞き違いです。もう一度、電話で確かめてください。"
        )


def _digits(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKC", text) if one.isdecimal())
