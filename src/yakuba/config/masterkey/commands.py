"""`yakuba keys`: which master key wraps the municipalities' keys, and another one in its place."""

from __future__ import annotations

from pathlib import Path

import typer
from django.conf import settings

from yakuba.config.masterkey import rotating
from yakuba.kernel.cli.output import console, print_json, print_rows
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.privacy.models import WrappedKey
from yakuba.kernel.refusals import Invalid

app = verbs("自治体の鍵と、それを包むマスターキー")
JSON = typer.Option(False, "--json", help="JSONで出す")


@app.command("list")
def list_keys(as_json: bool = JSON) -> None:
    """自治体の鍵が、どのマスターキーで包まれているかを出す（鍵そのものは出さない）"""
    rows = [
        {
            "municipality": row.code or "（据え付け）",
            "master": row.master[:8],
            "derived": "はい" if row.derived else "",
        }
        for row in WrappedKey.objects.order_by("code")
    ]
    headings = {
        "municipality": "団体コード",
        "master": "マスターキーの名前",
        "derived": "前の版がマスターキーから作った鍵",
    }
    print_rows(rows, headings, as_json=as_json)


@app.command("rotate")
def rotate(
    old: Path | None = typer.Option(None, "--old", help="今までの鍵を置くフォルダ。古い控えを戻すのに要る"),
    forget: bool = typer.Option(
        False, "--forget-old", help="今までの鍵を残さない。今までの控えは戻せなくなる"
    ),
    new: Path | None = typer.Option(None, "--keys", help="新しい鍵の写しを置くフォルダ"),
    as_json: bool = JSON,
) -> None:
    """マスターキーを新しくし、すべての自治体の鍵を包み直す（動かしたままでよい）"""
    if (old is None) == (not forget) and not settings.YAKUBA.master_key:
        raise Invalid(
            "今までの鍵を置くフォルダを --old で示すか、残さないなら --forget-old を付けてください。",
            remedy="今までの控えを戻すには、今までの鍵が要ります。",
        )
    done = rotating.rotate(old, new)
    if as_json:
        print_json({"keys": done.keys, "taken_up": done.taken_up})
        return
    said = "前に止まったところから終えました。" if done.taken_up else f"{done.keys}個の鍵を包み直しました。"
    if settings.YAKUBA.master_key:
        after = "すべての機械で YAKUBA_MASTER_KEY から前の鍵を外し、起動し直してください。"
    else:
        after = "新しい master.key の控えを、控えとは別の場所に取り、データの控えも取り直してください。"
    console.print(f"{said}{after}", highlight=False, markup=False, soft_wrap=True)
