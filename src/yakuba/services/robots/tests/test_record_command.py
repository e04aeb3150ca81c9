"""`yakuba robots record`: refused without a screen, a file that is there from the first step, a draft beside the
installation and one over its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.outbound import OutboundRefused
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots.actions import own_recordings
from yakuba.services.robots.adapters import installation
from yakuba.services.robots.adapters.installation import Installation
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.cli import app, record
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.models import Recording, RecordingPicture, RecordingState, System
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.hands import HiddenBrowser
from yakuba.services.robots.tests.office import PROCEDURE
from yakuba.services.robots.tests.pages import Pages

needs_browser = [pytest.mark.browser, pytest.mark.skipif(bool(missing()), reason="".join(missing()))]
HTML = {
    "/": "<h1>ログイン</h1><form action=/menu method=get><label>職員番号 <input name=u></label>"
    "<label>パスワード <input type=password name=p></label><button>ログイン</button></form>",
    "/menu": "<h1>メニュー</h1><form action=/done><label>氏名 <input name=simei></label><button>次へ</button></form>",
}


class Scripted(HiddenBrowser):
    """Plays a person who does `acts`, one after another, and then ends the recording in the panel."""

    acts: list[Callable[[Any], None]] = []

    def heard(self) -> list[dict[str, Any]]:
        if self.acts:
            act = self.acts.pop(0)
            self._do(lambda inside: act(inside))
        return super().heard()


def typed(label: str, text: str) -> Callable[[Any], None]:
    def act(inside: Any) -> None:
        tab = inside._windows.front
        tab.get_by_label(label, exact=True).click()
        tab.keyboard.insert_text(text)
        tab.keyboard.press("Tab")

    return act


def pressed(name: str) -> Callable[[Any], None]:
    return lambda inside: inside._windows.front.get_by_role("button", name=name).click(no_wait_after=True)


def nothing(inside: Any) -> None:
    """Wait for what comes."""
    inside._windows.front.wait_for_timeout(400)


def ended(inside: Any) -> None:
    inside._panel.get_by_role("button", name="録画を終える").click()


def stopped(inside: Any) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def site() -> Iterator[Pages]:
    made = Pages(dict(HTML))
    yield made
    made.close()


@pytest.fixture
def listed(settings, site: Pages) -> None:
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"outbound_hosts": f"127.0.0.1:{site.port}"})


def scripted(*acts: Callable[[Any], None]) -> type[Scripted]:
    return type("ScriptedOnce", (Scripted,), {"acts": list(acts)})


LOG_IN = (
    *(typed("職員番号", "90001"), nothing, typed("パスワード", "himitsu-no-kotoba"), nothing),
    *(pressed("ログイン"), nothing),
)


def test_without_a_screen_or_headless_it_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    done = CliRunner().invoke(app, ["record", "http://127.0.0.1:1/"])
    assert (done.exit_code, "画面がないため" in done.output) == (2, True)
    done = CliRunner().invoke(app, ["record", "http://127.0.0.1:1/", "--headless"])
    assert (done.exit_code, "--headless では録画できません" in done.output) == (2, True)


@pytest.mark.parametrize("url", ["ftp://a/", "http://", "http://u:p@127.0.0.1/", "http://127.0.0.1:x/"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        record.run(url)


def test_a_host_that_is_not_listed_is_refused() -> None:
    with pytest.raises(OutboundRefused):
        record.run("http://192.0.2.1/")


class TestInTheBrowser:
    pytestmark = needs_browser

    def test_without_a_case_fields_become_items_and_ctrl_c_keeps_the_file(
        self, site: Pages, listed: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "録画.yaml"
        acts = (*LOG_IN, typed("氏名", "山田太郎"), nothing, stopped)
        record.run(site.base, out=out, browser=scripted(*acts))
        text = out.read_text(encoding="utf-8")
        document = drafts.document_of(text)
        assert document["ログイン"][2] == {"入力": {"欄": "パスワード", "値": "{秘密:パスワード}"}}
        assert {"入力": {"欄": "氏名", "値": "{氏名}"}} in document["入力"]
        told = capsys.readouterr()
        assert "秘密がそのまま入っている" in told.out  # the log-in went by GET
        for secret in ("himitsu", "山田太郎", "90001"):
            assert secret not in text + told.out + told.err
        assert "Ctrl+C" in told.out
        assert out.stat().st_mode & 0o077 == 0
        assert len(list((tmp_path / "録画の画像").glob("*.jpeg"))) >= 3
        with pytest.raises(record.typer.Exit):
            record.run(site.base, out=out, browser=scripted())

    def test_pages_reach_no_other_port_of_the_host(self, site: Pages, listed: None, tmp_path: Path) -> None:
        other = Pages({"/": "<h1>よそ</h1>"})
        try:
            site.html["/"] += (
                f"<img src={other.base}/image><img src=/away?{other.base}/led>"
                f"<script>new WebSocket('ws://127.0.0.1:{other.port}/socket')</script>"
            )
            record.run(site.base, out=tmp_path / "a.yaml", browser=scripted(nothing, nothing, stopped))
            assert any("/away?" in one for one in site.asked)
            assert other.asked == []
        finally:
            other.close()

    def test_beside_the_installation_it_becomes_a_draft(
        self, office, site: Pages, listed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        System.objects.update(base_url=site.base)
        (case,) = office.ready_cases(1)
        acts = (typed("氏名", town.values(PROCEDURE, 1)["name"]), nothing, ended)
        record.run(
            f"{site.base}/menu",
            case=case.receipt_number,
            actor=office.person,
            browser=scripted(*acts),
        )
        row = Recording.objects.get()
        assert (row.state, row.person, row.case) == (RecordingState.DRAFT, office.person, case)
        assert {"入力": {"欄": "氏名", "値": "{氏名}"}} in row.draft["入力"]
        assert RecordingPicture.objects.get().target == "欄「氏名」"
        assert not list(tmp_path.iterdir())


@pytest.fixture
def api(office, client, monkeypatch: pytest.MonkeyPatch, settings) -> Installation:
    """The API of this process, behind the same client that a person's own machine has."""
    settings.YAKUBA = settings.YAKUBA.model_copy(
        update={"outbound_hosts": "127.0.0.1:8199,yakuba.example:443"}
    )
    token = ApiToken.issue(office.person, "試験", ["robots.record"])[1]

    class Asked:
        """Stands for the connection; what is sent over it goes to this process's own API."""

        status, content = 0, b""

        def request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> None:
            answer = client.post(path, body, content_type="application/json", headers=headers)
            self.status, self.content = answer.status_code, answer.content

        def getresponse(self) -> Any:
            return self

        def read(self, most: int) -> bytes:
            return self.content

        def close(self) -> None:
            pass

    made = Installation("https://yakuba.example", token)
    monkeypatch.setattr(installation, "http", lambda *_: Asked())
    return made


def test_a_draft_goes_to_the_installation_by_its_api(office, api: Installation) -> None:
    (case,) = office.ready_cases(1)
    told = api.sample(case.receipt_number, "http://127.0.0.1:8199/menu")
    assert told["values"]["name"] == town.values(PROCEDURE, 1)["name"]
    assert drafts.has_steps(told["draft"], "ログイン")
    assert town.SECRETS["パスワード"] not in str(told)
    draft = told["draft"] | {"入力": [{"押す": {"ボタン": "次へ"}}], "手続": "other"}
    draft["システム"] = {**draft["システム"], "住所": "http://192.0.2.1"}
    kept = api.keep(case.receipt_number, told["system"], drafts.text_of(draft))
    row = Recording.objects.get(pk=kept["id"])
    assert (row.draft["手続"], row.draft["システム"]["住所"]) == (PROCEDURE, "http://127.0.0.1:8199")
    api.keep_picture(row.pk, "欄「氏名」", _jpeg())
    assert RecordingPicture.objects.get().file.media_type == "image/jpeg"
    for wrong in (b"<html>", b"\xff\xd8\xff broken"):
        with pytest.raises(Conflict):
            api.keep_picture(row.pk, "欄「氏名」", wrong)
    for wrong in ("名前: a\n入力: {a: b}\nシステム: {}", "名前: a\n入力: [[1]]\nシステム: {}", "[]", "a: b"):
        with pytest.raises(Conflict):
            api.keep(case.receipt_number, told["system"], wrong)
    assert Recording.objects.count() == 1


def test_an_installation_is_asked_by_https_and_only_where_it_is_listed(settings) -> None:
    with pytest.raises(Conflict, match="https"):
        Installation("http://yakuba.example", "x")
    with pytest.raises(OutboundRefused):
        Installation("https://yakuba.example", "x")


def test_an_address_of_two_systems_is_asked_for_by_number(office) -> None:
    with pytest.raises(Exception, match="登録されていません"):
        own_recordings.system_at("http://192.0.2.9/")
    System.objects.create(name="もう一つ", base_url="http://127.0.0.1:8199")
    with pytest.raises(Conflict, match="二つ以上"):
        own_recordings.system_at("http://127.0.0.1:8199/menu")


def _jpeg() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (200, 120), "#cde").save(out, "JPEG")
    return out.getvalue()
