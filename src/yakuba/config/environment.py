"""Everything an installation can set, read from `YAKUBA_*` environment variables.

Each field's description is what `docs/operate/settings.md` says of it; a test keeps the two together.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from yakuba.kernel.addresses import listed, networks

PROJECT = Path(__file__).resolve().parents[3]


class KeyMissing(RuntimeError):
    """Data was encrypted with a key that is not there. `str()` says what to do, in Japanese."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(
            f"暗号の鍵 {data_dir / 'master.key'} がありませんが、その鍵で保存したデータがあります。"
            "控えから master.key を戻すか、YAKUBA_MASTER_KEY に元の鍵を設定してください。"
        )


class Environment(BaseSettings):
    """The installation's settings. Raises pydantic's ValidationError, naming the variable, on a bad value."""

    model_config = SettingsConfigDict(env_prefix="YAKUBA_", extra="ignore")

    data_dir: Path = Field(PROJECT / "data", description="すべてのデータを置くフォルダ")
    database_url: str | None = Field(
        None, description="PostgreSQLの接続先 postgresql://利用者:パスワード@ホスト:ポート/名前。空ならSQLite"
    )
    host: str = Field("127.0.0.1", description="画面を出すアドレス")
    port: int = Field(8000, ge=1, le=65535, description="画面を出すポート")
    allowed_hosts: str = Field(
        "localhost,127.0.0.1,[::1]", description="利用者が開くときのホスト名（カンマ区切り）"
    )
    https: bool = Field(
        False, description="HTTPSの内側で動かすとき1。クッキーをHTTPSだけにする（前段のプロキシが必要）"
    )
    trusted_proxies: str = Field(
        "",
        description="前段のプロキシのアドレスかネットワーク（カンマ区切り）。ここからの X-Forwarded-For と "
        "X-Forwarded-Proto だけを信じる。空ならだれも信じない",
    )
    passkey_origins: str = Field(
        "",
        description="パスキーを使う画面のアドレス（https://ホスト名。カンマ区切り）。空なら、この計算機のブラウザーで "
        "http://localhost を開いたときだけ使え、プロキシの内側では使えない",
    )
    passkey_domain: str = Field(
        "",
        description="パスキーを結びつけるドメイン名。空なら YAKUBA_PASSKEY_ORIGINS の最初のホスト名。"
        "あとで変えると、登録したパスキーは使えなくなる",
    )
    oidc_directories: str = Field(
        "",
        description="庁内の認証サーバー（OpenID Connect）。団体コード=発行者のURL クライアントID 職員IDのクレーム"
        "（カンマ区切り。クレームを省くと preferred_username）。YAKUBA_OUTBOUND_HOSTS にも加える",
    )
    oidc_secrets: str | None = Field(
        None,
        description="認証サーバーに示すクライアントの秘密。団体コード=秘密（カンマ区切り）。空なら示さない",
    )
    hsts_seconds: int = Field(
        2_592_000,
        ge=0,
        description="HTTPSのとき、ブラウザーにHTTPSだけで開くことを覚えさせる秒数（HSTS）。0で覚えさせない",
    )
    part: Literal["whole", "outside", "inside"] = Field(
        "whole",
        description="この設備が受け持つところ。whole：全部。outside：住民の申請、質問、通報のページだけ（インターネット接続系に置く）。"
        "inside：ほかの全部で、住民のページは出さない",
    )
    debug: bool = Field(False, description="開発用。1にすると詳しいエラー画面を出す。本番では使わない")
    secret_key: str | None = Field(None, description="署名の鍵。空ならデータフォルダに作って保存する")
    master_key: str | None = Field(
        None,
        description="自治体の鍵を包む鍵（16進64文字）。替えるあいだだけ「新しい鍵,前の鍵」と書く。空ならデータフォルダに作って保存する",
    )
    log_format: Literal["plain", "json"] = Field(
        "plain", description="記録（標準エラー）の形。jsonにすると、1行に1つのJSON"
    )
    worker_concurrency: int = Field(2, ge=1, le=16, description="1つのワーカーが同時に行う仕事の数")
    upload_max_bytes: int = Field(200_000_000, ge=1_000_000, description="1ファイルの大きさの上限（バイト）")
    upload_max_pages: int = Field(1000, ge=1, description="1ファイルのページ数の上限")
    request_max_bytes: int = Field(
        2_000_000_000, ge=1_000_000, description="職員やプログラムが一度に送れる大きさの上限（バイト）"
    )
    arrival_root: Path | None = Field(
        None,
        description="スキャナのフォルダを置く場所。この下の「自治体コード/フォルダ」だけを見る。空なら見ない",
    )
    chromium: Path = Field(Path("/usr/bin/chromium"), description="ロボットが使うChromiumの場所")
    outbound_hosts: str = Field(
        "",
        description="外へ接続してよい相手（カンマ区切り。ホスト名か ホスト名:ポート。ポートを省くと80と443）。"
        "ほかはすべて断る",
    )
    deployment: Path | None = Field(
        None,
        description="配置プロファイルのファイル（三層のモデルと系、通信の一覧）。あれば YAKUBA_OUTBOUND_HOSTS の代わりに"
        "これだけに従う",
    )
    model_server_key: str | None = Field(
        None, description="言語モデルのサーバーに示す鍵（APIキー）。空なら示さない"
    )
    cityhub_secrets: str | None = Field(
        None,
        description="都市OSがMQTTのブローカーに示すパスワード。団体コード/名前=パスワード（カンマ区切り）。"
        "名前は「MQTTの決まり」に書く。空なら示さない",
    )
    cityhub_rate: float = Field(
        20_000,
        gt=0,
        description="都市OSの入口が一つの自治体から受ける、1秒あたりの要求の数。超えた分は待つように答える",
    )
    mail_relay: str = Field(
        "",
        description="メールを渡す中継サーバー（ホスト名:ポート。ポートを省くと25）。"
        "YAKUBA_OUTBOUND_HOSTS にも入れる。空ならメールは送らない",
    )
    mail_from: str = Field("yakuba@localhost", description="送るメールの差出人のアドレス")
    metrics_addresses: str = Field(
        "",
        description="/metrics と /health/ready の内訳を見せてよいアドレスかネットワーク（カンマ区切り）。空ならどこにも見せない",
    )
    metrics_token: str | None = Field(
        None,
        min_length=20,
        description="/metrics と /health/ready の内訳を見るためのトークン（20文字以上）。空ならトークンでは見せない",
    )
    samples_dir: Path = Field(PROJECT / "samples", description="見本の置き場所")

    @field_validator("trusted_proxies", "metrics_addresses")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        networks(text)
        return text

    @field_validator("deployment", mode="before")
    @classmethod
    def _is_a_file_or_nothing(cls, given: object) -> object:
        """Empty is none, as with the others; as a path it would be the folder at hand, and close everything."""
        return None if isinstance(given, str) and not given.strip() else given

    @field_validator("passkey_origins")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        for one in listed(text):
            parts = urlsplit(one)
            safe = parts.scheme == "https" or (parts.scheme, parts.hostname) == ("http", "localhost")
            if not safe or one != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc:
                raise ValueError(f"{one}: https://ホスト名 の形で書いてください（http:// は localhost だけ）")
        return text

    @field_validator("oidc_directories")
    @classmethod
    def _are_directories(cls, text: str) -> str:
        for one in listed(text):
            code, _, rest = one.partition("=")
            words = rest.split()
            if (
                not code.isdecimal()
                or not 2 <= len(words) <= 3
                or not words[0].startswith(("https://", "http://"))
            ):
                raise ValueError(f"{one}: 団体コード=発行者のURL クライアントID の形で書いてください")
        return text

    @field_validator("oidc_secrets")
    @classmethod
    def _are_secrets(cls, text: str | None) -> str | None:
        if any("=" not in one for one in listed(text or "")):
            raise ValueError("団体コード=秘密 の形で書いてください")
        return text

    @field_validator("cityhub_secrets")
    @classmethod
    def _are_named_secrets(cls, text: str | None) -> str | None:
        if any("/" not in one.partition("=")[0] or "=" not in one for one in listed(text or "")):
            raise ValueError("団体コード/名前=パスワード の形で書いてください")
        return text

    @model_validator(mode="after")
    def _is_domain_of_the_origins(self) -> Self:
        hosts = [urlsplit(one).hostname or "" for one in listed(self.passkey_origins)]
        domain = self.passkey_domain or (hosts[0] if hosts else "")
        for host in hosts:
            if host != domain and not host.endswith(f".{domain}"):
                raise ValueError(f"YAKUBA_PASSKEY_ORIGINS の {host} は、ドメイン {domain} の中にありません")
        return self

    @cached_property
    def signing_key(self) -> str:
        """The key that signs sessions; made and kept on first use."""
        return self.secret_key or kept_secret(self.data_dir / "secret.key")

    @cached_property
    def encryption_key(self) -> bytes:
        """The master key: 32 bytes that the municipalities' keys are wrapped under; made and kept on first use.

        Raises KeyMissing where files lie that were encrypted with another: a new key would hide that.
        """
        if not self.has_encryption_key and next((self.data_dir / "files").glob("*/*/*"), None) is not None:
            raise KeyMissing(self.data_dir)
        return self.given_keys()[0] if self.master_key else bytes.fromhex(kept_secret(self.master_file))

    def given_keys(self) -> list[bytes]:
        """The master keys of the environment: the one that wraps, and those before it."""
        return [bytes.fromhex(one.strip()) for one in (self.master_key or "").split(",") if one.strip()]

    def master_keys(self) -> Iterator[bytes]:
        """Every master key that is to be had, likely ones first: this process's, those before it, and what lies in the
        folder now, where a rotation since this process began has laid another."""
        yield self.encryption_key
        yield from self.given_keys()[1:]
        for path in () if self.master_key else (self.master_file, self.next_master_file):
            if (found := kept_key(path)) is not None:
                yield found

    @property
    def master_file(self) -> Path:
        """Where the master key lies that no variable gives."""
        return self.data_dir / "master.key"

    @property
    def next_master_file(self) -> Path:
        """Where the next one lies until all keys are wrapped under it and it takes the other's place."""
        return self.data_dir / "master.key.next"

    @property
    def has_encryption_key(self) -> bool:
        """Whether a key is given, or lies where it was kept."""
        return bool(self.master_key) or self.master_file.exists()

    @property
    def jobs_database_url(self) -> str:
        """SQLAlchemy address of the job engine's own tables."""
        if self.database_url:
            return "postgresql+psycopg://" + self.database_url.split("://", 1)[1]
        return f"sqlite:///{self.data_dir / 'jobs.sqlite3'}"

    def django_database(self) -> dict[str, object]:
        """The entry for Django's DATABASES."""
        if self.database_url:
            return _postgresql(self.database_url)
        return {
            "ENGINE": "yakuba.kernel.sqlite",  # writers take turns
            "NAME": self.data_dir / "yakuba.sqlite3",
            "OPTIONS": {
                "timeout": 60,  # seconds for SQLite's own lock, after the turn
                # A writer takes its lock at BEGIN: two processes wait for each other instead of failing
                # with "database is locked" when both upgrade a read lock.
                "transaction_mode": "IMMEDIATE",
                # FULL: a robot's intent must survive a power loss, not only a crash.
                # WAL: readers wait for nobody. Its file shrinks again after a large transaction.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA journal_size_limit=67108864;"
                # Where residents write, what is deleted is overwritten in its page.
                + (" PRAGMA secure_delete=ON;" if self.part == "outside" else ""),
            },
        }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(
            f"YAKUBA_DATABASE_URL は postgresql:// で始めてください（今の値は {parts.scheme}://…）"
        )
    return {
        "ENGINE": "yakuba.kernel.postgresql",  # each town sees its own rows only
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
    }


def kept_key(path: Path) -> bytes | None:
    """The key in that file; None where there is none."""
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None


def kept_secret(path: Path) -> str:
    """Read the secret in `path`, or make one there that only its owner can read."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    value = secrets.token_hex(32)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value + "\n")
    try:
        os.link(temporary, path)  # atomic: of two processes that start together, one wins and both read it
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text(encoding="ascii").strip()
