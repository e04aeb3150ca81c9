"""What the installation can see of itself: each function gives sentences about what is missing, none where all is well."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.addresses import listed, networks
from yakuba.kernel.administration.held import held_beyond_the_zone
from yakuba.kernel.audit import head
from yakuba.kernel.outbound import DataClass, OutboundRefused, require_relay, require_target
from yakuba.kernel.outbound.classes import Zone
from yakuba.kernel.outbound.permission import contradicted, permitted
from yakuba.kernel.outbound.profile import WIDEST, Flow, Model, Profile
from yakuba.kernel.outbound.target import Unclear, target_at
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import Contact, manifests, resolve
from yakuba.kernel.signin.queries import has_second_factor
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

MOST_NAMED = 10
_CLEAR = frozenset({"http", "ws", "smtp", "postgres"})  # what they carry may be read on the way
_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


def of_each_town() -> Iterator[Municipality]:
    """Each, active."""
    for town in Municipality.objects.order_by("code"):
        with active_municipality(town):
            yield town


def towns(profile: Profile) -> Iterator[str]:
    """Without one, all that is looked at town by town would be well: another data folder than the one at work, perhaps."""
    if not Municipality.objects.exists():
        yield "自治体が1つもないため、職員も通信も見ていません。動いている設備の設定（YAKUBA_DATA_DIR）で点検してください。"


def profile_file(profile: Profile) -> Iterator[str]:
    """Whoever may write the profile opens the zone; whoever may write in its folder lays another one there."""
    path: Path | None = settings.YAKUBA.deployment
    if path is None:
        return
    path = path.absolute()
    real = path.resolve()
    for one in dict.fromkeys((real, real.parent, path.parent)):
        about = one.stat()
        is_shared = (
            stat.S_ISDIR(about.st_mode) and about.st_mode & stat.S_ISVTX
        )  # as /tmp: only the owner replaces
        if about.st_mode & 0o022 and not is_shared:
            yield f"{one} を、ほかの利用者が書き換えられます。chmod go-w で閉じてください。"
        elif about.st_uid not in (0, os.geteuid()) and not is_shared:
            yield f"{one} の持ち主が、Yakubaの利用者でも root でもありません。chown で直してください。"


def _outward(profile: Profile) -> list[Flow]:
    return [one for one in profile.flows if one.outward]


def contradictions(profile: Profile) -> Iterator[str]:
    """Hosts that the older variable names and the profile does not."""
    for one in contradicted():
        yield f"YAKUBA_OUTBOUND_HOSTS の {one.host}:{one.port} は、プロファイルにないためつなぎません。どちらかに合わせてください。"


def unlisted_contacts(profile: Profile) -> Iterator[str]:
    """Whom settings and towns name, and the flows do not let through."""
    said = settings.YAKUBA
    if said.mail_relay and (refused := attempt(require_relay, said.mail_relay, DataClass.INTERNAL)[1]):
        yield f"メールの中継：{refused}"
    house = [
        Contact("認証サーバー", one.partition("=")[2].split()[0], DataClass.INTERNAL)
        for one in listed(said.oidc_directories)
    ]
    yield from _refused(house)
    for town in of_each_town():
        for manifest in manifests():
            if manifest.contacts:
                yield from (f"{town.name} {one}" for one in _refused(resolve(manifest.contacts)()))


def _refused(contacts: list[Contact]) -> Iterator[str]:
    for one in contacts:
        if refused := attempt(require_target, one.url, one.holds)[1]:
            yield f"{one.label}：{refused}"


def _database_host() -> str:
    """Empty where the database is on this machine."""
    host = str(settings.DATABASES["default"].get("HOST") or "")
    return "" if host in _HERE or host.startswith("/") else host


def database_flow(profile: Profile) -> Iterator[str]:
    """A database on another machine is a flow as well; it is the one that does not go through `outbound`."""
    if host := _database_host():
        port = settings.DATABASES["default"].get("PORT") or 5432
        try:
            permitted(target_at(f"{host}:{port}", "postgres"), profile.most)
        except (OutboundRefused, Unclear) as refused:
            yield f"データベース：{refused}"


def without_addresses(profile: Profile) -> Iterator[str]:
    """Names of inner servers whose addresses are not told: private ones are refused then."""
    for flow in _outward(profile):
        is_named = not flow.allowed.host.rpartition(".")[2].isdigit() and ":" not in flow.host
        if flow.peer != Zone.INTERNET and is_named and not flow.networks and flow.host != "localhost":
            yield f"通信「{flow.name}」に、相手の「アドレス」を書いてください。書かないと、庁内のアドレスにはつなぎません。"


def in_the_clear(profile: Profile) -> Iterator[str]:
    """Flows with more than public data that nobody encrypts. PostgreSQL is looked at by itself."""
    for flow in profile.flows:  # those that come in as well
        # The house's own mail holds numbers alone.
        least = DataClass.INTERNAL if flow.protocol == "smtp" else DataClass.PUBLIC
        if flow.protocol in _CLEAR - {"postgres"} and flow.most > least and flow.host not in _HERE:
            yield f"通信「{flow.name}」は {flow.protocol} なので、途中で読めます。暗号化する形に替えるか、載せる情報を機密性1にしてください。"


def ways_to_the_internet(profile: Profile) -> Iterator[str]:
    """Out of the LGWAN zone: by α not at all but through cleaning, by α' to named services over TLS."""
    if profile.zone is not Zone.LGWAN:
        return
    for flow in _outward(profile):
        if flow.peer is not Zone.INTERNET:
            continue
        if profile.model is Model.ALPHA and not flow.cleaned:
            yield f"αモデルでは、LGWAN接続系から直接インターネットへ出られません（通信「{flow.name}」）。無害化を通すか、通信を消してください。"
        elif profile.model is not Model.ALPHA and flow.protocol in _CLEAR:
            yield f"インターネットへ直接出る通信「{flow.name}」を、TLSの通るプロトコルにしてください。"


def uncleaned(profile: Profile) -> Iterator[str]:
    """What comes in from a lower zone as it is."""
    order = (Zone.INTERNET, Zone.LGWAN, Zone.MY_NUMBER)
    for flow in profile.flows:
        lower = order.index(flow.peer) < order.index(profile.zone)
        if not flow.outward and lower and not flow.cleaned:
            yield f"{flow.peer.label}から入る通信「{flow.name}」が無害化されません。無害化を通し、プロファイルに「無害化: はい」と書いてください。"


def held(profile: Profile) -> Iterator[str]:
    """What towns hold above the zone."""
    for town in of_each_town():
        yield from (f"{town.name} {one}" for one in held_beyond_the_zone())


def debug(profile: Profile) -> Iterator[str]:
    if settings.DEBUG:
        yield "YAKUBA_DEBUG を 0 にしてください。"


def https(profile: Profile) -> Iterator[str]:
    said = settings.YAKUBA
    if not said.https:
        yield "HTTPSのプロキシの内側に置き、YAKUBA_HTTPS=1 にしてください（docs/operate/proxy.md）。"
    elif not (named := networks(said.trusted_proxies)):
        yield "YAKUBA_TRUSTED_PROXIES に、前段のプロキシのアドレスを書いてください。"
    elif wide := [str(one) for one in named if one.prefixlen < WIDEST[one.version]]:
        yield f"YAKUBA_TRUSTED_PROXIES の {'、'.join(wide)} は広すぎます。前段のプロキシのアドレスに絞ってください。"


def hsts(profile: Profile) -> Iterator[str]:
    said = settings.YAKUBA
    if not said.https or not said.hsts_seconds:
        yield "YAKUBA_HTTPS=1 にし、YAKUBA_HSTS_SECONDS を0より大きくしてください。"


def second_factors(profile: Profile) -> Iterator[str]:
    """Roles that somebody has and that demand none, and people who have none."""
    for town in of_each_town():
        roles = Role.objects.filter(second_factor=False, users__is_active=True).distinct()
        if names := [one.name for one in roles.order_by("name")[:MOST_NAMED]]:
            yield f"{town.name}：役割 {'、'.join(names)} が二つ目の確認を求めていません。"
        people = User.objects.filter(municipality=town, is_active=True)
        if lacking := sum(not has_second_factor(one) for one in people):
            yield f"{town.name}：二つ目の確認を設定していない職員が{lacking}人います。"


def folder(profile: Profile) -> Iterator[str]:
    """The data folder and what lies right in it: deeper nobody comes who may not come here."""
    top = Path(settings.YAKUBA.data_dir)
    try:
        names = [one.name or str(one) for one in (top, *sorted(top.iterdir())) if _is_open(one)]
    except OSError as error:
        yield f"データフォルダ {top} を読めません（{error.strerror}）。"
        return
    if names:
        yield f"{'、'.join(names[:MOST_NAMED])} を、ほかの利用者が読めます。chmod go-rwx で閉じてください。"


def _is_open(path: Path) -> bool:
    try:
        return not path.is_symlink() and bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)
    except FileNotFoundError:  # SQLite's files beside the database come and go
        return False


def database_role(profile: Profile) -> Iterator[str]:
    """On PostgreSQL the house's role may do no more than the house has to: a superuser passes row-level security."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        )
        row = cursor.fetchone() or (True,) * 5
    names = ("SUPERUSER", "BYPASSRLS", "CREATEROLE", "CREATEDB", "REPLICATION")
    if had := [name for name, has in zip(names, row, strict=True) if has]:
        off = " ".join(f"NO{name}" for name in had)
        yield f"データベースの役割に {'、'.join(had)} があります。ALTER ROLE … {off} で外してください。"


def database_encryption(profile: Profile) -> Iterator[str]:
    """To another machine. SQLite and this machine's own server are not on any wire."""
    if connection.vendor != "postgresql" or not _database_host():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        row = cursor.fetchone()
    if not row or not row[0]:
        yield "PostgreSQLとの通信が暗号化されていません。サーバーの ssl を on にし、hostssl だけを許してください。"


def audit(profile: Profile) -> Iterator[str]:
    for town in of_each_town():
        yield from (f"{town.name}：{one}" for one in head.problems())


def key_apart(profile: Profile) -> Iterator[str]:
    """A copy of the data folder must not open itself."""
    if not settings.YAKUBA.master_key:
        yield "master.key がデータフォルダにあります。YAKUBA_MASTER_KEY で渡し、データと別の場所に置いてください。"
