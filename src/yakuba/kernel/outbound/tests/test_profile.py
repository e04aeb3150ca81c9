"""The profile: read strictly, and everything refused that it does not list."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as some

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.outbound import (
    DataClass,
    OutboundRefused,
    ProfileUnreadable,
    ZoneRefused,
    allow_here,
    allowed_targets,
    require_class,
    require_relay,
    require_target,
)
from yakuba.kernel.outbound.classes import Zone
from yakuba.kernel.outbound.permission import contradicted
from yakuba.kernel.outbound.profile import Model, current, parsed
from yakuba.kernel.outbound.tests.conftest import HEAD, flow

Put = Callable[..., Path]
INTERNET = "名前: 受付\nモデル: β'\n系: インターネット接続系\n"


def faults(text: str) -> str:
    with pytest.raises(DefinitionRefused) as refused:
        parsed(text)
    return str(refused.value)


def with_flow(*flows: str, head: str = HEAD) -> str:
    return head + "通信:\n" + "".join(flows)


def test_the_four_models_have_a_sample_that_can_be_read() -> None:
    folder = settings.YAKUBA.samples_dir / "deployment"
    read = {path.stem: parsed(path.read_text(encoding="utf-8")) for path in folder.glob("*.yaml")}
    assert {name: one.model for name, one in read.items()} == {str(one): one for one in Model}
    assert read["beta_prime"].zone is Zone.INTERNET
    assert read["beta_prime"].most is DataClass.INTERNAL
    assert all(one.flows for one in read.values())


def test_a_flow_says_where_how_and_what() -> None:
    text = with_flow(flow("Core.example.", 443, protocol="wss", more=", アドレス: [10.1.2.3, 10.2.0.0/16]"))
    (one,) = parsed(text).flows
    assert (one.host, one.port, one.outward, one.most) == ("core.example", 443, True, DataClass.INTERNAL)
    assert one.allowed.protocols == {"https"}
    assert [str(network) for network in one.networks] == ["10.1.2.3/32", "10.2.0.0/16"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD, "「通信」がありません"),
        (HEAD.replace("α", "γ") + "通信: []", "「モデル」に「γ」は書けません"),
        (HEAD.replace("LGWAN接続系", "LGWAN") + "通信: []", "「系」に「LGWAN」は書けません"),
        (HEAD + "通信: []\n経路: x", "「経路」は使えません"),
        (with_flow(flow("core", 0)), "1から65535まで"),
        (with_flow(flow("core", 65536)), "1から65535まで"),
        (with_flow(flow("127.1", 80)), "10進数を4つ"),
        (with_flow(flow("*.example", 80)), "ホスト名の形"),
        (with_flow(flow("core", 80, protocol="telnet")), "「プロトコル」に「telnet」"),
        (with_flow(flow("core", 80, most="秘密")), "「載せてよい情報」に「秘密」"),
        (with_flow(flow("core", 80, more=", アドレス: [0.0.0.0/0]")), "広すぎます"),
        (with_flow(flow("core", 80, more=", アドレス: [10.0.0.1-10.0.0.9]")), "アドレスでもネットワークでもありません"),
        (with_flow(flow("core", 80, more=", アドレス: [10.0.0.1/8]")), "ネットワークなら 10.0.0.0/8 と書いて"),
        (with_flow(flow("core", 80, more=", アドレス: ['::ffff:10.0.0.0/104']")), "1つの相手のアドレスではありません"),
        (with_flow(flow("core", 80, more=", アドレス: ['64:ff9b::/96']")), "1つの相手のアドレスではありません"),
        (with_flow(flow("core", 80, more=", アドレス: [0.0.0.0/8]")), "1つの相手のアドレスではありません"),
        (with_flow(flow("core", 80, more=", アドレス: [169.254.169.254]")), "1つの相手のアドレスではありません"),
        (with_flow(flow("0.0.0.0", 80)), "1つの相手のアドレスではありません"),
        (with_flow(flow("::", 80)), "1つの相手のアドレスではありません"),
        (with_flow(flow("::127.0.0.1", 80)), "1つの相手のアドレスではありません"),
        (with_flow(flow("224.0.0.1", 80)), "1つの相手のアドレスではありません"),
        (with_flow(flow("255.255.255.255", 80)), "1つの相手のアドレスではありません"),
        (with_flow(flow("169.254.169.254", 80)), "1つの相手のアドレスではありません"),
        (with_flow(flow("10.0.0.5", 80, more=", アドレス: [10.0.0.6]")), "「アドレス」に入っていません"),
        (with_flow(flow("core", 80).replace("80,", "'80,81',")), "「ポート」は1つの番号"),
        (with_flow(flow("core", 80).replace("80,", "4_43,")), "「ポート」は1つの番号"),
        (with_flow(flow("core", 80).replace("80,", "80-90,")), "「ポート」は1つの番号"),
        (with_flow(flow("core", 80), flow("core", 80)), "同じ名前の通信"),
        (with_flow(flow("core", 80), flow("CORE", 80, name="別")), "相手とポート"),
        (with_flow(flow("core", 80, most="特定個人情報")), "載せられるのは機密性3まで"),
        (with_flow(flow("core", 80, most="機密性3", peer="インターネット接続系")), "載せられるのは機密性2まで"),
        (
            with_flow(flow("core", 80, peer="インターネット接続系", most="機密性1"), head=HEAD.replace("LGWAN接続系", "個人番号利用事務系")),
            "直接つなげません",
        ),
        (INTERNET + "扱える情報: 機密性3\n通信: []", "扱えるのは機密性2まで"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, said: str) -> None:
    found = faults(text)
    assert said in found
    assert "行目" in found


def test_this_machine_may_be_a_flow() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        assert parsed(with_flow(flow(host, 11434))).flows[0].port == 11434
    (one,) = parsed(with_flow(flow("10.0.0.5", 80, more=", アドレス: [10.0.0.0/24, '2001:db8::/64']"))).flows
    assert one.allowed.found_at(["10.0.0.5"]) == ["10.0.0.5"]
    assert parsed(with_flow(flow("core", 80).replace("80,", "８４４３,"))).flows[0].port == 8443


def test_a_flow_needs_its_class_and_purpose() -> None:
    text = with_flow("  - {名前: a, 向き: 出る, プロトコル: http, ホスト: core, 相手の系: LGWAN接続系}\n")
    assert "「目的」がありません" in faults(text)
    assert "「載せてよい情報」がありません" in faults(text)


def test_the_profile_decides_and_the_older_variable_does_not_add(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(flow("core.example", 443, protocol="https"), flow("mail.example", 25, protocol="smtp"))
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "core.example:443,other.example:443")
    assert allowed_targets() == {"core.example:443", "mail.example:25"}
    require_target("https://CORE.example./")
    assert require_relay("mail.example") == ("mail.example", 25)
    for url in ("https://other.example/", "http://core.example:443/", "http://mail.example:25/"):
        with pytest.raises(OutboundRefused, match="YAKUBA_DEPLOYMENT"):
            require_target(url)
    assert [f"{one.host}:{one.port}" for one in contradicted()] == ["other.example:443"]
    with pytest.raises(OutboundRefused):
        allow_here("http://127.0.0.1:8199")


def test_a_profile_that_cannot_be_used_lets_nothing_out(put: Put) -> None:
    path = put(flow("core.example", 443, protocol="https"))
    require_target("https://core.example/")
    path.write_text("名前: x", encoding="utf-8")
    with pytest.raises(ProfileUnreadable, match="YAKUBA_DEPLOYMENT"):
        require_target("https://core.example/")
    with pytest.raises(ProfileUnreadable):
        require_class(DataClass.PUBLIC, "手続")
    path.unlink()
    with pytest.raises(OutboundRefused):
        require_target("https://core.example/")


def test_a_profile_that_was_changed_holds_at_once(put: Put) -> None:
    path = put(flow("core.example", 443, protocol="https"))
    require_target("https://core.example/")
    new = path.with_suffix(".new")
    new.write_text(path.read_text(encoding="utf-8").replace("core", "kore"), encoding="utf-8")
    os.replace(new, path)
    with pytest.raises(OutboundRefused):
        require_target("https://core.example/")


def test_a_pipe_is_no_profile_and_nobody_waits_for_it(put: Put) -> None:
    path = put()
    path.unlink()
    os.mkfifo(path)
    text = HEAD + "通信: []\n"
    writer = threading.Thread(target=path.write_text, args=(text,), kwargs={"encoding": "utf-8"}, daemon=True)
    writer.start()
    try:
        with pytest.raises(ProfileUnreadable, match="ふつうのファイル"):
            current()
    finally:
        rest = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # lets the writer end, if nobody did
        writer.join()
        os.close(rest)


def test_a_change_of_the_same_length_and_time_holds_too(put: Put) -> None:
    """As rsync and cp -p leave it."""
    path = put(flow("core.example", 443, protocol="https"))
    require_target("https://core.example/")
    before = path.stat()
    path.write_text(path.read_text(encoding="utf-8").replace("core", "kore"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(OutboundRefused):
        require_target("https://core.example/")


@pytest.mark.parametrize(
    ("zone", "refused"),
    [
        ("個人番号利用事務系", []),
        ("LGWAN接続系", [DataClass.MY_NUMBER]),
        ("インターネット接続系", [DataClass.RESIDENTS, DataClass.MY_NUMBER]),
    ],
)
def test_a_zone_holds_no_higher_class(put: Put, zone: str, refused: list[DataClass]) -> None:
    put(head=HEAD.replace("LGWAN接続系", zone))
    for one in DataClass:
        if one in refused:
            with pytest.raises(ZoneRefused, match=zone):
                require_class(one, "手続「試し」")
        else:
            require_class(one, "手続「試し」")


def test_without_a_profile_every_class_is_held() -> None:
    assert settings.YAKUBA.deployment is None
    assert current() is None
    require_class(DataClass.MY_NUMBER, "手続")


LISTED = {("https", "core.example", 443), ("http", "core.example", 8080), ("https", "10.1.2.3", 8443)}
HOSTS = some.sampled_from(["core.example", "core.example.", "CORE.example", "10.1.2.3", "10.1.2.30", "xcore.example", "core.example.jp", "localhost", "[::1]"])  # fmt: skip


@given(
    scheme=some.sampled_from(["http", "https", "ws", "wss", "ftp"]),
    host=HOSTS,
    port=some.one_of(some.none(), some.sampled_from([80, 443, 8080, 8443]), some.integers(0, 70_000)),
)
def test_a_random_flow_that_is_not_listed_is_refused(scheme: str, host: str, port: int | None) -> None:
    text = with_flow(*(flow(name, number, protocol=over) for over, name, number in sorted(LISTED)))
    entries = [one.allowed for one in parsed(text).flows]
    over = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    known = (over, host.lower().removesuffix("."), port or {"http": 80, "https": 443}.get(over, 0))
    url = f"{scheme}://{host}" + ("" if port is None else f":{port}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("yakuba.kernel.outbound.permission.allowed", lambda: tuple(entries))
        if known in LISTED and port != 0:
            require_target(url)
        else:
            with pytest.raises(OutboundRefused):
                require_target(url)
