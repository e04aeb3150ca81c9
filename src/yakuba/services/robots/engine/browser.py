"""The port to a browser: pages as people see them, filling by label, pressing once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.scenario import Element, EntryKind


class Verdict(StrEnum):
    """What became of one element."""

    OK = "ok"
    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    DISABLED = "disabled"
    COVERED = "covered"  # another element lies over the button
    TOO_LONG = "too_long"  # longer than the field takes; nothing was typed
    NO_OPTION = "no_option"
    NOT_LANDED = "not_landed"  # the field holds something else than was typed
    INVALID = "invalid"  # the page's own rules for its fields do not let the form go


@dataclass(frozen=True)
class Entry:
    """One field to fill. texts: one text, or the options to tick. secret: keep the value out of everything."""

    element: Element
    kind: EntryKind
    texts: tuple[str, ...] = field(repr=False)
    secret: bool = False
    line: int = 0


@dataclass(frozen=True)
class Finding:
    """seen: what stands in the field now (empty for secrets).  similar: labels that resemble the one asked."""

    verdict: Verdict
    seen: str = ""
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Page:
    """What a person sees. status: HTTP status of the last page load.  text: visible text, spaces collapsed.

    items: pairs of a label and the text beside it.  alerts: messages the page marks as such.
    field_errors: pairs of a field's label and the message that the page ties to it.
    dialogs: questions and notices that popped up since the last page was handed out.
    """

    url: str
    status: int
    title: str = ""
    headings: tuple[str, ...] = ()
    text: str = field(default="", repr=False)
    alerts: tuple[str, ...] = ()
    field_errors: tuple[tuple[str, str], ...] = ()
    items: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tables: tuple[Table, ...] = field(default=(), repr=False)
    dialogs: tuple[str, ...] = ()


ANY_FORM = frozenset({"*"})


@dataclass(frozen=True)
class Hidden:
    """What no picture shows. secrets: texts, covered wherever they stand.  masked: numbers, of which some digits in a
    row are enough, however they are written or parted.  labels: names of fields, items and columns beside which
    everything is covered."""

    secrets: tuple[str, ...] = field(default=(), repr=False)
    masked: tuple[str, ...] = field(default=(), repr=False)
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pressed:
    """button: OK when it was pressed, and then `page` is where that led.

    entries: findings for the fields that were to be verified before; nothing is pressed unless all are OK.
    sent: the forms that were sent with anything but GET, by what does not change from row to row: method, path,
    the button, and fields that say what is to be done; after the commit step, all that may have stored.
    stopped: such a form that was not let go.
    """

    button: Finding
    entries: tuple[Finding, ...] = ()
    page: Page | None = None
    sent: tuple[str, ...] = ()
    stopped: str = ""


@dataclass(frozen=True)
class Received:
    """A file that a press brought. problem: why there is none, in Japanese without a full stop.  button, sent, stopped: see
    `Pressed`."""

    content: bytes = field(default=b"", repr=False)
    problem: str = ""
    button: Finding = Finding(Verdict.OK)
    sent: tuple[str, ...] = ()
    stopped: str = ""


class Browser(Protocol):
    """One browser, as one person uses its windows: the newest is in front. Methods raise `Trouble` when target or browser do not answer, and `NotReady`."""

    picture_type: str

    def open(self, url: str) -> Page:
        """Go to an address and wait for the page."""

    def fill(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        """Fill fields in order, in one go; every field is read back. Stops at the first that is not OK."""

    def verify(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        """Read fields without touching them."""

    def press(
        self,
        element: Element,
        verify: Sequence[Entry],
        *,
        leaves: bool,
        dialog: str,
        forms: frozenset[str] | None = None,
    ) -> Pressed:
        """Verify fields, then press. leaves: wait for the next page.  dialog: text of a question to accept.

        forms: what may be sent by it (see `Pressed.sent`), `ANY_FORM` for anything; another form is stopped before
        it leaves. None: nobody watches.
        """

    def entry_begins(self, elsewhere: frozenset[str], committing: frozenset[str]) -> None:
        """Watch the page until the commit step. elsewhere: what it may send without leaving (by scripts), `ANY_FORM`
        for anything.  committing: what the commit step sends, which nothing before it may send, by GET either."""

    def entry_ends(self) -> tuple[tuple[str, ...], str]:
        """What the pages have sent without leaving since the entry began, and what was stopped."""

    def attach(self, element: Element, paper: Paper) -> Finding:
        """Put a file into a file input."""

    def receive(self, element: Element, forms: frozenset[str] | None = None) -> Received:
        """Press what makes the target send a file, and take it. forms: as in `press`."""

    def can_press(self, element: Element) -> Finding:
        """Whether an element is there to be pressed."""

    def commit(self, element: Element, *, leaves: bool, dialog: str) -> Pressed:
        """Press like `press`. From here to the next row no request that may change something is sent twice."""

    def see(self) -> Page:
        """The page now."""

    def wait_for(self, wanted: Callable[[Page], bool], seconds: float) -> bool:
        """Look again and again until `wanted` holds; False when it does not in time."""

    def settle(self, wanted: Callable[[Page], bool]) -> bool:
        """Look again and again until `wanted` holds; False once the page is still or the patience is over."""

    def authenticate(self, base: str, user: str, password: str) -> None:
        """From here on, until the session is forgotten, answer the browser's own question for a name."""

    def picture(self, hidden: Hidden) -> bytes:
        """An image of the page, of type `picture_type`, with password fields and what is `hidden` covered."""

    def row_begins(self) -> None:
        """A good moment to renew what grows."""

    def reset(self, *, forget_session: bool) -> None:
        """Drop the page, and the session with it if asked. Never raises."""
