"""`yakuba audit …`: is the record whole, what of it goes on paper, and what to do after a restore."""

from __future__ import annotations

import typer
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit import head, house
from yakuba.kernel.audit.chain import on_paper, record, verify
from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import console, fail, municipality_of, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.refusals import attempt
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

app = verbs("監査記録")


@app.callback()
def audit() -> None:
    """監査記録を調べる"""


@app.command("verify")
def verify_chains(
    paper: str = typer.Option("", "--digest", help="紙に控えた要約。その番号までの記録が今もあるか調べる"),
    as_json: bool = JSON,
) -> None:
    """すべての自治体の監査記録が、書き換えられず、欠けていないか調べる。問題があれば終了コード1"""
    results: list[tuple[str, int, list[str]]] = []
    found = False
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            count, problems = verify()
            results.append((municipality.code, count, problems + head.problems()))
            found = found or bool(paper and head.agrees(paper))
    results += _of_no_town({code for code, _, _ in results})
    if as_json:
        print_json([dict(zip(("municipality", "events", "problems"), row, strict=True)) for row in results])
    else:
        for code, count, problems in results:
            console.print(f"{code}: {count}件", *problems, sep="\n  ", markup=False, highlight=False)
    if paper and not found:
        raise fail(f"要約 {paper} に合う記録がありません。失われたか、書き換えられています。")
    if any(problems for _, _, problems in results):
        raise fail("監査記録に問題があります。")


def _of_no_town(known: set[str]) -> list[tuple[str, int, list[str]]]:
    """The installation's own record, and what is told of municipalities that are not there."""
    count, problems = house.verify()
    for code in house.erasures():
        problems.append(f"自治体 {code} の消去が途中です。yakuba municipality erase {code} をもう一度。")
    found = [(house.CODE, count, problems)] if count or problems else []
    for code in sorted(head.codes() - known - {house.CODE} - house.erasures().keys()):
        found.append((code, 0, ["頭の控えがあるのに、自治体も監査記録もデータベースにありません。"]))
    return found


@app.command("house")
def list_house(as_json: bool = JSON) -> None:
    """据え付けそのものの記録を出す：自治体を消した、マスターキーを替えた"""
    rows = [
        {
            "at": timezone.localtime(one.at).isoformat(timespec="seconds"),
            "event": house.SENTENCES.get(one.name, one.name),
            "by": one.by,
            "municipality": one.code,
            "details": one.details,
        }
        for one in house.events()
    ]
    headings = {"at": "日時", "event": "出来事", "by": "だれが", "municipality": "団体コード"}
    print_rows(rows, headings, as_json=as_json)


@app.command("digest")
def print_digests(as_json: bool = JSON) -> None:
    """紙に控える要約を出す。あとで verify --digest と照合する"""
    rows, broken = [], []
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            paper, refusal = attempt(on_paper)
            if refusal is not None:
                broken.append(f"{municipality.code}: {refusal}")
        if paper is not None:
            at = timezone.localtime(paper.at).isoformat(timespec="seconds")
            rows.append({"municipality": municipality.code, "events": paper.events, "last": at})
            rows[-1]["digest"] = paper.digest
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            line = "{municipality}: {events}件、最後は{last}\n  要約 {digest}".format(**row)
            console.print(line, highlight=False, soft_wrap=True)
    if broken:
        raise fail("\n".join(broken))


@app.command("restored")
def accept_restored(
    reason: str = typer.Option(..., "--reason", help="なぜか。例：2026-11-21の控えへ戻した"),
    town: str = TOWN,
) -> None:
    """控えから戻したことを監査記録に残し、頭の控えを今のデータベースに合わせる。前の頭の控えは脇に残す"""
    with municipality_of(town) as municipality:
        count, problems = verify()
        if problems:
            raise fail("\n".join(["鎖そのものに問題があるため、合わせられません。", *problems]))
        told = head.problems()
        if not told:
            console.print(
                f"{municipality.code}: 頭の控えは合っています。何もしませんでした。", highlight=False
            )
            return
        with transaction.atomic():
            record("audit.restored", links=count, told=told, reason=reason)
        head.replace()
    console.print(f"{municipality.code}: {count}番から続けます。", *told, sep="\n  ", highlight=False)
