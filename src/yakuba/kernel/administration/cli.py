"""`yakuba check`: is all well here, and what to do where it is not. `yakuba models`: which models are at work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from yakuba.kernel.administration import checks, model_list
from yakuba.kernel.administration.checking_deployment import check_deployment
from yakuba.kernel.cli.options import JSON, TOWNS
from yakuba.kernel.cli.output import console, fail, municipalities_of, print_json
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

Found = tuple[str, str, bool, str]  # part, what, whether it is well, what to do


def check(
    municipality: str = TOWNS,
    as_json: bool = JSON,
    deploy: bool = typer.Option(
        False, "--deploy", help="配置プロファイル（三層）のとおりに置けているかを点検する"
    ),
    profile: Path | None = typer.Option(
        None, "--profile", help="--deploy で見るプロファイル。省くと YAKUBA_DEPLOYMENT"
    ),
) -> None:
    """役場全体を点検する。直すところがあれば終了コード1"""
    if deploy or profile is not None:
        check_deployment(profile, as_json=as_json)
        return
    found = {town.code: _found(town) for town in municipalities_of(municipality)}
    rows = [
        {"municipality": town, "part": part, "label": label, "ok": ok, "advice": advice}
        for town, of_town in found.items()
        for part, label, ok, advice in of_town
    ]
    if as_json:
        print_json(rows)
    else:
        _tell(found)
    if not found:
        raise fail(
            "自治体がまだないので、点検するものがありません。yakuba accounts municipality 団体コード 名称 で登録してください。"
        )
    if wrong := [row for row in rows if not row["ok"]]:
        raise fail(f"直すところが{len(wrong)}件あります。")


def models(as_json: bool = JSON) -> None:
    """業務が使う学習済みのモデルと、入れると使える部品を、ライセンスとともに表示する。使えないモデルか古い部品があれば終了コード1"""
    rows: list[dict[str, Any]] = [
        {
            "part": part,
            "model": one.name,
            "title": one.title,
            "version": one.version,
            "task": one.task,
            "licence": one.licence,
            "source": one.source,
            "files": dict(one.files),
            "fault": one.fault,
        }
        for part, several in model_list.found(unused=())
        for one in several
    ]
    rows += [
        {
            "part": part,
            "optional": one.part.name,
            "title": one.part.title.strip(),
            "version": one.version,
            "gives": one.part.gives,
            "licence": one.part.licence,
            "there": one.is_there,
            "remedy": "" if one.is_there else one.part.remedy,
            "fault": one.fault,
        }
        for part, several in model_list.optional(unused=())
        for one in several
    ]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            if "optional" in row:
                _tell_optional(row)
                continue
            line = f"{'直す' if row['fault'] else 'よし'}  {row['part']}：{row['title'] or row['model']} {row['version']}（{row['licence']}）"
            console.print(line, markup=False, highlight=False)
            console.print(f"      {row['fault'] or row['source']}", markup=False, highlight=False)
    if wrong := [row for row in rows if row["fault"]]:
        raise fail(f"使えないモデルか部品が{len(wrong)}個あります。")


def _tell_optional(row: dict[str, Any]) -> None:
    state = "直す" if row["fault"] else "ある" if row["there"] else "ない"
    line = f"{state}  {row['part']}：{row['title']} {row['version']}（{row['licence']}）"
    console.print(line, markup=False, highlight=False)
    console.print(f"      {row['fault'] or row['remedy'] or row['gives']}", markup=False, highlight=False)


def _found(town: Municipality) -> list[Found]:
    with active_municipality(town):
        unused = set(UnusedRoom.objects.values_list("room", flat=True))
        return [
            (label, one.label, one.ok, one.advice)
            for label, results in checks.run(unused=unused)
            for one in results
        ]


def _tell(found: dict[str, list[Found]]) -> None:
    """First what is the same everywhere, then each town's own."""
    every = list(found.values())
    shared = [one for one in every[0] if all(one in other for other in every)] if every else []
    _print_lines(shared)
    for town, of_town in found.items():
        own = [one for one in of_town if one not in shared]
        if own:
            console.print(f"団体コード {town}", markup=False, highlight=False)
            _print_lines(own)


def _print_lines(found: list[Found]) -> None:
    for part, label, ok, advice in found:
        console.print(f"{'よし' if ok else '直す'}  {part}：{label}", markup=False, highlight=False)
        if advice:
            console.print(f"      {advice}", markup=False, highlight=False)
