"""Who may ask for a procedure: roles, what proves identity and authority at which door, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

KEPT = "種類と確かめた日"  # all that may be kept of a document: no number, no copy


class Door(StrEnum):
    """Where somebody asks; the value is the word of the file."""

    WEB = "ウェブ"
    COUNTER = "窓口"
    POST = "郵送"
    TABLET = "タブレット"


class Part(StrEnum):
    """As what somebody asks; the value is the word of the file. A spouse as such is none of these but 同一世帯の人."""

    SELF = "本人"
    HOUSEHOLD = "同一世帯の人"
    LEGAL = "法定代理人"
    AGENT = "任意代理人"
    MESSENGER = "使者"
    OFFICER = "法人の担当者"

    @property
    def is_other(self) -> bool:
        """Whether somebody else than the person whom it is about stands there."""
        return self is not Part.SELF


class Asked(StrEnum):
    """What is asked of who acts for somebody else."""

    NAME = "氏名"
    ADDRESS = "住所"
    PHONE = "電話"
    RELATION = "続柄"


class To(StrEnum):
    """To whom letters go."""

    PRINCIPAL = "本人"
    AGENT = "申請した人"


@dataclass(frozen=True)
class Document:
    """Something that proves identity. shows: what has to stand on it; expires: whether it must be valid; by_post: whether a
    copy of it does by post."""

    name: str
    shows: tuple[str, ...] = ()
    expires: bool = True
    by_post: bool = True


@dataclass(frozen=True)
class Authority:
    """Something that proves for whom somebody may act. points: each of which has to be found on it; months: how old its day
    may be, 0 where it does not matter."""

    name: str
    points: tuple[str, ...] = ()
    months: int = 0


@dataclass(frozen=True)
class Role:
    """As what somebody may ask. identity: doors at which identity is proved; authority: one of these documents; asked: of who
    acts."""

    part: Part
    doors: tuple[Door, ...]
    identity: tuple[Door, ...] = ()
    authority: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    to: To = To.PRINCIPAL
    note: str = ""


@dataclass(frozen=True)
class Rules:
    """A procedure's. single: one of these is enough; double: two of these; number: one of these where 個人番号 is handled (the
    back of a card is looked at and never copied); register: whether it is a 戸籍届, of which the person is told by letter where
    nobody proved to be that person."""

    procedure: str
    title: str
    roles: tuple[Role, ...]
    single: tuple[Document, ...]
    double: tuple[Document, ...]
    authorities: tuple[Authority, ...]
    number: tuple[str, ...]
    register: bool
    basis: str
    source: str
    checked_on: date | None

    def role(self, part: str) -> Role | None:
        """The role of that word, where the procedure has it."""
        return next((one for one in self.roles if one.part.value == part), None)

    def at(self, door: Door) -> tuple[Role, ...]:
        """Roles that may ask there."""
        return tuple(one for one in self.roles if door in one.doors)

    def authority(self, name: str) -> Authority | None:
        """The document of that name."""
        return next((one for one in self.authorities if one.name == name), None)
