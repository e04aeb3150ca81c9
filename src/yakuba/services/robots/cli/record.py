"""`yakuba robots record URL`: a browser on this screen, and what is done in it as a scenario."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import typer
from django.conf import settings

from yakuba.kernel.accounts.acting import TOKEN, acting
from yakuba.kernel.accounts.models import User
from yakuba.kernel.cli.output import fail
from yakuba.kernel.operations.commands import TOWN
from yakuba.kernel.outbound import DataClass, class_of, require_target, spelt_out
from yakuba.kernel.outbound.target import canonical_host
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.services.robots.actions import case_files, own_recordings, recordings
from yakuba.services.robots.actions.systems import secrets_of
from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.egress.client import EgressSession, home
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.notebook import Notebook
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.operations import recordings as operations


@dataclass
class Begun:
    """A recording that can begin. keep: hands the draft over at its end and says where it is; None: only the file is kept."""

    sample: Any
    receipt: str = "{受付番号}"
    keep: Callable[[Notebook], str] | None = None
    holds: DataClass = DataClass.INTERNAL  # of what is typed


def record(
    url: str = typer.Argument(help="録画を始める画面のアドレス（https://…）"),
    case: str = typer.Option("", "--case", help="見本の受付の番号。打った値が申請の項目の名前になる"),
    to: str = typer.Option("", "--to", help=f"下書きを送る役場のアドレス。{TOKEN} にその人のAPIトークン"),
    user: str = typer.Option("", "--user", help="この機械の役場に下書きを残す職員ID"),
    municipality: str = TOWN,
    out: Path | None = typer.Option(None, "--out", help="書くYAML。省くと今のフォルダに日時の名前で書く"),
    system: int = typer.Option(0, "--system", help="接続先の番号。アドレスから一つに決まれば省ける"),
    test_target: bool = typer.Option(False, "--test-target", help="試験用の接続先なので、登録も押してよい"),
    headless: bool = typer.Option(False, "--headless", hidden=True),
) -> None:
    """ブラウザーを開き、そこでした操作をシナリオの下書きにする。Ctrl+Cか、窓を閉じると終わる"""
    with acting(user, "robots.record", municipality=municipality) if user else nullcontext() as actor:
        _require_screen(headless=headless)
        run(url, case=case, to=to, actor=actor, out=out, system=system, test_target=test_target)


def _require_screen(*, headless: bool) -> None:
    """Raises typer.Exit where nobody could see the window."""
    if headless:
        raise fail(
            "--headless では録画できません。人が画面で操作して見せるためのコマンドです。画面のあるパソコンで動かすか、"
            "「ロボット」のページの「操作を録画する」を使ってください。",
            2,
        )
    if problem := launch.screen_problem():
        raise fail(problem, 2)


def run(
    url: str,
    *,
    case: str = "",
    to: str = "",
    actor: User | None = None,
    out: Path | None = None,
    system: int = 0,
    test_target: bool = False,
    browser: Any = None,
) -> None:
    """The same, in whatever browser. actor: beside whose installation it is; None elsewhere. Raises Refused and typer.Exit."""
    from yakuba.services.robots.adapters.own_recording import DraftFile, OwnRecording, own_browser

    base, path = _place(url)
    if to and actor:
        raise fail("--to と --user はどちらか一つです。", 2)
    if (to or actor) and not case:
        raise fail("下書きにするには、--case で見本の受付の番号を書いてください。", 2)
    require_target(base)
    file = DraftFile(_file(out))
    if to:
        begun = _at_installation(to, case, url)
    else:
        begun = _here(case, url, system, actor) if actor else _alone(base, case)
    begun.sample = replace(begun.sample, test_target=test_target)
    typer.echo(f"途中の下書き：{file.path}")
    notebook = Notebook(begun.sample.draft, begun.receipt)
    notebook.listen(lambda told: _noted(file, notebook, told))
    file.write(notebook)
    kinds = {"browser": browser} if browser else {}
    require_target(base, begun.holds)
    hosts = [str(urlsplit(base).hostname)]
    way_out = _way_out(hosts[0], begun.holds)
    with own_browser(hosts, str(settings.YAKUBA.chromium), way_out, **kinds) as opened:
        recording = OwnRecording(opened, begun.sample, notebook, typer.echo)
        recording.work(path)
    typer.echo(recording.ended)
    _finish(begun, notebook, file, wanted=out is not None)


def _way_out(host: str, holds: DataClass) -> EgressSession:
    """To the host alone: its listed ports, protocols and addresses."""
    targets = [one for one in spelt_out(holds) if one["host"] == canonical_host(host)]
    return EgressSession(home(settings.YAKUBA.data_dir), "", lambda at_least: at_least, targets)


def _noted(file: Any, notebook: Notebook, told: str) -> None:
    file.write(notebook)
    if told:
        typer.echo(f"  {told}")


def _finish(begun: Begun, notebook: Notebook, file: Any, *, wanted: bool) -> None:
    """Hand the draft over. The file stays where that fails, or was asked for."""
    file.write(notebook)
    for one in drafts.missing(notebook.draft):
        typer.echo(f"まだ見せていないこと：{one}")
    try:
        if begun.keep is not None:
            typer.echo(begun.keep(notebook))
    except Refused as refused:
        file.write_pictures(notebook)
        typer.echo(f"下書きはまだ役場にありません。{file.path} にあります。", err=True)
        raise refused
    if begun.keep is None or wanted:
        count = file.write_pictures(notebook)
        typer.echo(f"{file.path} に書きました（画像 {count}枚は {file.pictures}）。")
    else:
        file.remove()


def _place(url: str) -> tuple[str, str]:
    """Address without a path, and the path. Raises Invalid."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise Invalid("アドレスが読み取れません。https://… の形で書いてください。") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("アドレスは https:// か http:// で始めてください。")
    if parts.username or parts.password:
        raise Invalid(
            "アドレスに利用者名やパスワードを書かないでください。ブラウザーの認証は、手順「認証」で行います。"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = (parts.path or "/").partition(";")[0]
    return f"{parts.scheme}://{host}{port}", path + (f"?{parts.query}" if parts.query else "")


def _file(out: Path | None) -> Path:
    path = out or Path(f"録画-{datetime.now():%Y%m%d-%H%M%S}.yaml")
    if path.exists():
        raise fail(f"{path} はもうあります。別の名前を --out で書いてください。", 2)
    if not path.parent.is_dir():
        raise fail(f"フォルダ {path.parent} がありません。", 2)
    return path


def _alone(base: str, case: str) -> Begun:
    """Nothing is known of the case: what is typed becomes items called like their fields."""
    if case:
        raise fail("--case は、--user か --to と一緒に使います（見本の申請は役場にあります）。", 2)
    typer.echo(
        "見本の申請がないため、打った値は欄の名前の項目（{欄の名前}）にします。手続の項目名に直してください。"
    )
    from yakuba.services.robots.adapters.own_recording import Sample

    draft = drafts.new("録画した登録", "手続のコード", str(urlsplit(base).hostname), base)
    return Begun(Sample(base, Known((), {}, by_label=True), draft, {}))


def _here(case: str, url: str, system: int, actor: User) -> Begun:
    """Beside the installation: its values, its vault, its files."""
    from yakuba.services.robots.adapters.own_recording import Sample

    row = operations.case_of(case)
    target = operations.system_of(system) if system else own_recordings.system_at(url)
    operations.take_sample(actor, receipt_number=case, address=target.base_url, system=target.pk)
    draft = recordings.begun(row, target, "")
    sample = Sample(
        target.base_url,
        recordings.known(row),
        draft,
        secrets_of(target),
        papers=case_files.papers_to_record(row, actor),
        login=recordings.login_of(draft, target.base_url),
    )

    def keep(notebook: Notebook) -> str:
        kept = operations.keep_recorded(
            actor, receipt_number=case, system=target.pk, text=drafts.text_of(notebook.draft)
        )
        for aim, image in notebook.pictures.items():
            own_recordings.keep_picture(kept, aim, image, actor=actor)
        return f"下書き {kept.pk} にしました。「ロボット」の「録画と下書き」で確かめてください。"

    return Begun(sample, recordings.receipt_template(row), keep, class_of(row.procedure.definition))


def _at_installation(to: str, case: str, url: str) -> Begun:
    """With a token of the person."""
    from yakuba.services.robots.adapters.installation import Installation
    from yakuba.services.robots.adapters.own_recording import Sample

    token = os.environ.get(TOKEN, "")
    if not token:
        raise fail(
            f"{TOKEN} に、あなたのAPIトークンを設定してください（管理の「APIトークン」で作れます）。", 2
        )
    installation = Installation(to, token)
    told = installation.sample(case, url)
    specs = [
        FieldSpec(str(one["code"]), str(one["label"]), str(one["type"]), dict(one.get("options") or {}))
        for one in told["fields"]
    ]
    known = Known(specs, {str(code): str(value) for code, value in told["values"].items()})
    sample = Sample(str(told["base_url"]), known, dict(told["draft"]), {})

    def keep(notebook: Notebook) -> str:
        kept = installation.keep(case, int(told["system"]), drafts.text_of(notebook.draft))
        for aim, image in notebook.pictures.items():
            installation.keep_picture(int(kept["id"]), aim, image)
        return f"下書き {kept['id']} にしました。「ロボット」の「録画と下書き」で確かめてください。"

    has_number = any(one.type == "my_number" for one in specs)
    holds = DataClass.MY_NUMBER if has_number else DataClass.RESIDENTS
    return Begun(sample, str(told["receipt"]), keep, holds)
