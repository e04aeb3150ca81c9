"""Phrases in tables: a line for each phrase in each language, so that one who speaks a language gets a file with the Japanese beside
it, and sends it back with a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.services.translation.contracts import Phrase, PhraseDraft, Sensitive
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.engine.phrasebook import fault_of, slots_from

COLUMNS = (
    *("番号", "場面", "日本語", "やさしい日本語", "別の言い方", "相手の答え", "慎重に扱うこと"),
    *("言語", "文", "確認した人"),
)
SENSITIVE = {
    "ふつう": Sensitive.NONE,
    "お金": Sensitive.MONEY,
    "期限": Sensitive.DEADLINE,
    "健康": Sensitive.HEALTH,
}
SHOWN_SENSITIVE = {one: label for label, one in SENSITIVE.items()}
LONGEST, LONGEST_TEXT, MOST_WORDINGS = 500, 1_000, 30
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,39}")
_NAMES = {name.casefold(): one.code for one in LANGUAGES.values() for name in (one.code, one.name, one.own)}
_BETWEEN = re.compile(r"[\n、,]+")


def drafts(
    rows: Iterable[Row], known: Mapping[str, Phrase], answers: Mapping[str, str]
) -> tuple[list[PhraseDraft], list[Problem]]:
    """The lines of a table, and every fault by its line. known: the phrases there are, of whose Japanese a line need say
    nothing; answers: what may be pressed, by code."""
    found: list[PhraseDraft] = []
    lines: dict[tuple[str, str], int] = {}
    said: dict[str, Phrase] = {}
    faults: list[Problem] = []
    for row in rows:
        try:
            draft = _draft(row, {**known, **said}, answers)
            key = (draft.code, draft.language)
            if key in lines:
                raise BadRow(
                    f"番号「{draft.code}」の同じ言語は{lines[key]}行目にもあります。どちらかを消してください。"
                )
        except BadRow as error:
            faults.append(Problem(row.line, "", str(error)))
            continue
        lines[key] = row.line
        said[draft.code] = phrase_of(draft)
        found.append(draft)
    return found, faults


def phrase_of(draft: PhraseDraft) -> Phrase:
    """The Japanese of a draft. Raises ValueError for a slot of no kind."""
    return Phrase(
        draft.code,
        draft.group,
        draft.japanese,
        draft.plain,
        draft.wordings,
        slots_from(draft.japanese),
        draft.answers,
        draft.sensitive,
    )


def faults_of(draft: PhraseDraft, answers: Mapping[str, str]) -> list[str]:
    """What keeps a draft from being kept, each a sentence."""
    try:
        phrase = phrase_of(draft)
    except ValueError:
        kinds = "{date} {time} {yen} {number} {window} {document} {relation} {place}"
        return [f"日本語の {{ }} の中は {kinds} のどれかで始めてください（2つ目は {{date_2}}）。"]
    return [
        sentence
        for wrong, sentence in (
            (not _CODE.fullmatch(draft.code), "番号は英数字と - _ . で、40文字までで書いてください。"),
            (not draft.japanese, "日本語が空です。書いてください。"),
            (not draft.group or len(draft.group) > 40, "場面を40文字までで書いてください。"),
            (
                max(len(draft.japanese), len(draft.plain)) > LONGEST,
                f"日本語は{LONGEST}文字までで書いてください。",
            ),
            (bool(fault_of(phrase, draft.plain)), f"やさしい日本語：{fault_of(phrase, draft.plain)}"),
            (len(draft.wordings) > MOST_WORDINGS, f"別の言い方は{MOST_WORDINGS}個までにしてください。"),
            (
                any(one not in answers for one in draft.answers),
                f"相手の答えは、{'・'.join(answers.values())} の中から書いてください。",
            ),
            (bool(draft.language and fault_of(phrase, draft.text)), f"文：{fault_of(phrase, draft.text)}"),
            (len(draft.text) > LONGEST_TEXT, f"文は{LONGEST_TEXT}文字までで書いてください。"),
            (len(draft.checked_by) > 60, "確認した人は60文字までで書いてください。"),
        )
        if wrong
    ]


def cells(phrase: Phrase, group: str, answers: Mapping[str, str], more: Sequence[str]) -> tuple[str, ...]:
    """A line of a file. more: language, text, who checked it."""
    return (
        *(phrase.code, group, phrase.japanese, phrase.plain, "\n".join(phrase.wordings)),
        *("、".join(answers.get(one, one) for one in phrase.answers), SHOWN_SENSITIVE[phrase.sensitive]),
        *more,
    )


def _draft(row: Row, known: Mapping[str, Phrase], answers: Mapping[str, str]) -> PhraseDraft:
    code = row.get("番号").strip()
    before = known.get(code)
    told = row.get("言語").strip()
    language = _NAMES.get(told.casefold(), "")
    if told and not language:
        names = "・".join(one.name for one in LANGUAGES.values())
        raise BadRow(f"言語「{told[:20]}」は、{names} のどれかで書いてください。")
    sensitive = row.get("慎重に扱うこと").strip()
    if sensitive and sensitive not in SENSITIVE:
        raise BadRow(
            f"慎重に扱うこと「{sensitive[:20]}」は、{'・'.join(SENSITIVE)}のどれかで書いてください。"
        )
    by_label = {label: one for one, label in answers.items()}
    given = [one.strip() for one in _BETWEEN.split(row.get("相手の答え")) if one.strip()]
    draft = PhraseDraft(
        code=code,
        group=row.get("場面").strip() or (before.group if before else ""),
        japanese=row.get("日本語").strip() or (before.japanese if before else ""),
        plain=row.get("やさしい日本語").strip() or (before.plain if before else ""),
        wordings=lines_of(row.get("別の言い方")) or (before.wordings if before else ()),
        answers=tuple(by_label.get(one, one) for one in given) or (before.answers if before else ()),
        sensitive=SENSITIVE[sensitive] if sensitive else (before.sensitive if before else Sensitive.NONE),
        language=language,
        text=row.get("文").strip(),
        checked_by=row.get("確認した人").strip(),
    )
    if language and not draft.text:
        raise BadRow("文が空です。書くか、行を消してください。")
    if faults := faults_of(draft, answers):
        raise BadRow(faults[0])
    return draft


def lines_of(text: str) -> tuple[str, ...]:
    """One a line, without empty ones and doubles."""
    return tuple(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))
