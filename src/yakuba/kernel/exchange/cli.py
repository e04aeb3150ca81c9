"""`yakuba exchange …`: keys, the pull, and files on a medium, on either side."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from yakuba.kernel.cli.options import JSON, TOWN
from yakuba.kernel.cli.output import console, fail, municipality_of, print_json, write_file
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.exchange import carrying, keys, pulling
from yakuba.kernel.exchange.models import Arrival, OwnKey, Parcel
from yakuba.kernel.exchange.operations import OPERATIONS
from yakuba.kernel.operations.commands import add_commands
from yakuba.kernel.outbound import part

app = verbs("外と内の授受：鍵、受け取り、ファイルでの受け渡し")
add_commands(app, OPERATIONS)
LARGEST_KEY_FILE = 100_000


@app.command("keys")
def show_keys(
    out: Path | None = typer.Option(None, "--out", help="相手の設備に渡す鍵のファイルを書く"),
    town: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """この設備の鍵の指紋を出す。鍵がなければ作る"""
    with municipality_of(town):
        row = keys.newest() if OwnKey.objects.exists() else keys.make()
        print_, content = keys.fingerprint_of(row), keys.file_of(row)
    if out is not None:
        write_file(out, content)
    if as_json:
        print_json({"fingerprint": print_, "generation": row.generation, "part": part.part()})
        return
    _line(f"{part.LABELS[part.part()]}の設備の鍵（{row.generation}代目）の指紋：")
    _line(f"  {print_}")
    _line("相手の設備の運用者に、電話で読み上げてください。")


@app.command("renew")
def renew(town: str = TOWN) -> None:
    """新しい鍵に替える。相手へは次の授受で伝わる"""
    with municipality_of(town):
        row = keys.renew()
        _line(f"{row.generation}代目の鍵を作りました。指紋：{keys.fingerprint_of(row)}")


@app.command("accept")
def accept(
    file: Path = typer.Argument(help="相手の設備の鍵のファイル"),
    fingerprint: str = typer.Option("", "--fingerprint", help="相手が読み上げた指紋（30けた）。省くと聞く"),
    address: str = typer.Option("", "--address", help="内の設備で：外の設備のアドレス（https://…）"),
    town: str = TOWN,
) -> None:
    """相手の設備の鍵を、読み上げられた指紋と比べて入れる"""
    with municipality_of(town):
        content = _content(file)
        keys.read(content)
        told = fingerprint or _asked()
        row = keys.accept(content, told, address)
        _line(f"相手の設備の鍵を入れました。{'アドレス：' + row.address if row.address else ''}")


@app.command("pull")
def pull(town: str = TOWN, as_json: bool = JSON) -> None:
    """内の設備で：外の設備から、いま受け取る"""
    with municipality_of(town):
        if not part.is_inside():
            raise part.WrongPart(f"受け取りに行くのは内の設備です（{part.VARIABLE}=inside）。")
        number = pulling.pull()
    if as_json:
        print_json({"parcels": number})
    else:
        _line(f"{number}件を新しく受け取りました。")


@app.command("carry-out")
def carry_out(
    folder: Path = typer.Argument(help="書き出すフォルダ（媒体）か、ファイルの名前"),
    town: str = TOWN,
    as_json: bool = JSON,
) -> None:
    """相手の設備へ運ぶファイルを書き出す"""
    with municipality_of(town):
        target = folder / carrying.name() if folder.is_dir() else folder
        write_file(target, carrying.out())
    if as_json:
        print_json({"file": str(target), "bytes": target.stat().st_size})
    else:
        _line(f"書き出しました: {target}")


@app.command("carry-in")
def carry_in(
    file: Path = typer.Argument(help="相手の設備のファイル"), town: str = TOWN, as_json: bool = JSON
) -> None:
    """相手の設備のファイルを取り込む。二度取り込んでも、順が違っても、増えも減りもしない"""
    with municipality_of(town):
        try:
            with file.open("rb") as content:
                done = carrying.take_in(content)
        except OSError as error:
            raise fail(f"{file} を読めません（{error.strerror}）。媒体を確かめてください。") from error
    if as_json:
        print_json({"parcels": done.parcels, "stale": done.stale, "told": done.told})
    else:
        _line(" ".join(one for one in (done.told, f"新しく受け取ったもの：{done.parcels}件") if one))


@app.command("status")
def status(town: str = TOWN, as_json: bool = JSON) -> None:
    """授受がどこまで進んでいるかを出す"""
    with municipality_of(town):
        row = keys.counterpart()
        facts = {
            "part": part.part(),
            "counterpart": keys.fingerprint_of_counterpart(row),
            "address": row.address,
            "heard_at": row.heard_at.isoformat() if row.heard_at else "",
            "fault": row.fault,
            "position": row.position,
            "waiting": Parcel.objects.filter(number__gt=row.position, content__isnull=False).count()
            if part.is_outside()
            else Arrival.objects.filter(state=Arrival.State.WAITING).count(),
            "stuck": Arrival.objects.filter(state=Arrival.State.STUCK).count(),
        }
    if as_json:
        print_json(facts)
        return
    labels = {
        "part": "この設備", "counterpart": "相手の指紋", "address": "相手のアドレス", "heard_at": "最後に通じた",
        "fault": "通じない理由", "position": "届いているところ", "waiting": "待っているもの", "stuck": "人が見るもの",
    }  # fmt: skip
    for name, label in labels.items():
        _line(f"{label}：{facts[name]}")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            return content.read(LARGEST_KEY_FILE)
    except OSError as error:
        raise fail(f"{file} を読めません（{error.strerror}）。") from error


def _asked() -> str:
    """The fingerprint, as it is typed by whoever hears it."""
    _line("相手の設備の運用者に電話で指紋を読んでもらい、そのとおりに入力してください：")
    return sys.stdin.readline().strip()


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
