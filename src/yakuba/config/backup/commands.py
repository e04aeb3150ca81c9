"""`yakuba backup` and `yakuba restore`."""

from __future__ import annotations

from pathlib import Path

import typer
from django.conf import settings

from yakuba.config.backup import checking, keys, restoring, taking
from yakuba.config.backup.contents import Manifest
from yakuba.config.masterkey.rotating import unchanged
from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import bars, console, errors, fail, print_json, progress_bar

KEYS = typer.Option(None, "--keys", help="鍵を置く（戻すときは、鍵のある）フォルダ。控えとは別の場所")


def backup(
    target: Path = typer.Argument(help="控えのフォルダ。取るときは、まだないもの"),
    prove: bool = typer.Option(False, "--check", help="取らずに、そこにある控えが欠けていないかを確かめる"),
    key_folder: Path | None = KEYS,
    as_json: bool = JSON,
) -> None:
    """控えを取る（動かしたままでよい）。--check は、戻さずに控えを確かめる"""
    if prove:
        _prove(target, key_folder, as_json)
        return
    with unchanged(), progress_bar(quiet=as_json) as bar:
        new = keys.keep(key_folder, target) if key_folder is not None else []
        manifest = taking.take(target, bars(bar))
    _tell(manifest, "控えを取りました", target, as_json)
    for name in new:
        errors.print(f"鍵 {name} を {key_folder} に写しました。", highlight=False, markup=False)
    if key_folder is None and not settings.YAKUBA.master_key:
        errors.print(
            "控えに鍵（master.key）は入っていません。鍵の控えがまだなら、--keys で別の場所に取ってください。",
            highlight=False,
        )
    _fail_if_lacking(manifest)


def restore(
    source: Path = typer.Argument(help="控えのフォルダ"), key_folder: Path | None = KEYS, as_json: bool = JSON
) -> None:
    """控えを、空のデータフォルダ（と空のデータベース）へ戻し、監査記録を照合する"""
    with progress_bar(quiet=as_json) as bar:
        manifest, problems = restoring.restore(source, key_folder, bars(bar))
    _tell(manifest, "戻しました", settings.YAKUBA.data_dir, as_json)
    if problems:
        raise fail("\n".join(["監査記録に問題があります。動かす前に調べてください。", *problems]))
    _fail_if_lacking(manifest)


def _prove(source: Path, key_folder: Path | None, as_json: bool) -> None:
    master = keys.master(key_folder)
    with progress_bar(quiet=as_json) as bar:
        manifest = checking.check(source, master, bars(bar))
    _tell(manifest, "控えは欠けていません", source, as_json)
    if master is None:
        errors.print(
            "鍵がないので、だれが取った控えかは確かめていません。--keys で鍵のあるフォルダを示すと確かめます。",
            highlight=False,
        )
    _fail_if_lacking(manifest)


def _tell(manifest: Manifest, said: str, where: Path, as_json: bool) -> None:
    if as_json:
        kept = {"made_at", "release", "database", "files", "lacking", "size", "contents_sha256"}
        print_json(manifest.model_dump(include=kept))
        return
    line = f"{said}: {where}（{manifest.made_at}、ファイル{manifest.files}個、{manifest.size:,}バイト）"
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def _fail_if_lacking(manifest: Manifest) -> None:
    if manifest.lacking:
        raise fail(
            f"取る前から、データフォルダにないファイルが{len(manifest.lacking)}個あります（{manifest.lacking[0]} など）。"
            "それ以外はそろっています。"
        )
