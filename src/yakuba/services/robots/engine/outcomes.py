"""What is said of a row that an attempt puts off, gives up or leaves to a person: what is known, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from yakuba.services.robots.contracts import Intent, Problem, ProblemKind

LOOK = (
    "相手システムで受付番号を照会し、あれば登録番号を記入し、なければ「もう一度入力に回す」を押してください。"
)
WAITS_FOR_SETTLING = Problem(
    ProblemKind.UNCLEAR,
    "登録ボタンを押した結果を確かめられませんでした。"
    "相手システムの処理が終わるのを待ってから照会し直します。",
)
NOT_ASKED = Problem(ProblemKind.UNCLEAR, f"登録ボタンを押した結果を確かめる前に中止されました。{LOOK}")
TOO_MANY_STARTS = Problem(
    ProblemKind.TROUBLE,
    "この行の途中で処理が何度も落ちています。この行を除いて続け、システム担当者に知らせてください。",
)


def is_answer(problem: Problem | None) -> bool:
    """Whether the target said no, or what cannot be read: pressing again would bring the same."""
    return problem is not None and problem.kind in (ProblemKind.REFUSED, ProblemKind.UNREADABLE)


def not_there(intent: Intent) -> Problem:
    """The look-up finds nothing, and that proves nothing: the target may be slower than it was said to be."""
    where = (
        ""
        if intent.cut
        else "そのとき動いていたワーカーが別の機械で止まったままかもしれません。その機械を止めてから判断してください。"
    )
    return Problem(
        ProblemKind.UNCLEAR,
        "登録ボタンを押しましたが、結果の画面が返らず、時間をおいて照会しても見つかりません。"
        f"遅れて登録されることがあるため、ロボットは押し直しません。{where}{LOOK}",
    )


def several(numbers: tuple[str, ...]) -> Problem:
    """The receipt number is there more than once."""
    listed = "、".join(numbers[:5])
    return Problem(
        ProblemKind.SEVERAL_FOUND,
        f"同じ受付番号が相手システムに{len(numbers)}件あります（{listed}）。"
        "正しい1件を確かめ、余分な登録を相手システムで取り消してください。",
    )


def mismatch(number: str, labels: Iterable[str]) -> Problem:
    """It was entered, and stands there otherwise than the application says."""
    listed = "、".join(labels)
    return Problem(
        ProblemKind.MISMATCH,
        f"登録番号 {number} の内容が申請と違います（{listed}）。相手システムの登録内容を確かめてください。",
        field=listed,
    )


def unconfirmed(number: str, last: Problem) -> Problem:
    """It was entered, and could not be read back."""
    return replace(
        last,
        kind=ProblemKind.UNCLEAR,
        message=f"登録番号 {number} で登録されていますが、内容を読み返せませんでした。"
        f"相手システムで内容を確かめてください。（{last.message}）",
    )


def cannot_tell(last: Problem) -> Problem:
    """Tried for the last time, perhaps entered."""
    return replace(
        last,
        kind=ProblemKind.UNCLEAR,
        message=f"登録されたかどうかを確かめられませんでした。{LOOK}（{last.message}）",
    )
