"""How `yakuba check --deploy` tells what it found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from yakuba.kernel.administration.deployment import Found, State, examined
from yakuba.kernel.cli.output import console, fail, print_json
from yakuba.kernel.outbound import profile
from yakuba.kernel.refusals import Invalid


def check_deployment(path: Path | None, *, as_json: bool) -> None:
    """Look at this installation by the profile of that file, or by its own. Raises typer.Exit where something is missing,
    Invalid where there is no profile, and what `profile.read` raises."""
    before = settings.YAKUBA.deployment
    path = path or before
    if path is None:
        raise Invalid(
            f"配置プロファイルがありません。{profile.VARIABLE} にファイルを書くか、--profile で渡してください"
            "（書き方は docs/operate/zones.md）。"
        )
    read = profile.read(path)
    settings.YAKUBA.deployment = path  # while it is looked at: what is asked is whether it would do
    try:
        found = examined(read)
    finally:
        settings.YAKUBA.deployment = before
    if as_json:
        print_json(_facts(read, found))
    else:
        _tell(read, found)
    if missing := sum(one.state is State.MISSING for one in found):
        raise fail(f"足りないことが{missing}件あります。")


def _facts(read: profile.Profile, found: list[Found]) -> dict[str, Any]:
    return {
        "name": read.name,
        "model": str(read.model),
        "zone": str(read.zone),
        "highest_class": int(read.most),
        "flows": len(read.flows),
        "missing": sum(one.state is State.MISSING for one in found),
        "results": [one.facts() for one in found],
    }


def _tell(read: profile.Profile, found: list[Found]) -> None:
    _line(
        f"{read.name}：{read.model.label}モデル、{read.zone.label}。扱える情報は{read.most.label}まで、通信は{len(read.flows)}件。"
    )
    for state in (State.MISSING, State.PERSON, State.OK):
        of_it = [one for one in found if one.state is state]
        if of_it:
            _line(f"■ {state.label}（{len(of_it)}件）")
        for one in of_it:
            _line(f"  {one.label}")
            if one.advice:
                _line(f"      {one.advice}")


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False)
