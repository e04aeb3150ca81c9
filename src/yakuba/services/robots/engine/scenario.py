"""A scenario as frozen dataclasses: what `loader.load` makes of a clerk's YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.filling import Template
from yakuba.services.robots.engine.papers import PaperKind


class Role(StrEnum):
    """What kind of thing an element is, by the word of the scenario language."""

    FIELD = "欄"
    BUTTON = "ボタン"
    LINK = "リンク"


@dataclass(frozen=True)
class Element:
    """One element of a page, named as people see it. within: the label of a group around it, or empty.

    id and name are extra hints for elements that carry no label or share it with another.
    """

    role: Role
    label: str
    within: str = ""
    id: str = ""
    name: str = ""

    def __str__(self) -> str:
        inside = f"「{self.within}」の中の" if self.within else ""
        return f"{inside}{self.role}「{self.label}」"


@dataclass(frozen=True)
class Landmark:
    """Something a person would see on the page: a heading (exactly) or a text (anywhere in it)."""

    text: str
    heading: bool

    def __str__(self) -> str:
        return f"{'見出し' if self.heading else '文字'}「{self.text}」"


@dataclass(frozen=True)
class Open:
    path: Template
    line: int
    when: Template | None = None


@dataclass(frozen=True)
class Press:
    """leaves: the page changes after it.  dialog: part of the question that may be answered with OK."""

    element: Element
    line: int
    leaves: bool = True
    dialog: str = ""
    when: Template | None = None


@dataclass(frozen=True)
class Authenticate:
    """The name and word that the browser itself is asked for (basic authentication), before any page."""

    user: Template
    password: Template
    line: int
    when: Template | None = None


class EntryKind(StrEnum):
    """入力: a text field; 選ぶ: a list or one of several buttons; チェック: any number of boxes."""

    TEXT = "入力"
    CHOOSE = "選ぶ"
    TICK = "チェック"


@dataclass(frozen=True)
class Fill:
    kind: EntryKind
    element: Element
    value: Template
    line: int
    when: Template | None = None


@dataclass(frozen=True)
class Wait:
    """Wait until the landmark is seen, `seconds` at most."""

    landmark: Landmark
    seconds: float
    line: int
    when: Template | None = None


@dataclass(frozen=True)
class CheckLandmark:
    landmark: Landmark
    line: int
    when: Template | None = None


@dataclass(frozen=True)
class CheckItem:
    """A label and its value, shown as text (項目) or standing in a field (欄), must be as said."""

    label: str
    value: Template
    line: int
    in_field: bool = False
    when: Template | None = None


class ReadFrom(StrEnum):
    """Where a value stands that is read: beside a label, in a field, or in a sentence with `{値}` in its place."""

    ITEM = "項目"
    FIELD = "欄"
    TEXT = "文字"


@dataclass(frozen=True)
class Read:
    """Give a name to what stands on the page. number: of that text the one number in it, without separators."""

    name: str
    source: ReadFrom
    text: str
    number: bool
    line: int
    when: Template | None = None


@dataclass(frozen=True)
class Repeat:
    """Steps for each item: of a field with several, of several fields those that have a value, or each row of a table of
    the page that has these columns. The rows are those that stand there when it begins."""

    name: str
    steps: tuple[Step, ...]
    line: int
    fields: tuple[FieldSpec, ...] = ()
    columns: tuple[str, ...] = ()
    when: Template | None = None


@dataclass(frozen=True)
class Call:
    """The entry of another published scenario, up to its commit step, which is not pressed (`commit` is its button's label). items: what that scenario
    compares on the page before its own commit step. Lines of its steps are moved by a multiple of `CALLED`."""

    scenario: str
    version: int
    steps: tuple[Step, ...]
    items: tuple[CheckItem, ...]
    line: int
    commit: str = ""
    when: Template | None = None


@dataclass(frozen=True)
class Attach:
    """Put a file into a file input: the scan of the application as one PDF, or the file of that name of the robot's folder
    (`named`)."""

    element: Element
    line: int
    when: Template | None = None
    named: Template | None = None


@dataclass(frozen=True)
class Receive:
    """Press what makes the target send a file, and keep it with the row, under our own name."""

    element: Element
    kind: PaperKind
    name: str
    line: int
    when: Template | None = None


Step = (
    Authenticate
    | Open
    | Press
    | Fill
    | Wait
    | CheckLandmark
    | CheckItem
    | Read
    | Repeat
    | Call
    | Attach
    | Receive
)


@dataclass(frozen=True)
class System:
    """The target system. base: its address without a path.  patience: longest wait for one page, seconds.

    settle_seconds: how long it may take to store a request that the robot has lost sight of.  idempotent: whether
    it refuses a receipt number that it has, so that the commit step may be pressed again.
    """

    name: str
    base: str
    login_page: Landmark
    settle_seconds: float = 60.0
    patience: float = 20.0
    login_refused: Landmark | None = None
    refusal: Landmark | None = None
    idempotent: bool = False


@dataclass(frozen=True)
class LookUp:
    """number_column: where the target's number stands in the result table; match: column → template.  next: what
    leads to the next page of results, as long as it is there and can be pressed."""

    steps: tuple[Step, ...]
    number_column: str
    match: tuple[tuple[str, Template], ...]
    absent: Landmark
    line: int
    next: Press | None = None


class NumberFrom(StrEnum):
    """Where the target's number stands after the commit step: beside a label, in the text, the title or the address
    (with `{番号}` for the number), in a column of a list, newest first, or in the text of a PDF."""

    ITEM = "項目"
    TEXT = "文字"
    TITLE = "題名"
    ADDRESS = "住所"
    LIST = "一覧"
    PDF = "PDF"


@dataclass(frozen=True)
class Result:
    """text: the label, pattern or column that `source` speaks of.  receive: what brings the PDF, for that source."""

    source: NumberFrom
    text: str
    checks: tuple[CheckLandmark | CheckItem, ...]
    line: int
    receive: Receive | None = None

    def __str__(self) -> str:
        return f"{self.source}「{self.text}」"


@dataclass(frozen=True)
class Confirm:
    """Items that the target shows: compared before the commit step, and after `steps` if there are any."""

    items: tuple[CheckItem, ...]
    before: bool
    steps: tuple[Step, ...]
    line: int


@dataclass(frozen=True)
class Scenario:
    """A checked scenario. digest: sha256 of the file's text, hexadecimal, to tell versions apart. masked: the
    procedure's fields that nobody may read without a permission of its own, used or not."""

    name: str
    version: int
    procedure: str
    system: System
    login: tuple[Step, ...]
    look_up: LookUp
    entry: tuple[Step, ...]
    commit: Press
    result: Result
    confirm: Confirm | None
    digest: str
    description: str = ""
    warnings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=())
    masked: tuple[FieldSpec, ...] = field(default=())

    @property
    def receives(self) -> bool:
        """Whether it takes files from the target."""
        confirm = self.confirm.steps if self.confirm else ()
        steps = every((*self.entry, *confirm))
        return self.result.receive is not None or any(isinstance(one, Receive) for one in steps)

    def hidden_labels(self) -> tuple[str, ...]:
        """The labels beside which a secret or a masked value is typed or stands."""
        confirm = self.confirm
        parts = (*self.login, *self.look_up.steps, *self.entry, *(confirm.steps if confirm else ()))
        steps = tuple(every(parts))
        items = (*steps, *self.result.checks, *(confirm.items if confirm else ()))
        labels = [spec.label for spec in self.masked]
        labels += [one.element.label for one in items if isinstance(one, Fill) and one.value.is_secret]
        labels += [one.label for one in items if isinstance(one, CheckItem) and one.value.is_secret]
        return tuple(dict.fromkeys(labels))


def every(steps: tuple[Step, ...]) -> Iterator[Step]:
    """The steps, and those inside of them."""
    for step in steps:
        yield step
        if isinstance(step, (Repeat, Call)):
            yield from every(step.steps)


def moved(step: Step, by: int) -> Step:
    """The same step on a line that is so much further down."""
    changes: dict[str, Any] = {"line": step.line + by}
    for one in fields(step):
        value = getattr(step, one.name)
        if isinstance(value, Template):
            changes[one.name] = replace(value, line=value.line + by)
        elif one.name in ("steps", "items"):
            changes[one.name] = tuple(moved(inner, by) for inner in value)
    return replace(step, **changes)


def templates(steps: tuple[Step, ...]) -> Iterator[Template]:
    """Every template in the steps."""
    for step in every(steps):
        if step.when is not None:
            yield step.when
        if isinstance(step, Open):
            yield step.path
        elif isinstance(step, (Fill, CheckItem)):
            yield step.value
        elif isinstance(step, Attach) and step.named is not None:
            yield step.named
        elif isinstance(step, Authenticate):
            yield from (step.user, step.password)
