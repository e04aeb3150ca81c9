"""Contexts: terms ↔ IRIs, from what is kept here alone. Nothing is ever fetched.

Of JSON-LD 1.1 this takes what decides the names of types and attributes: terms, prefixes, `@vocab`, arrays, and addresses of
contexts that are kept. Coercions (`@type`, `@container`) and contexts within terms change no name and are passed over.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Protocol

from yakuba.services.cityhub.engine.ld.core import (
    BY_IRI,
    CORE_URL,
    DEFAULT_VOCABULARY,
    GEOJSON,
    NGSI_LD,
    TERMS,
    is_core,
)
from yakuba.services.cityhub.engine.ld.problems import bad_data, no_context

MOST_PARTS = 100  # contexts that one names, directly or through others
MOST_TERMS = 100_000  # of all of them together
DEEPEST = 10  # a context that names one that names one …
LONGEST_TERM, LONGEST_IRI = 500, 2_000
MOST_READY = 64
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PREFIX_ENDS = tuple(":/?#[]@")
_PASSED_OVER = frozenset(("@version", "@base", "@language", "@protected", "@propagate", "@direction"))


class Kept(Protocol):
    """Where contexts are kept."""

    def context(self, url: str) -> tuple[int, Any] | None:
        """Number (another one for another content) and content of the context of that address, or None."""


@dataclass(frozen=True)
class Context:
    """Terms and their IRIs. source: how an answer names it: an address, or the context itself."""

    source: Any
    terms: dict[str, str] = field(default_factory=dict)
    vocabulary: str = DEFAULT_VOCABULARY
    by_iri: dict[str, str] = field(default_factory=dict)
    prefixes: tuple[tuple[str, str], ...] = ()  # IRI, prefix; the longest IRI first

    def expand(self, name: str) -> str:
        """The IRI of a term."""
        found = TERMS.get(name) or self.terms.get(name)
        if found is not None:
            return found
        prefix, colon, rest = name.partition(":")
        if colon:
            if not rest.startswith("//"):
                start = TERMS.get(prefix) or self.terms.get(prefix)
                if start is not None and not start.startswith("@"):
                    return start + rest
            return name
        return self.vocabulary + name

    def compact(self, iri: str) -> str:
        """The shortest name that means the IRI in this context."""
        found = BY_IRI.get(iri) or self.by_iri.get(iri)
        if found is not None:
            return found
        if iri.startswith(self.vocabulary):
            rest = iri[len(self.vocabulary) :]
            if rest and ":" not in rest and self.expand(rest) == iri:
                return rest
        for start, prefix in self.prefixes:
            if iri.startswith(start) and len(iri) > len(start):
                short = f"{prefix}:{iri[len(start) :]}"
                if not iri[len(start) :].startswith("//") and self.expand(short) == iri:
                    return short
        return iri


CORE = Context(CORE_URL)
_ready: OrderedDict[Any, Context] = OrderedDict()
_ready_lock = threading.Lock()


def read(source: Any, kept: Kept) -> Context:
    """The context of an address, an object, or an array of them. Raises NgsiError 400 where it is none, 503 LdContextNotAvailable
    where an address is not kept here."""
    parts: list[tuple[Any, dict[str, Any]]] = []
    _gather(source, kept, parts, 0)
    keys = tuple(key for key, _ in parts)
    whole = (str(source), keys) if all(key is not None for key in keys) else None
    if whole is None:
        return _made(source, [body for _, body in parts])
    with _ready_lock:
        known = _ready.get(whole)
    if known is not None:
        return known
    made = _made(source, [body for _, body in parts])
    with _ready_lock:
        _ready[whole] = made
        while len(_ready) > MOST_READY:
            _ready.popitem(last=False)
    return made


def _gather(source: Any, kept: Kept, parts: list[tuple[Any, dict[str, Any]]], depth: int) -> None:
    if depth > DEEPEST:
        raise bad_data(
            f"@context が @context を指す段が深すぎます（{DEEPEST}段まで）。自分を指していないか確かめてください。"
        )
    if isinstance(source, str):
        if is_core(source):
            return
        found = kept.context(source)
        if found is None:
            raise no_context(source)
        number, body = found
        if isinstance(body, dict):
            _add(number, body, parts)
        else:
            _gather(body, kept, parts, depth + 1)
    elif isinstance(source, list):
        if len(source) > MOST_PARTS:
            raise bad_data(f"@context が多すぎます。{MOST_PARTS}までにしてください。")
        for one in source:
            _gather(one, kept, parts, depth + 1)
    elif isinstance(source, dict):
        _add(None, source, parts)
    else:
        raise bad_data("@context は、アドレスの文字列、オブジェクト、その配列のどれかにしてください。")


def _add(key: Any, body: dict[str, Any], parts: list[tuple[Any, dict[str, Any]]]) -> None:
    parts.append((key, body))
    if len(parts) > MOST_PARTS or sum(len(one) for _, one in parts) > MOST_TERMS:
        raise bad_data(f"@context が大きすぎます。全部で{MOST_PARTS}個、{MOST_TERMS:,}語までにしてください。")


def _made(source: Any, bodies: list[dict[str, Any]]) -> Context:
    terms: dict[str, str] = {}
    for body in bodies:
        given = _terms(body)
        raw = {name: iri for name, iri in given.items() if name not in TERMS}
        vocabulary = body.get("@vocab")
        for name in raw:
            terms[name] = _iri(name, raw, terms, vocabulary if isinstance(vocabulary, str) else "", ())
    for name, iri in terms.items():
        _require_free(name, iri)
    by_iri: dict[str, str] = {}
    for name in sorted(terms, key=lambda one: (len(one), one)):
        by_iri.setdefault(terms[name], name)
    prefixes = sorted(
        ((iri, name) for name, iri in terms.items() if iri.endswith(_PREFIX_ENDS)),
        key=lambda one: (-len(one[0]), one[1]),
    )
    return Context(source, terms, DEFAULT_VOCABULARY, by_iri, tuple(prefixes))


def _terms(body: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, given in body.items():
        if name.startswith("@"):
            if name == "@vocab" or name in _PASSED_OVER:
                continue
            raise bad_data(f"@context の {name} は使えません。")
        if isinstance(given, dict):
            if "@reverse" in given:
                raise bad_data(f"@context の語 {name} の @reverse は使えません。")
            given = given.get("@id", name)
        if given is None:
            continue
        if (
            not isinstance(given, str)
            or not given
            or not name
            or len(name) > LONGEST_TERM
            or len(given) > LONGEST_IRI
        ):
            raise bad_data(
                f"@context の語 {name[:50]} は、IRIの文字列か @id を持つオブジェクトにしてください。"
            )
        found[name] = given
    return found


def _iri(
    name: str, raw: dict[str, str], known: dict[str, str], vocabulary: str, seen: tuple[str, ...]
) -> str:
    """The IRI of a term whose definition may itself be a term or begin with a prefix."""
    if name in seen or len(seen) > DEEPEST:
        raise bad_data(f"@context の語 {name} が、ほかの語を通って自分を指しています。")
    given = raw[name]
    if given.startswith("@"):
        return given
    seen = (*seen, name)
    if given != name and given in raw:
        return _iri(given, raw, known, vocabulary, seen)
    prefix, colon, rest = given.partition(":")
    if colon and not rest.startswith("//"):
        if prefix in raw and prefix != name:
            return _short(_iri(prefix, raw, known, vocabulary, seen) + rest)
        start = TERMS.get(prefix) or known.get(prefix)
        return _short(start + rest if start is not None else given)
    if colon:
        return given
    return _short(TERMS.get(given) or known.get(given) or (vocabulary or DEFAULT_VOCABULARY) + given)


def _short(iri: str) -> str:
    if len(iri) > LONGEST_IRI:
        raise bad_data(f"@context の語のIRIが長すぎます。{LONGEST_IRI:,}文字までにしてください。")
    return iri


def _require_free(name: str, iri: str) -> None:
    """Raises NgsiError 400 for a term that stands for one of the core context's own."""
    if iri.startswith("@"):
        raise bad_data(
            f"@context の語 {name} が {iri} を指しています。NGSI-LD の id・type などは別の語で書けません。"
        )
    if iri in BY_IRI and iri not in (NGSI_LD, GEOJSON):
        raise bad_data(
            f"@context の語 {name} が NGSI-LD の語 {BY_IRI[iri]}（{iri}）を指しています。別のIRIにするか、{BY_IRI[iri]} と書いてください。"
        )


def is_absolute(text: str) -> bool:
    """Whether it begins as an IRI does."""
    return _SCHEME.match(text) is not None
