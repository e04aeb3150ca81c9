"""The town’s file of topics: what each message means, and what is wrong with a file."""

from __future__ import annotations

import json

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.cityhub.engine.broker_readings import Unfit, read
from yakuba.services.cityhub.engine.brokerfile import read_broker_file
from yakuba.services.cityhub.tests.broker_line import ADDRESS, FILE, TEXT


def rule(more, topic="a/{機器}", broker=""):
    return (
        f'ブローカー:\n  アドレス: {ADDRESS}\n{broker}受け取り:\n  - 名前: x\n    トピック: "{topic}"\n{more}'
    )


def sent(text, topic, payload):
    found = read(read_broker_file(text), topic, payload.encode() if isinstance(payload, str) else payload)
    return found.device, [(one.at, one.name, one.value) for one in found.sent]


def test_the_example_says_what_each_topic_means():
    assert FILE.filters == ("yakuba/+/readings", "rain/+/up", "well/+/+")
    body = json.dumps({"at": "2026-04-01T09:00:00+09:00", "values": {"wl": 1.5}})
    assert sent(TEXT, "yakuba/WL-1/readings", body) == ("WL-1", [("2026-04-01T09:00:00+09:00", "wl", 1.5)])
    rain = json.dumps({"time": "2026-04-01 09:00:00", "data": {"precipitation": 2, "battery": "3.6"}})
    at = 1_775_001_600.0
    assert sent(TEXT, "rain/R-1/up", rain) == ("R-1", [(at, "mm", 2), (at, "bat", "3.6")])
    assert sent(TEXT, "well/W-1/depth", "12.5") == ("W-1", [(None, "depth", "12.5")])


@pytest.mark.parametrize(
    ("more", "topic", "payload", "found"),
    [
        ("    機器: D-1\n", "a/b", '{"values": {"x": 1}}', ("D-1", [(None, "x", 1)])),
        ("    形: CSV\n", "a/{機器}", "at,x\n,1\n", ("b", [(None, "x", "1")])),
        ("    形: 数\n    値の名前: x\n", "a/{機器}", " 1.5 ", ("b", [(None, "x", "1.5")])),
        ("    機器: D-1\n", "a/#", '{"values": {"x": 1}}', ("D-1", [(None, "x", 1)])),
        ("    値:\n      x: v.1.n\n", "a/{機器}", '{"v": [0, {"n": 7}]}', ("b", [(None, "x", 7)])),
        (
            "    値:\n      x: v\n    日時: t\n",
            "a/{機器}",
            '[{"v": 1, "t": 1775001600000}, {"v": 2}]',
            ("b", [(1_775_001_600.0, "x", 1), ("", "x", 2)]),
        ),
    ],
)
def test_forms_of_payloads(more, topic, payload, found):
    assert sent(rule(more, topic), "a/b", payload) == found


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("other", b"1", "どの「受け取り」にも"),
        ("yakuba/WL-1/readings", b"{", "JSON"),
        ("yakuba/WL-1/readings", b"\xff", "UTF-8"),
        ("yakuba/WL-1/readings", b"x" * 300_000, "大きすぎます"),
        ("rain/R-1/up", b"\xff", "UTF-8"),
        ("rain/R-1/up", b"[" * 100_000, "JSON"),
        ("rain/R-1/up", b"{}", "値が一つも"),
        ("rain/R-1/up", b'{"data": [1]}', "値が一つも"),
        ("rain/R-1/up", json.dumps([{"data": {"precipitation": 1}}] * 2_001).encode(), "多すぎます"),
    ],
)
def test_what_nothing_can_be_made_of_has_a_reason(topic, payload, reason):
    with pytest.raises(Unfit, match=reason):
        read(FILE, topic, payload)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (rule("", broker="  パスワード: geheim\n"), "パスワード"),
        (rule("", broker="  パスワードの名前: ge heim\n"), "SECRETS"),
        (rule("").replace("mqtt://", "http://"), "mqtts://"),
        (rule("").replace("192.0.2.9", "user:word@192.0.2.9"), "利用者名"),
        (rule("", topic="a/b"), "どの機器か"),
        (rule("    機器: D-1\n"), "どちらか一つ"),
        (rule("    形: 数\n"), "値の名前"),
        (rule("", topic="a/x{機器}"), "まるごと"),
        (rule("", topic="a/#/{機器}"), "最後の段"),
        (rule("", topic="$SYS/{機器}"), r"\$"),
        (rule("    日時: t\n"), "「値」も"),
        (rule("    時差: JST\n"), "09:00"),
        (rule("") + "  - 名前: y\n    トピック: a/+\n    機器: D\n", "同じトピック"),
        (rule("    値: {}\n"), "場所"),
        ("受け取り: []\n", "ブローカー"),
    ],
)
def test_faults_of_the_file_are_told(text, reason):
    with pytest.raises(DefinitionRefused, match=reason):
        read_broker_file(text)
