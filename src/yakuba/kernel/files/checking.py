"""The self-check of the stored files."""

from __future__ import annotations

from yakuba.kernel.files import confinement, unreferenced
from yakuba.kernel.files.apart import answer
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import CheckResult

WALLS = "受け取ったファイルの囲い"
NOBODYS = "どこからも使われていないファイル"


def self_check() -> list[CheckResult]:
    """How many files belong to nothing, and what keeps hostile ones apart."""
    return [*_nobodys(), _walls()]


def _walls() -> CheckResult:
    told, refusal = attempt(answer, confinement.standing, b"")
    if told is None:
        return CheckResult(WALLS, False, f"ファイルを開くプログラムを始められません。{refusal}")
    stand = told.head["walls"]
    lacking = [name for name in (confinement.SECCOMP, confinement.LANDLOCK) if name not in stand]
    advice = (
        f"Linuxの {' と '.join(lacking)} が使えないため、受け取ったファイルを開くプログラムの囲いが一部だけです。"
        "メモリと時間の上限は効いています。新しいLinux（5.13以後）にするか、コンテナの設定で許してください。"
    )
    return CheckResult(WALLS, not lacking, advice if lacking else "")


def _nobodys() -> list[CheckResult]:
    try:
        number = unreferenced.count()
    except unreferenced.Unresolved as error:
        advice = (
            f"使われているかを確かめられないため、片付けを止めています（{error}）。開発元に知らせてください。"
        )
        return [CheckResult(NOBODYS, False, advice)]
    advice = f"{number}個あります。1日に1度、ワーカーが消します。2日たっても減らないときは、ワーカーの記録（ログ）を見てください。"
    return [CheckResult(NOBODYS, not number, advice if number else "")]
