"""What a room adds to the page of one case. The page is the ledger's; it knows no room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CaseLink:
    """A way on. `post`: pressing it changes something, so it is a button of a form."""

    label: str
    url: str
    post: bool = False


@dataclass(frozen=True)
class CaseNote:
    """A state in words: `kind` as in ui/status.html or ui/notice.html, a label, and a sentence."""

    kind: str
    label: str
    text: str = ""


@dataclass(frozen=True)
class CaseField:
    """What stands beside one value: the address of its picture, what is to be said of it, what can be done."""

    picture: str = ""
    note: CaseNote | None = None
    links: tuple[CaseLink, ...] = ()


@dataclass(frozen=True)
class CasePart:
    """One room's part of the page, for one person: only what that person may open.

    steps: what is to be done next with the case; links: what else can be looked at; fields: by field code;
    panels: finished HTML of the room's own templates, shown below the values.
    """

    steps: tuple[CaseLink, ...] = ()
    links: tuple[CaseLink, ...] = ()
    notes: tuple[CaseNote, ...] = ()
    fields: Mapping[str, CaseField] = field(default_factory=dict)
    panels: tuple[str, ...] = ()
