"""`yakuba check --deploy`: what is missing is told, what cannot be seen is never called well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from typer.testing import CliRunner

from tests.postgresql_server import by_superuser
from yakuba.config.command import build
from yakuba.kernel.accounts.models import Role
from yakuba.kernel.administration import checks, seen
from yakuba.kernel.administration.deployment import DEMANDS, State, examined
from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.tests.test_zones import NUMBER
from yakuba.kernel.outbound.classes import Zone
from yakuba.kernel.outbound.profile import Model, parsed, read
from yakuba.kernel.outbound.tests.conftest import HEAD, flow
from yakuba.kernel.townsettings.actions import set_values

SAMPLES = settings.YAKUBA.samples_dir / "deployment"
MODELS = sorted(path.stem for path in SAMPLES.glob("*.yaml"))


@pytest.fixture
def profile_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`profile_of(text)`: this installation's own profile from here on."""

    def put(text: str):
        path = tmp_path / "profile.yaml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        monkeypatch.setattr(settings.YAKUBA, "deployment", path)
        return read(path)

    return put


def with_flow(*flows: str, head: str = HEAD) -> str:
    return head + ("通信:\n" + "".join(flows) if flows else "通信: []\n")


@pytest.fixture
def well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_yakuba_city) -> None:
    """All that the installation itself can be asked for."""
    said = settings.YAKUBA
    for name, value in {
        "https": True, "trusted_proxies": "127.0.0.1", "hsts_seconds": 31_536_000, "data_dir": tmp_path / "data",
        "master_key": "11" * 32, "outbound_hosts": "", "mail_relay": "", "oidc_directories": "",
    }.items():  # fmt: skip
        monkeypatch.setattr(said, name, value)
    (tmp_path / "data").mkdir(mode=0o700)
    monkeypatch.setattr(settings, "DEBUG", False)
    Role.objects.update(second_factor=True)
    record("administration.checked")
    head.replace()  # the folder is a new one
    if connection.vendor == "postgresql":  # the tests' own role makes databases
        with by_superuser(connection.get_connection_params()) as server:
            if not server.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = 'yakuba_house_of_tests'"
            ).fetchone():
                server.execute("CREATE ROLE yakuba_house_of_tests")
            server.execute("GRANT yakuba_house_of_tests TO yakuba")
            for what in ("TABLES", "SEQUENCES"):
                server.execute(f"GRANT ALL ON ALL {what} IN SCHEMA public TO yakuba_house_of_tests")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yakuba_house_of_tests")


def missing(profile) -> dict[str, str]:
    return {one.code: one.advice for one in examined(profile) if one.state is State.MISSING}


@pytest.mark.parametrize("name", MODELS)
def test_the_samples_lack_nothing_that_can_be_seen(name: str, well, profile_of) -> None:
    profile = profile_of((SAMPLES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert profile.model == name
    assert missing(profile) == {}
    assert any(one.state is State.PERSON and one.advice for one in examined(profile))


def test_what_cannot_be_seen_is_never_called_well(well) -> None:
    for demand in DEMANDS:
        assert (demand.look is None) == bool(demand.reason), demand.code
    for model in Model:
        for zone in Zone:
            text = f"名前: x\nモデル: {model.label}\n系: {zone.label}\n通信: []\n"
            for one in examined(parsed(text)):
                unseen = next(demand for demand in DEMANDS if demand.code == one.code).look is None
                assert (one.state is State.PERSON) == unseen


@pytest.mark.parametrize(
    ("model", "zone", "asked", "not_asked"),
    [
        ("α", "LGWAN接続系", {"separation", "cleaning_system"}, {"endpoints", "external_audit", "screen_transfer", "key_apart"}),
        ("α'", "LGWAN接続系", {"cloud_review", "endpoints", "external_audit"}, {"screen_transfer", "asset_access"}),
        ("β", "LGWAN接続系", {"endpoints", "external_audit", "screen_transfer", "asset_access"}, {"cloud_review", "system_monitoring"}),
        ("β'", "インターネット接続系", {"endpoints", "external_audit", "system_monitoring"}, {"cloud_review", "cleaning_system"}),
        ("α", "個人番号利用事務系", {"terminal_factors"}, {"endpoints"}),
    ],
)  # fmt: skip
def test_each_model_asks_for_its_own(model: str, zone: str, asked: set, not_asked: set, well) -> None:
    codes = {one.code for one in examined(parsed(f"名前: x\nモデル: {model}\n系: {zone}\n通信: []\n"))}
    assert asked <= codes
    assert not not_asked & codes


BROKEN = {
    "debug": ("DEBUG", True),
    "https": ("https", False),
    "hsts": ("hsts_seconds", 0),
    "https of all": ("trusted_proxies", "0.0.0.0/0"),
    "outbound_hosts": ("outbound_hosts", "other.example:443"),
    "contacts": ("mail_relay", "mail.example:25"),
    "key_apart": ("master_key", None),
}


@pytest.mark.parametrize("code", sorted(BROKEN))
def test_a_setting_that_is_missing_is_told(
    code: str, well, profile_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = profile_of(with_flow(head=HEAD.replace("α", "β")))
    assert missing(profile) == {}
    name, value = BROKEN[code]
    monkeypatch.setattr(settings if name == "DEBUG" else settings.YAKUBA, name, value)
    assert code.partition(" ")[0] in missing(profile)


def test_people_and_roles_without_a_second_factor_are_told(well, profile_of, clerk) -> None:
    profile = profile_of(with_flow())
    Role.objects.update(second_factor=False)
    told = missing(profile)["second_factor"]
    assert "二つ目の確認を求めていません" in told
    assert "職員が" in told


def test_an_open_data_folder_is_told(well, profile_of) -> None:
    profile = profile_of(with_flow())
    key = Path(settings.YAKUBA.data_dir) / "secret.key"
    key.write_text("x", encoding="ascii")
    key.chmod(0o644)
    assert "secret.key" in missing(profile)["data_folder"]


def test_a_profile_that_others_may_write_is_told(well, profile_of, tmp_path: Path) -> None:
    profile = profile_of(with_flow())
    path = settings.YAKUBA.deployment
    path.chmod(0o664)
    assert "書き換えられます" in missing(profile)["profile_file"]
    path.chmod(0o644)
    assert missing(profile) == {}
    tmp_path.chmod(0o777)
    assert "書き換えられます" in missing(profile)["profile_file"]
    tmp_path.chmod(0o700)


def test_the_file_behind_a_link_is_looked_at(well, profile_of, tmp_path: Path) -> None:
    profile_of(with_flow())
    path = settings.YAKUBA.deployment
    path.parent.joinpath("real").mkdir(mode=0o755)
    real = path.rename(path.parent / "real/profile.yaml")
    path.symlink_to(real)
    profile = read(path)
    assert missing(profile) == {}
    real.parent.chmod(0o775)
    assert str(real.parent) in missing(profile)["profile_file"]


@pytest.mark.django_db
def test_an_installation_without_a_town_is_not_called_well() -> None:
    assert "自治体が1つもない" in missing(parsed(with_flow()))["towns"]


def test_what_towns_have_set_has_to_be_listed(well, profile_of, clerk) -> None:
    profile = profile_of(
        with_flow(
            flow(
                "llm.example",
                443,
                protocol="https",
                most="機密性1",
                peer="インターネット接続系",
                more=", 無害化: はい",
            )
        )
    )
    set_values({"modelservers.chat_url": "https://llm.example/v1"}, actor=clerk)
    assert "機密性1までしか送れません" in missing(profile)["contacts"]
    profile = profile_of(with_flow())
    assert "モデルサーバー" in missing(profile)["contacts"]


@pytest.mark.parametrize(
    ("code", "head", "line"),
    [
        ("inner_addresses", HEAD, flow("core.example", 443, protocol="https")),
        ("encrypted_flows", HEAD, flow("core.example", 80, more=", アドレス: [10.0.0.1]")),
        ("encrypted_flows", HEAD, flow("mail.example", 25, protocol="smtp", most="機密性3", more=", アドレス: [10.0.0.1]")),
        ("way_to_the_internet", HEAD, flow("cloud.example", 443, protocol="https", peer="インターネット接続系")),
        ("way_to_the_internet", HEAD.replace("α", "α'"), flow("cloud.example", 80, most="機密性1", peer="インターネット接続系")),
        ("encrypted_flows", HEAD, flow("yakuba.example", 80, way="入る")),
        ("cleaned", HEAD, flow("yakuba.example", 443, way="入る", protocol="https", peer="インターネット接続系")),
        ("cleaned", HEAD.replace("LGWAN接続系", "個人番号利用事務系"), flow("yakuba.example", 443, way="入る", protocol="https")),
    ],
)  # fmt: skip
def test_a_flow_that_does_not_fit_is_told(code: str, head: str, line: str, well, profile_of) -> None:
    told = missing(profile_of(with_flow(line, head=head)))
    assert list(told) == [code]
    assert "の" in told[code]


def test_what_is_held_above_the_zone_is_told_here_and_by_the_self_check(well, profile_of) -> None:
    load_procedure(NUMBER)
    profile = profile_of(with_flow())
    assert "特定個人情報" in missing(profile)["held"]
    (found,) = [one for one in checks.house() if "三層" in one.label]
    assert not found.ok
    assert "試しの申請" in found.advice


def test_a_database_elsewhere_has_to_be_listed(well, profile_of, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = profile_of(with_flow())
    monkeypatch.setattr(seen, "_database_host", lambda: "db.example")
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", "5432")
    assert "db.example:5432" in missing(profile)["database_flow"]
    listed = flow("db.example", 5432, protocol="postgres", most="機密性3", more=", アドレス: [10.0.0.4]")
    assert "database_flow" not in missing(profile_of(with_flow(listed)))


def test_the_command_says_it_in_words_and_for_programs(well, tmp_path: Path) -> None:
    path = tmp_path / "beta.yaml"
    path.write_bytes((SAMPLES / "beta.yaml").read_bytes())
    path.chmod(0o600)
    said = CliRunner().invoke(build(), ["check", "--deploy", "--profile", str(path)])
    assert said.exit_code == 0, said.output
    assert "βモデル、LGWAN接続系" in said.output
    assert "■ 人が確かめること" in said.output
    told = CliRunner().invoke(build(), ["check", "--deploy", "--profile", str(path), "--json"])
    facts = json.loads(told.stdout)
    assert (facts["model"], facts["zone"], facts["missing"]) == ("beta", "lgwan", 0)
    assert {one["state"] for one in facts["results"]} == {"ok", "person"}
    Path(settings.YAKUBA.data_dir).chmod(0o755)
    said = CliRunner().invoke(build(), ["check", "--deploy", "--profile", str(path)])
    assert said.exit_code == 1
    assert "■ 足りない（1件）" in said.output


def test_the_command_refuses_a_profile_that_is_none(well, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("モデル: γ\n", encoding="utf-8")
    said = CliRunner().invoke(build(), ["check", "--deploy", "--profile", str(path)])
    assert said.exit_code != 0
    assert "「系」がありません" in said.output + (said.stderr if said.stderr_bytes else "")
    assert CliRunner().invoke(build(), ["check", "--deploy"]).exit_code != 0


def test_a_record_without_its_kept_end_is_told(well, profile_of) -> None:
    profile = profile_of(with_flow())
    for one in Path(settings.YAKUBA.data_dir).rglob("*"):
        if one.is_file():
            one.unlink()
    assert "控え" in missing(profile)["audit"]


def test_a_database_role_that_may_too_much_is_told_and_a_wire_that_is_open(
    well, profile_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = profile_of(with_flow())
    monkeypatch.setattr(seen, "_database_host", lambda: "db.example")
    told = missing(profile)
    if connection.vendor != "postgresql":
        assert not {"database_role", "database_tls"} & set(told)
        return
    assert "database_role" not in told
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        is_super = cursor.fetchone()[0]
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        is_encrypted = cursor.fetchone()[0]
    told = missing(profile)
    assert ("SUPERUSER" in told.get("database_role", "")) == is_super
    assert ("database_tls" in told) == (not is_encrypted)


PARTS = ("part_zone", "part_flow", "part_keys", "part_fingerprint")


@pytest.mark.parametrize("half", ["inside", "outside"])
def test_the_samples_of_two_installations_lack_their_keys_alone(half, well, monkeypatch) -> None:
    profile = read(SAMPLES / "two-installations" / f"{half}.yaml")
    assert not set(PARTS) & {one.code for one in examined(profile)}  # of the whole service nothing is asked
    monkeypatch.setattr(settings.YAKUBA, "part", half)
    assert {code: text for code, text in missing(profile).items() if code in PARTS}.keys() == {"part_keys"}


def test_a_half_in_the_wrong_zone_and_flows_the_wrong_way_are_told(well, monkeypatch) -> None:
    inside, outside = (read(SAMPLES / "two-installations" / f"{half}.yaml") for half in ("inside", "outside"))
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    told = missing(inside)
    assert "インターネット接続系に置きます" in told["part_zone"]
    assert "外の設備からは" in told["part_flow"]
    monkeypatch.setattr(settings.YAKUBA, "part", "inside")
    assert "置けません" in missing(outside)["part_zone"]
