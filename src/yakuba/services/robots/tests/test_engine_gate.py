"""What leaves the browser around the commit step, on pages that check, store and tell in requests of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.contracts import Ending, FieldSpec, ProblemKind, Row, RowState
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.browser import ANY_FORM, Entry, Page
from yakuba.services.robots.engine.errors import Trouble
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.engine.scenario import Element, EntryKind, Role
from yakuba.services.robots.tests.memory import MemoryStore
from yakuba.services.robots.tests.pages import Pages

pytestmark = pytest.mark.browser

NEXT, REGISTER = Element(Role.BUTTON, "次へ"), Element(Role.BUTTON, "登録")
FORM = "<h1>確認</h1><form method=post action=/store {}><input type=hidden name=action value=register><button>登録</button></form>"
POST = "fetch('{}', {{method: 'POST', body: 'a=1'}})"
SITE = {
    "/done": "<h1>完了</h1><table><tr><th>登録番号</th><td>K-1</td></tr></table>",
    # Checks by a request of its own, and only then sends the form.
    "/checks": FORM.format(
        'id=f onsubmit="event.preventDefault();' + POST.format("/check") + '.then(() => f.submit())"'
    ),
    # Tells that somebody is leaving, twice, and checks with GET as well.
    "/beacon": FORM.format(
        "onsubmit=\"navigator.sendBeacon('/leaving', 'x'); navigator.sendBeacon('/leaving', 'x'); fetch('/known')\""
    ),
    # Stores without leaving the page.
    "/in-place": f"<h1>確認</h1><p id=r></p><button onclick=\"{POST.format('/store')}.then(() => {{ r.outerHTML = '<h2>完了</h2>' }})\">登録</button>",
    # Stores by a request of its own and then goes to the page that says so.
    "/then-leaves": f"<h1>確認</h1><button onclick=\"{POST.format('/store')}.then(() => {{ location.href = '/done' }})\">登録</button>",
    # The page itself sends its form twice.
    "/sends-twice": FORM.format("id=f").replace("<button>", '<button onclick="f.submit()">'),
    "/get": "<h1>確認</h1><form action=/done><input type=hidden name=store value=yes><button>登録</button></form>",
    "/step": "<h1>入力</h1><form method=post action=/step/8231><input name=a value=x><input type=hidden name=page value=3>"
    "<input type=hidden name=token value=q8Z-17bbKd0pLm2e><button name=action value=next>次へ</button></form>",
    "/step-stores": "<h1>入力</h1><form method=post action=/step/77><input name=a value=y><input type=hidden name=page value=3>"
    "<input type=hidden name=token value=Aq0zP81-kkd2mMne><button name=action value=register>次へ</button></form>",
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    server = Pages(dict(SITE))
    yield server
    server.close()


@pytest.fixture(autouse=True)
def fresh(pages: Pages, browser: ChromiumBrowser) -> None:
    browser.row_begins()
    pages.asked.clear()


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 600
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)


def commit(browser: ChromiumBrowser, pages: Pages, path: str, *, leaves: bool = True) -> Page:
    browser.open(pages.base + path)
    page = browser.commit(REGISTER, leaves=leaves, dialog="").page
    assert page is not None
    return page


def test_a_page_that_checks_before_it_stores_enters_once(browser: ChromiumBrowser, pages: Pages) -> None:
    assert commit(browser, pages, "/checks").headings == ("完了",)
    assert (pages.count("POST /check"), pages.count("POST /store")) == (1, 1)


def test_a_page_that_tells_and_stores_enters_once(browser: ChromiumBrowser, pages: Pages) -> None:
    assert commit(browser, pages, "/beacon").headings == ("完了",)
    until(lambda: pages.count("POST /leaving") == 2)
    assert (pages.count("POST /leaving"), pages.count("POST /store")) == (2, 1)


def test_a_page_that_stores_in_place_enters_once(browser: ChromiumBrowser, pages: Pages) -> None:
    commit(browser, pages, "/in-place", leaves=False)
    assert browser.wait_for(lambda page: "完了" in page.headings, 600)
    assert pages.count("POST /store") == 1


def test_a_page_that_stores_and_then_leaves_enters_once(browser: ChromiumBrowser, pages: Pages) -> None:
    assert commit(browser, pages, "/then-leaves").headings == ("完了",)
    assert pages.count("POST /store") == 1


def test_a_form_that_the_page_sends_twice_is_stored_once(browser: ChromiumBrowser, pages: Pages) -> None:
    commit(browser, pages, "/sends-twice")
    time.sleep(0.3)  # a second one would come now
    assert pages.count("POST /store") == 1


def test_what_is_only_read_after_a_store_is_no_part_of_the_commit(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    """Else a step of the next row that opens the same page would be taken for the commit step."""
    browser.open(f"{pages.base}/then-leaves")
    assert browser.commit(REGISTER, leaves=True, dialog="").sent == ("POST /store",)


def test_a_form_that_stores_by_get_is_sent_once(browser: ChromiumBrowser, pages: Pages) -> None:
    assert commit(browser, pages, "/get").headings == ("完了",)
    assert pages.count("GET 127.0.0.1 /done?store=yes") == 1


def test_a_step_that_sends_what_it_never_sent_is_stopped_before_it_leaves(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    browser.open(f"{pages.base}/step")
    learned = browser.press(NEXT, (), leaves=True, dialog="", forms=ANY_FORM).sent
    assert learned == ("POST /step/* action=next page=3",)
    pages.html["/step/8231"] = "<h1>二ページ目</h1>"
    browser.open(f"{pages.base}/step")
    again = browser.press(NEXT, (), leaves=True, dialog="", forms=frozenset(learned))
    assert (again.stopped, again.sent) == ("", learned)
    pages.asked.clear()
    browser.open(f"{pages.base}/step-stores")
    pressed = browser.press(NEXT, (), leaves=True, dialog="", forms=frozenset(learned))
    assert pressed.stopped == "POST /step/* action=register page=3"
    assert pressed.page is None
    assert [one for one in pages.asked if one.startswith("POST")] == []


@pytest.mark.parametrize("opens", ["<form target=_blank", "<form target=other", "<form target=inside"])
def test_a_new_window_and_a_frame_send_nothing_past_the_gate_either(
    opens: str, browser: ChromiumBrowser, pages: Pages
) -> None:
    pages.html["/blank"] = "<p>まだ</p>"
    pages.html["/opens"] = SITE["/step"].replace("<form", opens) + "<iframe name=inside src=/blank></iframe>"
    browser.entry_begins(ANY_FORM, frozenset())
    browser.open(f"{pages.base}/opens")
    learned = browser.press(NEXT, (), leaves=True, dialog="", forms=ANY_FORM)
    assert learned.page is not None
    assert (learned.sent, learned.page.status) == (("POST /step/* action=next page=3",), 200)
    assert pages.count("POST /step/8231") == 1
    browser.row_begins()
    browser.entry_begins(ANY_FORM, frozenset())
    browser.open(f"{pages.base}/opens")
    pressed = browser.press(NEXT, (), leaves=True, dialog="", forms=frozenset({"POST /other"}))
    assert pressed.stopped == learned.sent[0]
    assert pages.count("POST /step/8231") == 1
    browser.row_begins()
    browser.open(f"{pages.base}/opens")
    assert browser.commit(NEXT, leaves=True, dialog="").sent == learned.sent
    assert pages.count("POST /step/8231") == 2


@pytest.mark.parametrize("answer", ["again", "put"])
@pytest.mark.parametrize("other_address", [False, True])
def test_a_redirect_that_keeps_the_method_is_followed_once_under_the_same_intent(
    answer: str, other_address: bool, browser: ChromiumBrowser, pages: Pages
) -> None:
    """Chromium would send the body to the new address by itself, past the gate."""
    store = f"{pages.base}/moved/store" if other_address else "/moved/store"
    pages.html["/moves"] = FORM.format("").replace("/store", f"/{answer}?{store}")
    browser.open(f"{pages.base}/moves")
    pressed = browser.commit(REGISTER, leaves=True, dialog="")
    assert pressed.page is not None
    assert (pressed.page.headings, pressed.page.url) == (("完了",), f"{pages.base}/done")
    # Both were sent by hand.
    assert pressed.sent == (f"POST /{answer} action=register", "POST /moved/store action=register")
    assert [one for one in pages.asked if one.startswith("POST")] == [
        f"POST /{answer}?{store}",
        "POST /moved/store",
    ]


def test_a_redirect_that_keeps_the_method_does_not_leave_the_allowed_hosts_nor_go_on_for_ever(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    for to in (
        f"http://localhost:{pages.port}/store",
        "/drop",
        "/again?/again?/again?/again?/again?/again?/store",
    ):
        pages.html["/moves"] = FORM.format("").replace("/store", f"/again?{to}")
        browser.open(f"{pages.base}/moves")
        pages.asked.clear()
        with pytest.raises(Trouble):
            browser.commit(REGISTER, leaves=True, dialog="")
        browser.row_begins()
        assert pages.count("POST /store") == 0
        assert pages.count("POST /drop") == (1 if to == "/drop" else 0)


def test_before_the_commit_step_a_redirect_is_one_more_request(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    pages.html["/step-moves"] = SITE["/step"].replace("/step/8231", "/again?/store")
    browser.entry_begins(ANY_FORM, frozenset())
    browser.open(f"{pages.base}/step-moves")
    learned = browser.press(NEXT, (), leaves=True, dialog="", forms=ANY_FORM).sent
    assert learned == ("POST /again action=next page=3", "POST /store action=next page=3")
    pages.asked.clear()
    browser.entry_begins(ANY_FORM, frozenset())
    browser.open(f"{pages.base}/step-moves")
    pressed = browser.press(NEXT, (), leaves=True, dialog="", forms=frozenset(learned[:1]))
    assert (pressed.stopped, pages.count("POST /store")) == (learned[1], 0)


@pytest.mark.parametrize(
    "script",
    [
        "fetch('/store', {method: 'POST', body: 'a=1'})",
        "fetch('/api', {method: 'PUT', body: JSON.stringify({action: 'register', name: 'x'})})",
        "navigator.sendBeacon('/store', 'x')",
        "(() => { const x = new XMLHttpRequest(); x.open('DELETE', '/store/1'); x.send() })()",
    ],
)
@pytest.mark.parametrize("when", ["load", "change", "click"])
def test_a_script_that_sends_before_the_commit_step_what_it_never_sent_is_stopped(
    script: str, when: str, browser: ChromiumBrowser, pages: Pages
) -> None:
    """On any page, whatever makes it send: nothing leaves, and the step says so."""
    at = {"load": '<body onload="{}">', "change": '<label>氏名 <input onchange="{}"></label>', "click": ""}
    click = script if when == "click" else ""
    pages.html["/scripted"] = at[when].format(script) + (
        f'<label>住所 <input></label><form action=/done><button onclick="{click}">次へ</button></form>'
    )
    fill = [Entry(Element(Role.FIELD, "氏名"), EntryKind.TEXT, ("山田",))] if when == "change" else []

    def play(elsewhere: frozenset[str]) -> tuple[tuple[str, ...], str]:
        browser.row_begins()
        pages.asked.clear()
        browser.entry_begins(elsewhere, frozenset())
        browser.open(f"{pages.base}/scripted")
        browser.fill(fill)
        browser.press(NEXT, (), leaves=True, dialog="", forms=ANY_FORM)
        return browser.entry_ends()

    sent, stopped = play(ANY_FORM)
    assert not stopped
    scripted = [one for one in sent if not one.startswith("GET")]
    assert len(scripted) == 1
    assert play(frozenset(sent)) == (sent, "")
    _, stopped = play(frozenset(sent) - {*scripted})
    assert stopped == scripted[0]
    assert [one for one in pages.asked if not one.startswith("GET")] == []


FIELDS = [FieldSpec("number", "受付番号", "receipt_number"), FieldSpec("name", "氏名", "name")]
SCENARIO = """
名前: 小さな登録
版: 1
手続: small
システム: {名前: 小さなシステム, 住所: "http://127.0.0.1:1", ログイン画面: {見出し: ログイン}}
ログイン:
  - 開く: /menu
照会:
  手順:
    - 開く: "/search?q={受付番号}"
  見つかった: {列: 登録番号, 行: {受付番号: "{受付番号}"}}
  見つからない: {文字: ありません}
入力:
  - 開く: /entry
  - 入力: {欄: 氏名, 値: "{氏名}"}
  - 押す: {ボタン: 次へ}
  - 確かめる: {見出し: 確認}
登録:
  押す: {ボタン: 登録, 画面: 変わらない}
結果:
  項目: 登録番号
  確かめる:
    - 見出し: 完了
"""
ENTRY = "<h1>入力</h1><form method=post action=/turn><label>氏名 <input name=name></label><button name=do value={}>次へ</button></form>"
IN_PLACE = (
    "<h1>確認</h1><div id=r></div><button onclick=\"fetch('/store', {method: 'POST'}).then(() => setTimeout(() => "
    "{ r.innerHTML = '<h2>完了</h2><table><tr><th>登録番号</th><td>K-7</td></tr></table>' }, 300))\">登録</button>"
)


class Small:
    """A site with one page to fill, a confirmation, and a button that stores in place."""

    def __init__(self, pages: Pages, browser: ChromiumBrowser) -> None:
        pages.html |= {
            "/menu": "<h1>メニュー</h1>",
            "/search": "<p>ありません</p>",
            "/entry": ENTRY.format("next"),
            "/done": IN_PLACE,  # where every form leads
        }
        self.pages, self.browser = pages, browser
        self.player = self.opened()

    def opened(
        self, forms: dict[int, tuple[str, ...]] | None = None, scenario: str = SCENARIO
    ) -> ScenarioPlayer:
        return ScenarioPlayer(load(scenario, "small", FIELDS), self.browser, {}, self.pages.base, forms)

    def run(self, store: MemoryStore) -> Ending:
        limits = Limits(settle_seconds=1, attempts=3, backoff=0.05)
        return Runner(store, self.player, limits=limits, pictures=()).run().ending


def rows(*numbers: int) -> MemoryStore:
    return MemoryStore([Row(n, f"R{n}", {"number": f"R{n}", "name": "山田太郎"}) for n in numbers])


def test_a_store_in_place_is_a_whole_row(browser: ChromiumBrowser, pages: Pages) -> None:
    store = rows(1, 2)
    assert Small(pages, browser).run(store) is Ending.FINISHED
    assert [(row.state, row.target_number) for row in store.rows.values()] == [(RowState.ENTERED, "K-7")] * 2
    assert pages.count("POST /store") == 2


def test_when_the_confirmation_page_is_gone_the_run_stops_before_anything_is_stored(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    """The button that led to the confirmation now stores; a row before, or a rehearsal, has shown what it sent."""
    small = Small(pages, browser)
    rehearsed = rows(1)
    limits = Limits(settle_seconds=1)
    Runner(rehearsed, small.player, rehearse=True, limits=limits, pictures=()).run()
    assert ("POST /turn do=next",) in small.player.forms.values()
    pages.html["/entry"] = ENTRY.format("register")
    pages.asked.clear()
    small.player = small.opened(small.player.forms)
    store = rows(1, 2)
    assert small.run(store) is Ending.SCREEN_CHANGED
    assert [one for one in pages.asked if one.startswith("POST")] == []
    problem = store.rows[1].problem
    assert problem is not None
    assert problem.kind is ProblemKind.SCREEN_CHANGED
    assert "送る前に止めました" in problem.message
    assert store.rows[2].state is RowState.WAITING


def test_a_step_that_leads_by_get_where_the_commit_step_led_is_stopped(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    """The target stores by GET; the button of a page before comes to send the same."""
    small = Small(pages, browser)
    register = "<h1>確認</h1><form action=/finish><button name=do value=register>登録</button></form>"
    pages.html |= {
        "/done": register,
        "/finish": "<h1>完了</h1><table><tr><th>登録番号</th><td>K-3</td></tr></table>",
    }
    small.player = small.opened(scenario=SCENARIO.replace(", 画面: 変わらない", ""))
    assert small.run(rows(1)) is Ending.FINISHED
    assert ("GET /finish do=register",) in small.player.forms.values()
    pages.html["/entry"] = ENTRY.format("register").replace("method=post action=/turn", "action=/finish")
    pages.asked.clear()
    store = rows(2)
    assert small.run(store) is Ending.SCREEN_CHANGED
    assert not [one for one in pages.asked if "/finish" in one]


def test_a_step_without_an_answer_is_in_doubt_until_it_must_be_visible(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    """The vendor dropped the confirmation page, the same form stores, and the answer is an error: looked up, and
    only once the target has settled sent again."""
    small = Small(pages, browser)
    pages.html["/entry"] = ENTRY.format("next").replace("/turn", "/fails")
    store = rows(1)
    limits = Limits(settle_seconds=0.5, attempts=2, backoff=0.05)
    Runner(store, small.player, limits=limits, pictures=()).run()
    assert pages.count("POST /fails") == 2
    doubted = [row for row in store.saved if row.state is RowState.RETRY]
    assert all(row.intent is not None and row.intent.again for row in doubted)
    assert any(row.intent.settles_from is not None for row in doubted if row.intent)
    assert store.rows[1].state is RowState.UNDECIDED


def test_a_step_that_stored_behind_an_unchanged_form_is_found_before_anything_is_sent_again(
    browser: ChromiumBrowser, pages: Pages
) -> None:
    """Nothing shows beforehand that the step stores: the screen after it stops the run, and the row is in doubt."""
    small = Small(pages, browser)
    pages.html["/done"] = "<h1>登録しました</h1>"
    store = rows(1)
    assert small.run(store) is Ending.SCREEN_CHANGED
    assert store.rows[1].intent is not None
    found = "<table><tr><th>登録番号</th><th>受付番号</th></tr><tr><td>K-9</td><td>R1</td></tr></table>"
    pages.html |= {"/search": found, "/done": IN_PLACE}
    pages.asked.clear()
    assert small.run(store) is Ending.FINISHED
    assert (store.rows[1].state, store.rows[1].target_number) == (RowState.ENTERED, "K-9")
    assert [one for one in pages.asked if one.startswith("POST")] == []
