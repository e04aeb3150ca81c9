"""What is proved of a result, in plain Japanese."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.services.nursery.contracts import Status
from yakuba.services.nursery.models import Run

MOST_SEATS = "同じだけよい割り当てのうち、入所する児童が最も多いものであることも証明しました。"
CHECKED = "割り当てを作ったのとは別のプログラムが、定員・順位・希望のすべてを確かめました。"


@dataclass(frozen=True)
class Certificate:
    """kind: as a notice shows it (success, info, warning). title and text: Japanese sentences."""

    kind: str
    title: str
    text: str


def certificate(run: Run) -> Certificate:
    """The sentences for a finished run."""
    blocking = len(run.blocking)
    checked = (MOST_SEATS if run.seats_proved else "") + (CHECKED if run.checked else "")
    if run.status == Status.STABLE:
        return Certificate(
            "success",
            "安定な割り当てです",
            "どの世帯についても、今より上の希望の枠は、順位が上の児童で埋まっています。"
            "順位を追い越された世帯はありません。" + checked,
        )
    if run.status == Status.MINIMUM:
        return Certificate(
            "info",
            f"安定な割り当てはありません。不安定な世帯は{blocking}で、これが最小です",
            "きょうだいの希望が絡み合うため、すべての世帯の順位を守れる割り当てが存在しないことと、"
            f"不安定な世帯を{blocking}より少なくできないことを証明しました。下の世帯は個別に確かめてください。"
            + checked,
        )
    return Certificate(
        "warning",
        f"最小であることを証明できていません（不安定な世帯 {blocking}、下限 {run.bound}）",
        f"かけてよい時間（{run.allowed_seconds}秒）の内に、不安定な世帯をこれより減らせないことを確かめ終えられ"
        f"ませんでした。どんな割り当てでも{run.bound}より少なくはなりません。時間を長くして計算し直せます。"
        + checked,
    )
