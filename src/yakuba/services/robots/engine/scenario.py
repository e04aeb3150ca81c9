"""A scenario as frozen dataclasses: what `loader.load` makes of a clerk's YAML file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from yakuba.kernel.values.types import TYPES, written
from yakuba.services.robots.contracts import FieldSpec, Unconfirmed
from yakuba.services.robots.engine.errors import BadValue


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
class FieldPart:
    """`{氏名:半角カナ}`: a value of the case."""

    spec: FieldSpec
    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecretPart:
    """`{秘密:パスワード}`: a secret by its name."""

    name: str


@dataclass(frozen=True)
class NumberPart:
    """`{登録番号}`: the number the target gave to this row."""


Part = str | FieldPart | SecretPart | NumberPart


@dataclass(frozen=True)
class Filled:
    """A template with its values put in. A field of type choices gives several texts, anything else one. secret: it
    holds a secret or a masked value, and is told to nobody."""

    texts: tuple[str, ...]
    secret: bool = False

    @property
    def text(self) -> str:
        return "、".join(self.texts)

    def __repr__(self) -> str:
        return "Filled(secret)" if self.secret else f"Filled({self.texts!r})"


@dataclass(frozen=True)
class Template:
    """Text with `{…}` parts, from one line of the scenario."""

    parts: tuple[Part, ...]
    line: int

    def fill(self, values: Mapping[str, str], secrets: Mapping[str, str], number: str = "") -> Filled:
        """Put values in. Raises `BadValue`, naming the field, when a value cannot be written so."""
        if len(self.parts) == 1 and isinstance(self.parts[0], FieldPart):
            return Filled(self._field(self.parts[0], values), self.is_secret)
        text = ""
        for part in self.parts:
            if isinstance(part, str):
                text += part
            elif isinstance(part, FieldPart):
                text += "、".join(self._field(part, values))
            elif isinstance(part, NumberPart):
                text += number
            else:
                text += secrets[part.name]
        return Filled((text,), self.is_secret)

    def _field(self, part: FieldPart, values: Mapping[str, str]) -> tuple[str, ...]:
        spec = part.spec
        value = values.get(spec.code, "")
        if isinstance(value, Unconfirmed):
            raise BadValue(
                f"「{spec.label}」の値はだれも確かめていないので、ロボットは使いません。"
                "受付の画面の「直す」で確かめてから、もう一度流してください。",
                field=spec.label,
                where=f"シナリオ {self.line}行目",
            )
        items = value.split(",") if spec.type == "choices" and value else [value]
        try:
            return tuple(
                written(_option(spec, item, "コード" in part.formats), part.formats) for item in items
            )
        except ValueError as error:
            why = "" if TYPES[spec.type].masked else f"{error}。"
            raise BadValue(
                f"「{spec.label}」を書けません。{why}値を直してからもう一度流してください。",
                field=spec.label,
                where=f"シナリオ {self.line}行目",
            ) from None

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        return tuple(part.spec for part in self.parts if isinstance(part, FieldPart))

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if isinstance(part, SecretPart))

    @property
    def is_secret(self) -> bool:
        """Whether what comes of it must not be told: it holds a secret, or a value of a masked type."""
        return bool(self.secrets) or any(TYPES[spec.type].masked for spec in self.fields)


def _option(spec: FieldSpec, code: str, as_code: bool) -> str:
    if not spec.options or not code or as_code:
        return code
    if code not in spec.options:
        raise ValueError(f"選択肢に「{code}」がありません")
    return spec.options[code]


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


Step = Authenticate | Open | Press | Fill | Wait | CheckLandmark | CheckItem


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
    (with `{番号}` for the number), or in a column of a list, newest first."""

    ITEM = "項目"
    TEXT = "文字"
    TITLE = "題名"
    ADDRESS = "住所"
    LIST = "一覧"


@dataclass(frozen=True)
class Result:
    """text: the label, pattern or column that `source` speaks of."""

    source: NumberFrom
    text: str
    checks: tuple[CheckLandmark | CheckItem, ...]
    line: int

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

    def hidden_labels(self) -> tuple[str, ...]:
        """The labels beside which a secret or a masked value is typed or stands."""
        confirm = self.confirm
        steps = (*self.login, *self.look_up.steps, *self.entry, *(confirm.steps if confirm else ()))
        items = (*steps, *self.result.checks, *(confirm.items if confirm else ()))
        labels = [spec.label for spec in self.masked]
        labels += [one.element.label for one in items if isinstance(one, Fill) and one.value.is_secret]
        labels += [one.label for one in items if isinstance(one, CheckItem) and one.value.is_secret]
        return tuple(dict.fromkeys(labels))


def templates(steps: tuple[Step, ...]) -> Iterator[Template]:
    """Every template in the steps."""
    for step in steps:
        if step.when is not None:
            yield step.when
        if isinstance(step, Open):
            yield step.path
        elif isinstance(step, (Fill, CheckItem)):
            yield step.value
        elif isinstance(step, Authenticate):
            yield from (step.user, step.password)
