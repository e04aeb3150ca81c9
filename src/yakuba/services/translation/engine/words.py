"""Words that are typed into phrases: papers, relations, places. Drafts as the phrases are; a town's own words come before them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from yakuba.services.translation.contracts import SlotKind

_FILE = Path(__file__).parent / "words.yaml"
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Kind -> word in Japanese -> language -> word."""
    text = _FILE.read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.load(text, Loader=_LOADER)  # noqa: S506  # all is text
    return found


def known(kind: SlotKind) -> list[str]:
    """The words of a kind, in Japanese, to choose from."""
    return list(_words().get(kind.value, {}))


def word(japanese: str, language: str) -> str:
    """A word in a language; empty where it is not known."""
    for words in _words().values():
        if japanese in words:
            return words[japanese].get(language, "")
    return ""
