"""Values for the fields of a procedure, out of a conversation: each with the sentence that it stands in. A value is looked for
where the field was spoken of, in that sentence and in the answer to it; nothing is made up and nothing is entered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.refusals import if_valid
from yakuba.services.minutes.engine import sentences

REACH = 2  # sentences behind the one that names the field in which its answer may stand
NOT_ASKED = ("receipt_number",)  # is given by the desk, not said by the person
_QUESTION = ("か。", "か？")
_DATE = re.compile(
    r"(?:明治|大正|昭和|平成|令和|西暦)?\s*(?:元|[0-9０-９]{1,4})\s*年\s*[0-9０-９]{1,2}\s*月\s*[0-9０-９]{1,2}\s*日|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
)
_PHONE = re.compile(r"[0０][0-9０-９]{1,4}[-‐-―−ー－の]?[0-9０-９]{1,4}[-‐-―−ー－の]?[0-9０-９]{3,4}")
_POSTAL = re.compile(r"[0-9０-９]{3}[-‐-―−ー－の][0-9０-９]{4}")
_NUMBER = re.compile(r"[0-9０-９][0-9０-９,，]*")
_SAID = re.compile(
    r"(?:は|が|：|:|も)?[、\s]*[「『]?(?P<value>[^「」『』、。？?]{1,40}?)[」』]?(?:と申します|といいます|と言います|でございます|になります|です|だ)(?:[。、ねがよ]|けど|けれど|$)"
)
_KANA = re.compile(r"[ァ-ヴー\s　]{2,30}|[ぁ-ゖー\s　]{2,30}")
_ADDRESS = re.compile(
    r"[一-龥々ヶケぁ-ゖァ-ヴー]{1,20}[0-9０-９]{1,4}(?:[-‐-―−ー－の丁目番地号0-9０-９]+)?(?:[一-龥ァ-ヴーA-Za-z]{1,12}[0-9０-９]{1,4}号室?)?"
)
_NAME_OF_ADDRESS = re.compile("^(?:今の|新しい|前の)?(?:ご?住所|お住まい|自宅)(?:は|が)")
# How people say what a form calls otherwise.
_SPOKEN = {
    "氏名": ("名前", "申します", "お名前"),
    "生年月日": ("誕生日", "生まれ"),
    "住所": ("お住まい", "住んで"),
    "電話番号": ("電話", "連絡先", "携帯"),
    "郵便番号": ("郵便番号",),
    "フリガナ": ("読み方", "ふりがな", "読みがな"),
}


@dataclass(frozen=True)
class Suggestion:
    """A value for a field: canonical, and as staff read it. key: of the speech; asked: the sentence that names the field;
    sentence: the one that the value stands in."""

    field: str
    label: str
    value: str
    shown: str
    key: int
    asked: str
    sentence: str


def suggestions(procedure: ProcedureDefinition, speeches: Sequence[tuple[int, str]]) -> list[Suggestion]:
    """For each field every different value that was said, in the order of the fields. speeches: key and text."""
    rows = [(key, sentence) for key, text in speeches for sentence in sentences.of(text)]
    found: list[Suggestion] = []
    for field in procedure.fields:
        if field.code in NOT_ASKED or field.kind.masked:
            continue
        seen: dict[str, Suggestion] = {}
        for one in _of(field, rows):
            seen.setdefault(one.value, one)
        found += seen.values()
    return found


def _of(field: FieldDefinition, rows: Sequence[tuple[int, str]]) -> Iterator[Suggestion]:
    words = _words(field.label)
    for at, (_, asked) in enumerate(rows):
        place = max((asked.find(word) + len(word) for word in words if word in asked), default=-1)
        if place < 0:
            continue
        for behind, (key, sentence) in enumerate(rows[at : at + 1 + REACH]):
            # In the sentence that names the field the value may stand before its name (四月一日生まれ), too.
            values = _values(field, sentence, place if behind == 0 else 0)
            if len(values) > 1 and sentence.endswith(_QUESTION):
                continue  # it offers a choice; the answer says which
            if values:
                yield from (
                    Suggestion(field.code, field.label, one, field.shown(one), key, asked, sentence)
                    for one in values
                )
                break
            if behind and _names_another(sentence):
                break


def _names_another(sentence: str) -> bool:
    return sentence.endswith((*_QUESTION, "ください。"))


def _words(label: str) -> tuple[str, ...]:
    found = [label]
    for name, spoken in _SPOKEN.items():
        if label.endswith(name):
            before = label.removesuffix(name)
            found += [before + word for word in spoken] if before else list(spoken)
    return tuple(found)


def _values(field: FieldDefinition, sentence: str, place: int) -> list[str]:
    found = []
    for text in _texts(field, sentence, place):
        value = if_valid(field.canonical, text)
        if value and value not in found:
            found.append(value)
    return found


def _texts(field: FieldDefinition, sentence: str, place: int) -> Iterator[str]:
    """What in the sentence may be meant."""
    kind = field.type
    if kind in ("choice", "choices"):
        chosen = [code for code, label in field.options.items() if label and label in sentence]
        yield from [",".join(chosen)] if kind == "choices" and chosen else chosen
    elif field.words:
        yield from (word for word in field.words if word in sentence)
    elif kind in _BY_FORM:
        for one in _BY_FORM[kind].finditer(sentence):
            yield (
                one[0].replace("の", "-")
                if kind in ("phone", "postal_code")
                else _NAME_OF_ADDRESS.sub("", one[0])
            )
    elif kind == "kana":
        yield from (one[0] for one in _KANA.finditer(sentence[place:]) if "ァ" <= one[0].strip()[:1] <= "ヴ")
    else:
        said = _SAID.match(sentence[place:]) or (_SAID.search(sentence) if place == 0 else None)
        before = re.search(r"([^、。「」]{1,20})と(?:申し|いい|言い)ます", sentence)
        if said is not None:
            yield said["value"].strip()
        elif before is not None:
            yield before[1].strip()


_BY_FORM = {
    "date": _DATE,
    "phone": _PHONE,
    "postal_code": _POSTAL,
    "number": _NUMBER,
    "digits": _NUMBER,
    "insurance_number": _NUMBER,
    "address": _ADDRESS,
}
