"""Places in an answer where towns differ: `{電話}`. An answer with a place that nothing fills is not told, nor one in which
a brace is left over: a place that was not closed, or a note to its writer that is too long for a name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yakuba.services.answers.contracts import SectionFacts

SLOT = re.compile(r"[{｛]([^{}｛｝\n]{1,40})[}｝]")
LEFT_OVER = re.compile(r"[{}｛｝][^{}｛｝\n]{0,12}")
OF_SECTION = ("窓口", "電話", "受付時間", "場所")  # filled by the section in charge
OF_TOWN = "自治体"  # filled by the town's name


def names(text: str) -> list[str]:
    """The slots of a text, each once."""
    return list(dict.fromkeys(found.strip() for found in SLOT.findall(text)))


def values(town: str, section: SectionFacts | None, own: Mapping[str, str]) -> dict[str, str]:
    """What fills the slots of an answer. own: what the town has set, by name; what is empty, or holds a place itself, fills
    nothing."""
    of_section = (
        dict(zip(OF_SECTION, (section.name, section.telephone, section.hours, section.place), strict=True))
        if section
        else {}
    )
    return {name: value for name, value in {**own, OF_TOWN: town, **of_section}.items() if fills(value)}


def fills(text: str) -> bool:
    """Whether the text can stand in a slot."""
    return bool(text) and LEFT_OVER.search(text) is None


def missing(text: str, filling: Mapping[str, str]) -> list[str]:
    """The slots that nothing fills, and the beginnings of what is left over."""
    unnamed = [found[1:].strip() or found for found in LEFT_OVER.findall(SLOT.sub("", text))]
    return [*(name for name in names(text) if name not in filling), *dict.fromkeys(unnamed)]


def filled(text: str, filling: Mapping[str, str]) -> str:
    """The text as it is told. Raises KeyError for a slot that nothing fills."""
    return SLOT.sub(lambda found: filling[found[1].strip()], text)
