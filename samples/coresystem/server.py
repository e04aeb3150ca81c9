"""Run the sample core system: `python samples/coresystem/server.py --port 8100 --database core.sqlite3`."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path

from core.screens import load
from core.site import Account, CoreSite
from core.store import Store
from core.troubles import Settings, Troubles
from core.web import Server

FOLDER = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; prints the address once it listens."""
    options = _options(arguments)
    try:
        settings = Settings().changed({name: getattr(options, name) for name in asdict(Settings())})
        site = CoreSite(
            screens=load(FOLDER / "screens.yaml"),
            store=Store(options.database),
            account=Account(options.staff_number, options.password),
            troubles=Troubles(settings),
            session_timeout=options.session_timeout,
            control_token=options.control_token,
        )
        server = Server((options.host, options.port), site, options.log)
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"起動できません: {error}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"基幹業務システム 見本: http://{options.host}:{server.server_port}/", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    environment = os.environ.get
    parser = argparse.ArgumentParser(description="基幹業務システム 見本", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=8100, help="0 なら空いているポート（表示される）")
    parser.add_argument("--host", default="127.0.0.1", help="待ち受けるアドレス")
    parser.add_argument("--database", type=Path, required=True, help="SQLite のファイル（なければ作る）")
    parser.add_argument("--staff-number", default="90001", help="職員番号")
    parser.add_argument(
        "--password",
        default=environment("CORESYSTEM_PASSWORD", "coresystem-demo"),
        help="パスワード（環境変数 CORESYSTEM_PASSWORD でもよい）",
    )
    parser.add_argument("--session-timeout", type=float, default=600.0, help="無操作でログアウトする秒数")
    parser.add_argument(
        "--control-token",
        default=environment("CORESYSTEM_CONTROL_TOKEN", ""),
        help="/_control の合言葉（環境変数 CORESYSTEM_CONTROL_TOKEN でもよい）。なければ /_control は閉じる",
    )
    parser.add_argument("--log", action="store_true", help="要求を標準エラーに書く")
    trouble = parser.add_argument_group("障害（動いている間も /_control で変えられる）")
    trouble.add_argument("--slow", type=float, default=0.0, help="各画面を遅らせる秒数（0.5～1.5倍に揺れる）")
    trouble.add_argument("--slow-submit", type=float, default=0.0, help="登録で、行を書く前に待つ秒数")
    trouble.add_argument("--error-rate", type=float, default=0.0, help="500 を返す割合（0～1）")
    trouble.add_argument("--logout-rate", type=float, default=0.0, help="途中でログアウトさせる割合（0～1）")
    trouble.add_argument("--drop-rate", type=float, default=0.0, help="登録の後に切断する割合（0～1）")
    trouble.add_argument("--broken-rate", type=float, default=0.0, help="登録の後に 500 を返す割合（0～1）")
    trouble.add_argument("--late-rate", type=float, default=0.0, help="登録で、切断してから書く割合（0～1）")
    trouble.add_argument("--late-seconds", type=float, default=0.0, help="そのとき、書くまでの秒数")
    trouble.add_argument("--refuse-known", type=float, default=0.0, help="1 なら、ある受付番号の登録を断る")
    trouble.add_argument("--layout", type=int, default=1, choices=(1, 2), help="画面の版")
    trouble.add_argument("--seed", type=int, default=0, help="障害の乱数の種")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
