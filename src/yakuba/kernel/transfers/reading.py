"""A table of transfers → the moves in it, with every fault by its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from yakuba.kernel.accounts.models import Role
from yakuba.kernel.accounts.queries import at_work
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables import reading as tables
from yakuba.kernel.tenancy.models import Department

PERSON, DEPARTMENT, ROLES, LEAVES, SUCCESSOR, WHOLE = HEADINGS = (
    "職員ID",
    "課",
    "役割",
    "退職",
    "引き継ぐ職員",
    "今の課",
)
YES = frozenset(
    {"1", "○", "〇", "◯", "●", "はい", "退職", "yes", "true"}
)  # true: a box ticked in a spreadsheet
NO = frozenset({"", "0", "×", "いいえ", "no", "false"})
BETWEEN_ROLES = re.compile("[、，,\n]")
MOST = 5_000  # moves of one table
LONGEST_NAME = 60


@dataclass(frozen=True)
class Move:
    """department: empty to stay; roles: None to keep those there are; leaves: may not log in any more; successor: whose
    becomes what the person answers for, empty for nobody's. whole: where no person is named, the department that becomes
    `department` with everybody in it (of whom a move of their own says nothing else)."""

    username: str
    department: str = ""
    roles: tuple[str, ...] | None = None
    leaves: bool = False
    successor: str = ""
    whole: str = ""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Move:
        """Back from JSON."""
        return cls(**stored | {"roles": None if stored["roles"] is None else tuple(stored["roles"])})

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def moves(data: bytes) -> list[Move]:
    """The moves of a CSV or Excel table with the headings 職員ID, 課, 役割 (several divided by 、), 退職, 引き継ぐ職員,
    今の課.

    What is empty stays as it is; a row with 今の課 instead of 職員ID is about a whole department. Raises Invalid with every fault: one wrong line, and nothing of the table holds.
    """
    problems: list[Problem] = []
    lines = list(_read(data, problems))
    found = [move for _, move in lines]
    leaving = {move.username for move in found if move.leaves}
    problems += [
        Problem(line, move.username, f"引き継ぐ職員「{move.successor}」も、この表で退職します。")
        for line, move in lines
        if move.successor in leaving
    ]
    problems += _torn(lines)
    if not found and not problems:
        problems.append(Problem(1, "", "異動が1行もありません。"))
    if len(found) > MOST:
        problems.append(Problem(MOST + 1, "", f"1つの表には{MOST:,}行までです。分けてください。"))
    if problems:
        raise Invalid("この表では異動を登録できません。直して、もう一度選んでください。", problems=problems)
    return found


def _read(data: bytes, problems: list[Problem]) -> Iterator[tuple[int, Move]]:
    people = set(at_work().values_list("username", flat=True))
    roles = set(Role.objects.values_list("name", flat=True))
    departments = set(Department.objects.values_list("name", flat=True))
    seen: dict[str, int] = {}
    for row in tables.rows(data, [PERSON], problems, place=lambda row: row.get(PERSON) or row.get(WHOLE)):
        username = row.get(PERSON)
        if not username and row.get(WHOLE):
            problems += [
                Problem(row.line, row.get(WHOLE), reason) for reason in _wrong_whole(row, departments)
            ]
            yield row.line, Move("", row.get(DEPARTMENT), whole=row.get(WHOLE))
            continue
        wrong = [*_wrong_people(row, people, seen), *_wrong_words(row, roles)]
        seen.setdefault(username, row.line)
        if wrong:
            problems += [Problem(row.line, username, reason) for reason in wrong]
            continue
        move = Move(
            username,
            row.get(DEPARTMENT),
            _words(row.get(ROLES)) or None,
            row.get(LEAVES).casefold() in YES,
            row.get(SUCCESSOR),
        )
        yield row.line, move


def _wrong_whole(row: tables.Row, departments: set[str]) -> Iterator[str]:
    whole, department = row.get(WHOLE), row.get(DEPARTMENT)
    if whole not in departments:
        yield f"課「{whole}」がありません。「自治体と課」にある名のとおりに書いてください。"
    if not department or department == whole:
        yield "課の欄に、新しい課の名を書いてください。"
    if any(row.get(name) for name in (ROLES, LEAVES, SUCCESSOR)):
        yield "課をまるごと移す行に書けるのは「今の課」と「課」だけです。ほかは、職員ごとの行に書いてください。"
    yield from _wrong_department(department)


def _torn(lines: list[tuple[int, Move]]) -> Iterator[Problem]:
    """Departments that become another one in this table, and to which another row leads, or which two rows move."""
    going: dict[str, int] = {}
    for line, move in lines:
        if move.whole in going and move.whole:
            yield Problem(
                line, move.whole, f"{going[move.whole]}行目にもあります。移る先は1つにしてください。"
            )
        elif move.whole:
            going[move.whole] = line
    for line, move in lines:
        if move.department in going and move.department != move.whole:
            reason = (
                f"課「{move.department}」は、この表の{going[move.department]}行目で別の課になります。"
                "移ったあとの課の名を書いてください。"
            )
            yield Problem(line, move.username or move.whole, reason)


def _wrong_people(row: tables.Row, people: set[str], seen: dict[str, int]) -> Iterator[str]:
    username, successor = row.get(PERSON), row.get(SUCCESSOR)
    if username not in people:
        yield f"職員ID「{username}」の在職の職員がいません。{_meant(username, people)}"
    if username in seen:
        yield f"{seen[username]}行目にもあります。1人は1行にまとめてください。"
    if successor and successor not in people:
        yield f"引き継ぐ職員「{successor}」がいません。{_meant(successor, people)}"
    if successor and successor == username:
        yield "引き継ぐ職員には、ほかの人を書いてください。"


def _meant(written: str, people: set[str]) -> str:
    """Whom a number may mean that a spreadsheet took for a number, or that was typed in full width. Only told: another
    person may have the number as it stands."""
    alike = [name for name in people if _bare(name) == _bare(written)]
    if len(alike) != 1:
        return ""
    return (
        f"「{alike[0]}」のことなら、そのとおりに書いてください（Excelでは、先頭の0や半角が変わらないよう、"
        "列の書式を「文字列」にしてから入れます）。"
    )


def _bare(username: str) -> str:
    return unicodedata.normalize("NFKC", username).casefold().removesuffix(".0").lstrip("0")


def _wrong_words(row: tables.Row, roles: set[str]) -> Iterator[str]:
    unknown = [name for name in _words(row.get(ROLES)) if name not in roles]
    if unknown:
        yield f"役割「{'、'.join(unknown)}」がありません。あるのは {'、'.join(sorted(roles))} です。"
    yield from _wrong_department(row.get(DEPARTMENT))
    if row.get(WHOLE):
        yield "「今の課」は、課をまるごと移す行（職員IDが空欄の行）にだけ書きます。"
    if row.get(LEAVES).casefold() not in YES | NO:
        yield f"退職の欄は「○」か空欄です（「{row.get(LEAVES)}」とあります）。"
    if row.get(LEAVES).casefold() in YES and (row.get(DEPARTMENT) or row.get(ROLES)):
        yield "退職する人に、課や役割は書けません。"
    if not any(row.get(name) for name in (DEPARTMENT, ROLES, LEAVES, SUCCESSOR, WHOLE)):
        yield "何を変えるのかが書かれていません。"


def _wrong_department(name: str) -> Iterator[str]:
    if len(name) > LONGEST_NAME:
        yield f"課の名は{LONGEST_NAME}文字までです。"
    if not name.isprintable():
        yield "課の名に、改行か目に見えない文字が入っています。課の欄を入れ直してください。"


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in BETWEEN_ROLES.split(text) if word.strip())
