"""What a part or room says of texts that a town writes itself: words, letters, definitions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SlottedText:
    """A text of a room that may hold places in which towns differ (`kernel.localwords`). title, url: what staff call it and
    where it stands; parts: what is written, also what residents read now where that is another version; own: the places
    that the room fills by itself."""

    title: str
    url: str
    parts: tuple[str, ...]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LetterField:
    """A merge field of a letter. name: as a town writes it in its Word file; sample: what the preview shows. samples: of a
    field that a letter has several times, one for each row; the row of a table in which it stands is repeated."""

    name: str
    help: str
    sample: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter whose look a town may decide by a Word file (`kernel.letters`). required: fields that the file must
    have; start: dotted path of `() -> list[letters.word.starting.Block]`, what a town's first Word file is made of;
    sent_for: dotted path of `(procedure code) -> bool`, whether they are sent for its cases and so join its bundle."""

    code: str
    label: str
    fields: tuple[LetterField, ...]
    required: tuple[str, ...]
    start: str
    sent_for: str = ""


@dataclass(frozen=True)
class DefinitionKind:
    """A kind of definition file that a room contributes to a bundle (`kernel.bundles`); `code` names its folder there.

    Dotted paths: `collect` is `(procedure code) -> list[Definition]` of what is in force, `publish` `(definition, actor)`,
    `check` the same without putting it into force (empty: publishing is taken back instead), `withdraw` `(code, actor)`
    (empty: nothing takes one out of force but a newer version). Refusals are DefinitionError or DefinitionRefused.
    """

    code: str
    label: str
    collect: str
    publish: str
    check: str = ""
    withdraw: str = ""
