"""The client against a real server that behaves well and badly."""

from __future__ import annotations

import logging
import threading
import time
import traceback

import pytest
from django.conf import settings
from pydantic import BaseModel

from yakuba.kernel.administration import checks
from yakuba.kernel.modelservers import Message, ModelServer, ModelServerFailed, at_work, server_for
from yakuba.kernel.modelservers.tests.misbehaving import hung_up, running, unused_port
from yakuba.kernel.outbound import OutboundRefused
from yakuba.kernel.tenancy import NoActiveMunicipality
from yakuba.kernel.townsettings.actions import set_values

SECRET = "秘密の問い"
ASKED = [Message("user", SECRET)]
LONG, SHORT = 60.0, 0.4  # seconds


class Summary(BaseModel):
    title: str
    lines: int


@pytest.fixture(scope="module")
def server():
    with running() as one:
        yield one


@pytest.fixture
def model(server, monkeypatch):
    """`model(way)` → the client for that way of behaving."""
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", f"127.0.0.1:{server.server_port}")
    server.said.clear()
    server.hung_up.clear()
    return lambda way, seconds=LONG: ModelServer(server.url, way, seconds, key="a-key")


def test_a_text_and_what_was_asked_for_it(model, server):
    reply = model("good").chat(ASKED, max_tokens=20)
    assert (reply.text, reply.whole, reply.model) == ("はい、承りました。", True, "good")
    assert server.said == [
        (
            "POST",
            "/v1/chat/completions",
            {"model": "good", "messages": [{"role": "user", "content": SECRET}], "max_tokens": 20},
            "Bearer a-key",
        )
    ]


def test_a_stream_whose_letters_are_cut_anywhere(model):
    assert list(model("good").stream(ASKED)) == ["はい、", "承りました。"]


@pytest.mark.parametrize("way", ["schema", "fenced", "second-time"])
def test_an_answer_in_a_form(model, server, way):
    assert model(way).answer(ASKED, Summary) == Summary(title="題", lines=3)
    assert all(
        one[2]["response_format"]["json_schema"]["schema"]["required"] == ["title", "lines"]
        for one in server.said
    )
    assert '"lines"' in server.said[0][2]["messages"][0]["content"]
    assert len(server.said) == (2 if way == "second-time" else 1)


def test_what_never_fits_is_asked_for_twice_and_what_was_cut_once(model, server):
    with pytest.raises(ModelServerFailed, match="求めた形"):
        model("never-fits").answer(ASKED, Summary)
    assert len(server.said) == 2
    server.said.clear()
    with pytest.raises(ModelServerFailed, match="上限"):
        model("cut-by-length").answer(ASKED, Summary)
    assert len(server.said) == 1


def test_embeddings_are_rows_in_the_order_of_the_texts(model):
    found = model("good").embed(["あ" * n for n in range(1, 131)])
    assert found.shape == (130, 2)
    assert found[:, 0].tolist() == list(range(1, 131))
    assert model("good").embed([]).shape == (0, 0)


@pytest.mark.parametrize("way", ["fewer", "uneven", "not-numbers", "no-rows"])
def test_embeddings_that_are_none(model, way):
    with pytest.raises(ModelServerFailed, match="形が正しく"):
        model(way).embed(["あ", "い"])


BAD = {
    "silent": "秒のうちに",
    "dripping": "秒のうちに",
    "cut": "途中で切れました",
    "html": "形が正しく",
    "other-json": "形が正しく",
    "deep-json": "形が正しく",
    "huge": "長すぎます",
    "broken": "500",
    "busy": "混み合って",
    "busy-for-long": "混み合って",
    "elsewhere": "302",
    "locked": "鍵を受け付けません",
    "unknown": "404",
}


@pytest.mark.parametrize("way", BAD)
def test_a_text_from_a_server_that_behaves_badly(model, way, caplog):
    caplog.set_level(logging.DEBUG)
    seconds = SHORT if BAD[way] == "秒のうちに" else LONG
    with pytest.raises(ModelServerFailed, match=BAD[way]) as told:
        model(way, seconds).chat(ASKED)
    whole = "".join(traceback.format_exception(told.value)) + caplog.text + repr(vars(told.value))
    assert "秘密" not in whole
    assert "a-key" not in whole


STREAMS = {
    "endless": "秒のうちに",
    "dripping": "秒のうちに",
    "silent": "秒のうちに",
    "endless-line": "形が正しく|長すぎます",
    "cut-stream": "途中で切れました",
    "fault-in-stream": "形が正しく",
    "no-letters": "形が正しく",
    "html": "途中で切れました",
    "broken": "500",
}


@pytest.mark.parametrize("way", STREAMS)
def test_a_stream_from_a_server_that_behaves_badly(model, way):
    seconds = SHORT if STREAMS[way] == "秒のうちに" else LONG
    with pytest.raises(ModelServerFailed, match=STREAMS[way]) as told:
        list(model(way, seconds).stream(ASKED))
    assert "秘密" not in "".join(traceback.format_exception(told.value))


def test_only_what_was_not_answered_is_tried_again(model, server):
    assert model("busy-once").chat(ASKED).text == "はい、承りました。"
    assert len(server.said) == 2
    for way, times in (("busy", 3), ("busy-for-long", 1), ("broken", 1), ("cut", 1)):
        server.said.clear()
        with pytest.raises(ModelServerFailed):
            model(way).chat(ASKED)
        assert len(server.said) == times, way


def test_a_redirection_is_not_followed(model, server):
    with running() as other:
        server.elsewhere = f"{other.url}/chat/completions"
        with pytest.raises(ModelServerFailed):
            model("elsewhere").chat(ASKED)
        assert other.said == []


def test_a_call_that_nobody_wants_any_more_ends(model, server):
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(ModelServerFailed, match="取りやめ"):
        model("dripping").chat(ASKED, cancel=cancel)
    assert hung_up(server)


def test_a_stream_that_is_left_hangs_up(model, server):
    stream = model("endless").stream(ASKED)
    assert next(stream) == "秘密の答え"
    stream.close()
    assert hung_up(server)
    assert not [one for one in threading.enumerate() if one.name == "model server call"]


def test_an_address_that_is_not_listed_is_not_called(model, server, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "127.0.0.1:1")
    one = model("good")
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "127.0.0.1:1")
    for act in (
        one.models,
        lambda: one.chat(ASKED),
        lambda: list(one.stream(ASKED)),
        lambda: one.embed(["あ"]),
    ):
        with pytest.raises(OutboundRefused):
            act()
    assert server.said == []


@pytest.mark.parametrize(
    "url", ["", "x", "ftp://127.0.0.1/v1", "http://127.0.0.1:99999/v1", "http://[", "http://127.0.0.1:x"]
)
def test_what_is_no_address_is_a_sentence(model, url):
    with pytest.raises((ModelServerFailed, OutboundRefused)):
        ModelServer(url, "good").chat(ASKED)


def test_a_server_that_is_not_there(monkeypatch):
    port = unused_port()
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", f"127.0.0.1:{port}")
    with pytest.raises(ModelServerFailed, match="動いているか"):
        ModelServer(f"http://127.0.0.1:{port}/v1", "good").chat(ASKED)


def test_proxies_of_the_environment_are_passed_over(model, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert model("good").chat(ASKED).whole


def test_nothing_of_a_question_stands_in_a_repr(model):
    shown = repr([*ASKED, model("good"), model("good").chat(ASKED)])
    assert SECRET not in shown
    assert "a-key" not in shown
    assert "承り" not in shown


def test_the_town_chooses_and_the_self_check_says_what_is_at_work(model, server, clerk, in_yakuba_city):
    def lines():
        return {one.label: one for one in dict(checks.run(()))["モデルサーバー"]}

    assert server_for("chat") is None
    assert at_work("chat").label == "内蔵の方法"
    assert all(one.ok for one in lines().values())
    assert set(lines()) == {"文章を作る：内蔵の方法", "意味を比べる：内蔵の方法"}
    set_values({"modelservers.chat_url": server.url, "modelservers.chat_model": "good"}, actor=clerk)
    assert server_for("chat").chat(ASKED).whole
    label = f"文章を作る：good（127.0.0.1:{server.server_port}）"
    assert lines()[label].ok
    assert at_work("chat").by_server
    set_values({"modelservers.chat_model": "missing"}, actor=clerk)
    wrong = lines()[f"文章を作る：missing（127.0.0.1:{server.server_port}）"]
    assert not wrong.ok
    assert "good、other" in wrong.advice
    set_values({"modelservers.chat_url": "http://elsewhere:80/v1"}, actor=clerk)
    assert "YAKUBA_OUTBOUND_HOSTS" in next(one for one in lines().values() if not one.ok).advice
    for url in ("http://name:word@[", "http://name:word@h:x/v1", "何か"):
        set_values({"modelservers.chat_url": url}, actor=clerk)
        (wrong,) = [one for one in lines().values() if not one.ok]
        assert wrong.label.startswith("文章を作る：missing（")
        assert "word" not in wrong.label + wrong.advice


def test_without_a_town_there_is_no_server(db):
    with pytest.raises(NoActiveMunicipality):
        server_for("chat")


def test_a_time_limit_is_for_the_whole_call(model):
    began = time.monotonic()
    with pytest.raises(ModelServerFailed, match="秒のうちに"):
        list(model("endless", SHORT).stream(ASKED))
    assert time.monotonic() - began >= SHORT
