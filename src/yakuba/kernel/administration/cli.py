"""`yakuba check`: is all well here, and what to do where it is not."""

from __future__ import annotations

from yakuba.kernel.administration import checks
from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import console, fail, municipality_of, print_json
from yakuba.kernel.registry.models import UnusedRoom


def check(
    municipality: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """役場全体を点検する。直すところがあれば終了コード1"""
    with municipality_of(municipality):
        unused = set(UnusedRoom.objects.values_list("room", flat=True))
        rows = [
            {"part": label, "label": one.label, "ok": one.ok, "advice": one.advice}
            for label, found in checks.run(unused=unused)
            for one in found
        ]
    wrong = [row for row in rows if not row["ok"]]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            mark = "よし" if row["ok"] else "直す"
            console.print(f"{mark}  {row['part']}：{row['label']}", markup=False, highlight=False)
            if row["advice"]:
                console.print(f"      {row['advice']}", markup=False, highlight=False)
    if wrong:
        raise fail(f"直すところが{len(wrong)}件あります。")
