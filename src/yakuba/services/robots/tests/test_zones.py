"""A robot takes a case only to a system whose flow may carry what the case holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from yakuba.kernel.outbound import DataClass, OutboundRefused
from yakuba.services.robots import jobs
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.queries import register, today

FLOW = (
    "  - {{名前: 基幹, 向き: 出る, プロトコル: http, ホスト: 127.0.0.1, ポート: 8199, 相手の系: LGWAN接続系, 目的: 登録,"
    " 載せてよい情報: {most}}}\n"
)


@pytest.fixture
def carrying(office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`carrying(class)`: the profile's one flow leads to the system and may carry that."""

    def put(most: str) -> None:
        path = tmp_path / "profile.yaml"
        text = f"名前: 試し\nモデル: α\n系: LGWAN接続系\n通信:\n{FLOW.format(most=most)}"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(settings.YAKUBA, "deployment", path)

    return put


def test_a_run_needs_a_flow_of_its_class(office, carrying: Callable[[str], None]) -> None:
    (scenario,) = register.scenarios()
    (needed,) = {one.holds for one in today.contacts()}
    assert needed > DataClass.PUBLIC
    carrying(needed.label)
    assert not any("送れません" in one for one in register.obstacles(scenario))
    carrying("機密性1")
    assert "機密性1までしか送れません" in " ".join(register.obstacles(scenario))


def test_the_egress_is_opened_only_with_flows_of_the_class(carrying: Callable[[str], None]) -> None:
    carrying("機密性2")
    way_out = jobs._way_out("", lambda number: number, DataClass.INTERNAL)
    assert [one["port"] for one in way_out._asked_for()] == [8199]
    assert jobs._way_out("", lambda number: number, DataClass.RESIDENTS)._asked_for() == []
    carrying("機密性1")  # while it is open
    assert way_out._asked_for() == []


def test_a_system_is_registered_only_where_the_profile_leads(office, carrying: Callable[[str], None]) -> None:
    carrying("機密性2")
    for address in ("https://127.0.0.1:8199", "http://127.0.0.1:8200", "http://localhost:8199"):
        with pytest.raises(OutboundRefused, match="配置プロファイル"):
            set_system("別", address, 5.0, {}, actor=office.person)
