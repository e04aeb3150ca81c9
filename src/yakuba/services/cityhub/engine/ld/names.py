"""Names in the one store and in NGSI-LD.

A name of the store (type, attribute, metadata) is a name of NGSIv2. What is in the core context or in the default vocabulary is
called alike in both; every other IRI is stored whole. Characters that NGSIv2 does not take in names are written %XX (UTF-8), so
that each stored name means one IRI, and each IRI has one name.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from yakuba.services.cityhub.engine.identifiers import LONGEST
from yakuba.services.cityhub.engine.ld.contexts import Context
from yakuba.services.cityhub.engine.ld.core import BY_IRI, DEFAULT_VOCABULARY, MEMBERS, TERMS
from yakuba.services.cityhub.engine.ld.problems import bad_data

_SAFE = "!$*+,-./:@[\\]^_`{|}~"
_SAFE_IN_NAMES = _SAFE.replace("/", "")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]+\Z")
URN = "urn:ngsi-ld:"
MOST_SPLITS = 8


class NotCarried(Exception):
    """What NGSIv2 stored and NGSI-LD has no words for. The text says why."""


def is_uri(text: object) -> bool:
    """Whether it is an absolute URI."""
    return isinstance(text, str) and _URI.match(text) is not None


def _written(text: str) -> str:
    return quote(text, safe=_SAFE_IN_NAMES)


def _read(stored: str) -> str | None:
    """The text of a stored name, or None where it is not written as we write it."""
    if "%" not in stored:
        return stored
    try:
        text = unquote(stored, errors="strict")
    except UnicodeDecodeError:
        return None
    return text if _written(text) == stored else None


def _fitting(text: str, what: str) -> str:
    name = _written(text)
    if len(name) > LONGEST:
        raise bad_data(f"{what} {text[:80]} が長すぎます。%XX と書いた形で{LONGEST}文字までにしてください。")
    return name


def stored_name(name: str, context: Context, what: str = "属性") -> str:
    """How the store calls a type or an attribute of a request. Raises NgsiError 400."""
    if not isinstance(name, str) or not name or name.startswith("@") or re.search(r"[\x00-\x20\x7f]", name):
        raise bad_data(f"{what} の名前が空か、使えない文字（空白など）があります。")
    iri = context.expand(name)
    short = BY_IRI.get(iri)
    if short is None and iri.startswith(DEFAULT_VOCABULARY):
        rest = iri[len(DEFAULT_VOCABULARY) :]
        short = rest if rest and ":" not in rest and rest not in TERMS else None
    return _fitting(short or iri, what)


def iri_of(stored: str) -> str:
    """The IRI of a stored name. Raises NotCarried."""
    text = _read(stored)
    if text is None or text in MEMBERS or text.startswith("@"):
        raise NotCarried(f"名前 {stored} は NGSI-LD では書けません。NGSIv2 で別の名前にしてください。")
    if text in TERMS:
        return TERMS[text]
    prefix, colon, rest = text.partition(":")
    if colon and prefix in TERMS and not rest.startswith("//"):
        raise NotCarried(
            f"名前 {stored} は、NGSI-LD では {TERMS[prefix]}{rest} のことになります。別の名前にしてください。"
        )
    return text if colon else DEFAULT_VOCABULARY + text


def shown_name(stored: str, context: Context) -> str:
    """The name of a stored type or attribute in a context. Raises NotCarried."""
    return context.compact(iri_of(stored))


def stored_id(entity_id: object) -> str:
    """How the store calls an entity. Raises NgsiError 400 for what is no URI."""
    if not is_uri(entity_id):
        raise bad_data(
            f"id {str(entity_id)[:80]} はURIではありません。urn:ngsi-ld:型:番号 のように書いてください。"
        )
    return _fitting(str(entity_id), "id")


def shown_id(entity_id: str, entity_type: str) -> str:
    """The URI of a stored entity: its own id where that is one, else a URN of type and id. Raises NotCarried."""
    text = _read(entity_id)
    if text is None:
        raise NotCarried(f"id {entity_id} は NGSI-LD では書けません（% の書き方が違います）。")
    return text if is_uri(text) else f"{URN}{entity_type}:{entity_id}"


def meant_by(entity_id: str) -> list[tuple[str, str]]:
    """Stored id and type (empty for any) that a URI may mean, the likeliest first. Raises NgsiError 400."""
    found = [(stored_id(entity_id), "")]
    if entity_id.startswith(URN):
        parts = entity_id[len(URN) :].split(":")
        for place in range(len(parts) - 1, max(0, len(parts) - 1 - MOST_SPLITS), -1):
            own_id, own_type = ":".join(parts[place:]), ":".join(parts[:place])
            if own_id and own_type and not is_uri(_read(own_id) or ""):
                found.append((own_id, own_type))
    return found
