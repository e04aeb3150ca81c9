"""The self-check of the stored files."""

from __future__ import annotations

from yakuba.kernel.files import unreferenced
from yakuba.kernel.registry import CheckResult

NOBODYS = "どこからも使われていないファイル"


def self_check() -> list[CheckResult]:
    """How many files belong to nothing."""
    try:
        number = unreferenced.count()
    except unreferenced.Unresolved as error:
        advice = (
            f"使われているかを確かめられないため、片付けを止めています（{error}）。開発元に知らせてください。"
        )
        return [CheckResult(NOBODYS, False, advice)]
    advice = f"{number}個あります。1日に1度、ワーカーが消します。2日たっても減らないときは、ワーカーの記録（ログ）を見てください。"
    return [CheckResult(NOBODYS, not number, advice if number else "")]
