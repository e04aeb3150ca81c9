"""Reading tables: a FAQ and its questions for an evaluation, and entries to be taken over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from yakuba.kernel.refusals import Problem, said_as
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.kernel.values.calendar import read_date
from yakuba.services.answers.contracts import Audience, Draft, Entry
from yakuba.services.answers.engine.evaluating import Query

LONGEST_QUESTION, LONGEST_ANSWER, MOST_WORDINGS, LONGEST_CODE = 300, 8_000, 50, 40
AUDIENCES = {"住民": Audience.RESIDENT, "職員": Audience.STAFF, "専門": Audience.EXPERT}
SHOWN_AUDIENCES = {audience: label for label, audience in AUDIENCES.items()}
_LINK = re.compile(r"https?://[^\s<>\"']{1,500}")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,6})?")


def faq(rows: Iterable[Row]) -> tuple[list[Entry], list[Problem]]:
    """Of `id,question,answer`: the entries, and every fault by its line. An entry with a fault is left out."""
    found: dict[str, Entry] = {}
    lines: dict[str, int] = {}
    faults: list[Problem] = []
    for row in rows:
        key, question, text = (row.get(name).strip() for name in ("id", "question", "answer"))
        if not key:
            faults.append(Problem(row.line, "id", "番号（id）がありません。書いてください。"))
        elif key in found:
            said = f"番号「{key[:40]}」は{lines[key]}行目にもあります。どちらかの番号を変えてください。"
            faults.append(Problem(row.line, "id", said))
        elif not question or not text:
            name, said = ("question", "質問") if not question else ("answer", "答え")
            faults.append(
                Problem(row.line, name, f"「{key[:40]}」の{said}が空です。書くか、行を消してください。")
            )
        else:
            found[key], lines[key] = Entry(key, question, text), row.line
    return list(found.values()), faults


def queries(rows: Iterable[Row], known: Sequence[Entry]) -> tuple[list[Query], list[Problem]]:
    """Of `query,relevant` with `id:grade;id:grade…`. A query without an entry that is right and there is left out and told."""
    keys = {entry.key for entry in known}
    found: list[Query] = []
    faults: list[Problem] = []
    for row in rows:
        try:
            found.append(_query(row, keys))
        except BadRow as error:
            faults.append(Problem(row.line, "relevant", str(error)))
    return found, faults


def _query(row: Row, keys: set[str]) -> Query:
    text, grades = row.get("query").strip(), {}
    if not text:
        raise BadRow("質問（query）が空です。書くか、行を消してください。")
    for one in filter(None, row.get("relevant").split(";")):
        key, _, grade = one.strip().rpartition(":")
        if not key or not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", grade):
            raise BadRow(f"「{one[:40]}」は「番号:段階」（例 12:2）の形で書いてください。")
        if float(grade) > 0 and key in keys:
            grades[key] = float(grade)
    if not grades:
        raise BadRow("正しい答えの番号（段階1以上）が、FAQの中に1つもありません。")
    return Query(text, grades)


def drafts(rows: Iterable[Row]) -> tuple[list[Draft], list[Problem]]:
    """Entries of a table with the columns of `columns.COLUMNS`, and every fault by its line."""
    found: list[Draft] = []
    lines: dict[str, int] = {}
    faults: list[Problem] = []
    for row in rows:
        try:
            draft = _draft(row)
            if draft.code in lines:
                raise BadRow(
                    f"番号「{draft.code}」は{lines[draft.code]}行目にもあります。どちらかを変えてください。"
                )
        except BadRow as error:
            faults.append(Problem(row.line, "", str(error)))
            continue
        lines[draft.code] = row.line
        found.append(draft)
    return found, faults


def _draft(row: Row) -> Draft:
    audience = row.get("対象").strip() or "住民"
    if audience not in AUDIENCES:
        raise BadRow(f"対象「{audience[:20]}」は、{'・'.join(AUDIENCES)}のどれかで書いてください。")
    draft = Draft(
        code=row.get("番号").strip(),
        question=row.get("質問").strip(),
        answer=row.get("答え").strip(),
        wordings=lines_of(row.get("別の聞き方")),
        links=lines_of(row.get("リンク")),
        field=row.get("分野").strip(),
        section=row.get("担当").strip(),
        audience=AUDIENCES[audience],
        language=row.get("言語").strip() or "ja",
        source=row.get("根拠").strip(),
        valid_from=_day(row, "開始日"),
        valid_until=_day(row, "終了日"),
    )
    if faults := faults_of(draft):
        raise BadRow(faults[0])
    return draft


def faults_of(draft: Draft) -> list[str]:
    """What keeps a draft from being kept, each a sentence."""
    return [
        sentence
        for wrong, sentence in (
            (
                not _CODE.fullmatch(draft.code) or len(draft.code) > LONGEST_CODE,
                f"番号は英数字と - _ . で、{LONGEST_CODE}文字までで書いてください。",
            ),
            (
                not 0 < len(draft.question) <= LONGEST_QUESTION,
                f"質問は1〜{LONGEST_QUESTION}文字で書いてください。",
            ),
            (not draft.answer, f"「{draft.code}」の答えが空です。書いてください。"),
            (len(draft.answer) > LONGEST_ANSWER, f"答えは{LONGEST_ANSWER:,}文字までで書いてください。"),
            (len(draft.wordings) > MOST_WORDINGS, f"別の聞き方は{MOST_WORDINGS}個までにしてください。"),
            (
                any(len(one) > LONGEST_QUESTION for one in draft.wordings),
                f"別の聞き方は1つ{LONGEST_QUESTION}文字までにしてください。",
            ),
            (
                not all(_LINK.fullmatch(one) for one in draft.links),
                "リンクは http:// か https:// で始まるアドレスを、1行に1つ書いてください。",
            ),
            (
                len(draft.field) > 40 or len(draft.section) > 60,
                "分野は40文字、担当は60文字までで書いてください。",
            ),
            (
                not _LANGUAGE.fullmatch(draft.language),
                f"言語「{draft.language[:20]}」は、ja・en・zh-Hant のような符号で書いてください。",
            ),
            (len(draft.source) > 500, "根拠は500文字までで書いてください。"),
            (
                bool(draft.valid_from and draft.valid_until and draft.valid_until < draft.valid_from),
                "終了日は、開始日より後にしてください。",
            ),
        )
        if wrong
    ]


def lines_of(text: str) -> tuple[str, ...]:
    """One a line, without empty ones and doubles."""
    return tuple(dict.fromkeys(filter(None, (line.strip() for line in text.splitlines()))))


def _day(row: Row, name: str) -> str:
    text = row.get(name).strip()
    if not text:
        return ""
    with said_as(BadRow, f"{name}「{text[:20]}」: "):
        return read_date(text).isoformat()
