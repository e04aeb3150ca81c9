"""What is filled into a form before anybody is asked: what the register says of the people it names, and what was said for
another form of the same visit. Each value goes with where it came from, until somebody changes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.refusals import if_valid
from yakuba.services.intake.engine.form import Form, Page, Question
from yakuba.services.intake.engine.people import Role

REGISTER, SAID, HANDED, NAVIGATOR = "register", "said", "handed", "navigator"
WORDS = {
    REGISTER: "宛名の登録簿から入れました。",
    SAID: "この来庁で聞いたことから入れました。",
    HANDED: "受け渡しのデータから入れました。",
    NAVIGATOR: "届出ナビの答えから入れました。",
}
# Labels that say nothing of whose it is: a child's 生年月日 is not the parent's in another form.
ANYBODYS = frozenset(
    (
        "氏名",
        "名前",
        "フリガナ",
        "ふりがな",
        "生年月日",
        "性別",
        "年齢",
        "続柄",
        "住所",
        "郵便番号",
        "電話番号",
        "電話",
    )
)
OWN_PREFIX = "applicant_"
LABELLED = "label|"
FROM, LOOKED_AT, SEEN = "#from:", "#page:", "#document:"  # keys beside the answers; no field can be called so


@dataclass(frozen=True)
class Piece:
    """A canonical value and where it came from."""

    value: str
    source: str


@dataclass(frozen=True)
class Known:
    """What a visit knows. person: part → piece, of who stands at the counter; said: `meaning` → piece, or `LABELLED` and a label
    → text as another program handed it over."""

    person: Mapping[str, Piece] = field(default_factory=dict)
    said: Mapping[str, Piece] = field(default_factory=dict)


def meaning(one: FieldDefinition) -> str:
    """The same for two procedures' fields that ask the same: type, label, and what may be answered."""
    options = "/".join(f"{code}={label}" for code, label in one.options.items())
    return f"{one.type}|{one.label}|{options}|{one.lexicon}"


def is_shared(form: Form, question: Question) -> bool:
    """Whether an answer may serve another form: not a row of a group, which is somebody else each time, nor what is said of
    somebody else whom the form names, nor what only a heading says of whom it is."""
    if question.group or question.field.kind.masked:
        return False
    # The first person is who stands at the counter; the others are others in the next form.
    if any(question.code in role.fields.values() for role in form.persons[1:]):
        return False
    own = question.code.startswith(OWN_PREFIX) or "_" not in question.code
    return own or question.field.label.strip() not in ANYBODYS


def offers(form: Form, known: Known, others: Mapping[int, Mapping[str, Piece]]) -> dict[str, Piece]:
    """Field code → what may stand there. others: number of a role (1 and on) → part → piece."""
    found: dict[str, Piece] = {}
    for code, question in form.questions.items():
        if is_shared(form, question) and (
            piece := known.said.get(meaning(question.field)) or _labelled(question, known)
        ):
            found[code] = piece
    # Last: what is known of a person stands before what was said under a like label.
    for number, role in enumerate(form.persons):
        parts = known.person if number == 0 else others.get(number, {})
        found |= {role.fields[part]: piece for part, piece in parts.items() if part in role.fields}
    return {code: one for code, one in found.items() if code in form.questions and one.value}


def _labelled(question: Question, known: Known) -> Piece | None:
    """What a program handed over under the field's label, where that is a value of the field, or how an option is called."""
    piece = known.said.get(f"{LABELLED}{question.field.label}")
    if piece is None:
        return None
    field = question.field
    text = next((code for code, label in field.options.items() if label == piece.value), piece.value)
    value = if_valid(field.canonical, text)
    return None if value is None else Piece(value, piece.source)


def filled(form: Form, answers: Mapping[str, str], found: Mapping[str, Piece]) -> dict[str, str]:
    """What is to be kept beside the answers: offers for what is still empty, each with its source."""
    empty = {code: one for code, one in found.items() if not answers.get(code)}
    marks = {f"{FROM}{code}": f"{one.source}|{one.value}" for code, one in empty.items()}
    return {code: one.value for code, one in empty.items()} | marks


def source_of(answers: Mapping[str, str], code: str) -> str:
    """Where an answer came from; empty once somebody has changed it."""
    source, _, value = answers.get(f"{FROM}{code}", "").partition("|")
    # The mark holds the value that was offered: typing over it takes its source away without anybody noting it.
    return source if value and value == answers.get(code) else ""


def heard(form: Form, page: Page, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the answers on a page say for the other forms of the visit: (part of who stands there → value, meaning → value)."""
    role = form.persons[0] if form.persons else Role("", {})
    person, said = {}, {}
    for one in page.questions:
        value = values.get(one.code, "")
        if value and (part := role.part_of(one.code)):
            person[part] = value
        elif value and is_shared(form, one):
            said[meaning(one.field)] = value
    return person, said


def is_open(page: Page, answers: Mapping[str, str]) -> bool:
    """Whether the page is still to be asked: something on it is empty, and nobody has looked at it."""
    if f"{LOOKED_AT}{page.number}" in answers:
        return False
    return bool(page.groups or page.files) or any(not answers.get(one.code) for one in page.questions)
