"""Every page of the house in Chromium, at desktop and phone width: accessible, not wider than the screen, quiet.

The list of pages is taken from the running house, as in `test_access`.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from test_access import pages
from town_objects import RECEIPT_NUMBER, TownObjects, load_objects

from yakuba.demo import town
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.registry import search_sources
from yakuba.kernel.search import indexing
from yakuba.services.nursery.models import Application, Placement
from yakuba.services.nursery.models import Run as Matching
from yakuba.services.reading.models import BatchFile, Question, Sheet
from yakuba.services.robots.models import Row, Run, RunState

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 180_000  # ms until something is held to be stuck; how fast the machine is decides nothing
expect.set_options(timeout=PATIENCE)
WIDTHS = (1280, 390)
TROUBLED = {
    "home", "ledger:case", "nursery:application_index", "nursery:placement", "nursery:round", "nursery:run",
    "reading:batch", "reading:case", "reading:held", "reading:problems", "reading:question",
    "reading:sheet", "robots:decide", "robots:index", "robots:row", "robots:run", "robots:undecided",
}  # fmt: skip
AXE = """rules => axe.run(document, {resultTypes: ['violations'], preload: false, rules: Object.fromEntries(
    rules.map(rule => [rule, {enabled: false}]))}).then(found => found.violations)"""
# Contrast is what the one stylesheet decides, and half the work: a calm page is asked for it in `make test-full`.
ONCE = ["color-contrast"]
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""

# A button that lies on words of its own cell or row.
COVERED = """() => [...document.querySelectorAll('main :is(td, th, .rows__row) .button')].flatMap(button => {
    const over = button.getBoundingClientRect(), cell = button.closest('td, th, .rows__row');
    const words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [], range = document.createRange();
    for (let text; text = words.nextNode();) {
        if (!text.data.trim() || button.contains(text) || text.parentElement.closest('.unseen')) continue;
        if (!text.parentElement.checkVisibility()) continue;  // folded away
        range.selectNodeContents(text);
        if ([...range.getClientRects()].some(r => Math.min(r.bottom, over.bottom) - Math.max(r.top, over.top) > 3
            && Math.min(r.right, over.right) - Math.max(r.left, over.left) > 3))
            found.push(button.textContent.trim() + ' on ' + text.data.trim().slice(0, 40));
    }
    return found;
})"""

# A chart that is pushed together until it fits: its words become too small to read.
SHRUNK = """() => [...document.querySelectorAll('main .chart svg')].filter(e => e.getClientRects().length
    && e.getBoundingClientRect().width < 0.85 * e.width.baseVal.value)
    .map(e => e.closest('.chart').querySelector('figcaption').textContent.trim())"""

# Two blocks, one below the other, of which one is framed or holds buttons, without room between them.
TOUCHING = """() => {
    const block = '.panel, .notice, .next, .empty, .filter, .figures, .buttons, table, dl.facts, form';
    const seen = e => e && e.matches(':not(.unseen, script, dialog)') && e.getBoundingClientRect().height > 1;
    return [...document.querySelectorAll('main :is(' + block + ', section, p, ul, details, #rows)')].flatMap(upper => {
        const lower = upper.nextElementSibling;
        if (!seen(upper) || !seen(lower) || !(upper.matches(block) || lower.matches(block))) return [];
        if (getComputedStyle(lower).position === 'sticky') return [];  // it lies over what it follows
        const room = lower.getBoundingClientRect().top - upper.getBoundingClientRect().bottom;
        return Math.abs(room) < 4 ? [upper.outerHTML.slice(0, 60) + ' | ' + lower.outerHTML.slice(0, 60)] : [];
    });
}"""


@pytest.fixture
def objects(transactional_db) -> TownObjects:
    return load_objects()


def paths(objects: TownObjects) -> list[str]:
    """The addresses that answer with a page, lists included, which lead to themselves with what narrows them; not with
    a picture, a file, or the way to another page."""
    client, found = Client(), []
    client.force_login(town.user("kanri"))
    for url in [page.url(objects) for page in pages() if page.name != "logout"]:
        answer = client.get(url, follow=True)
        here = answer.request["PATH_INFO"] == url
        if here and answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found.append(url)
    return found


def with_charts(urls: list[str]) -> list[str]:
    """Those with a chart of something."""
    client = Client()
    client.force_login(town.user("kanri"))
    return [url for url in urls if b'class="chart__picture' in client.get(url, follow=True).content]


def complaints_of(page: Page) -> list[str]:
    """What the browser complains about from now on: console errors, a broken script, a request that fails.

    A request is no failure when the page that asked was left meanwhile ("other": its icon)."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on(
        "requestfailed", lambda request: _left(request) or heard.append(f"{request.url}: {request.failure}")
    )
    page.on("response", lambda answer: heard.append(answer.url) if answer.status >= 400 else None)
    return heard


def _left(request: Request) -> bool:
    return (
        request.resource_type in {"xhr", "fetch", "image", "other"} and request.failure == "net::ERR_ABORTED"
    )


def faults(page: Page, url: str, *, whole: bool = True) -> list[str]:
    """What is wrong with the page at `url`, one line each, at each width. whole: by every rule at each width; else the
    layout at each, and the rules that hold for any width at the last."""
    page.goto(url)
    expect(page.locator("html:not([inert])")).to_be_attached(timeout=PATIENCE)  # see shown.js
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found += [
            f"{width}: {rule['id']} ({rule['impact']}): {node['target']}"
            for rule in (page.evaluate(AXE, [] if whole else ONCE) if whole or width == WIDTHS[-1] else ())
            for node in rule["nodes"]
        ]
        found += [f"{width}: wider than the screen: {html}" for html in page.evaluate(WIDER)]
        found += [f"{width}: a button covers words: {words}" for words in page.evaluate(COVERED)]
        found += [f"{width}: a chart is made small: {title}" for title in page.evaluate(SHRUNK)]
        found += [f"{width}: no room between: {blocks}" for blocks in page.evaluate(TOUCHING)]
    return found


def walk(context: BrowserContext, house: str, urls: list[str], *, whole: bool = True) -> dict[str, list[str]]:
    """Address -> what is wrong there; an address without a fault is left out."""
    context.add_init_script(AXE_SCRIPT)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong: dict[str, list[str]] = {}
    complaints = complaints_of(page)
    for url in urls:
        found = faults(page, house + url, whole=whole) + complaints
        complaints.clear()
        if found:
            wrong[url] = found
    return wrong


def told(wrong: dict[str, list[str]]) -> str:
    """Every fault by its page: pytest cuts a long dictionary short."""
    return "\n".join([f"{url}\n    " + "\n    ".join(found) for url, found in wrong.items()])


def trouble() -> None:
    """Bring what `load_objects` made into the states that ask for a person: pages show the most then."""
    now = timezone.now()
    with town.in_yakuba_city():
        sheet = Sheet.objects.get()
        Question.objects.update(state=Question.State.HELD, hold_reason="申請者に電話で確認中")
        Sheet.objects.filter(pk=sheet.pk).update(
            state=Sheet.State.PROBLEM, case=None, problem=Sheet.Problem.NUMBER,
            message="受付番号が読めません。", problem_since=now - timedelta(hours=2),
        )  # fmt: skip
        Sheet.objects.create(
            batch=sheet.batch, file=sheet.file, index=1, image=sheet.image, state=Sheet.State.ASIDE,
            aside_reason="別の書類", aside_by=town.user("kanri"),
        )  # fmt: skip
        BatchFile.objects.create(
            batch=sheet.batch, name="案内.pdf", state=BatchFile.State.REFUSED, message="PDFではありません。"
        )
        Application.objects.update(wishes=["どこにもない園"], facts={})
        Matching.objects.update(
            status="minimum", bound=1, blocking=[{"family": RECEIPT_NUMBER, "wish": ["N1-1"]}]
        )
        Placement.objects.update(unstable=True)
        Run.objects.update(state=RunState.HALTED)
        Row.objects.update(state="undecided", intent_at=now)
        Case.objects.update(status=Status.UNDECIDED)
        Job.objects.update(state=State.FAILED, error="基幹システムにつながりません。")


def opened(browser: Browser, house: str) -> BrowserContext:
    """A window in which the administrator is logged in."""
    client = Client()
    client.force_login(town.user("kanri"))
    context = browser.new_context()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
    return context


@pytest.mark.timeout(3600)  # a guard against hanging; a busy machine takes its time
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.full)])
def test_every_page_is_accessible_fits_and_stays_quiet(objects, house, browser: Browser, whole):
    calm = paths(objects)
    assert len(calm) >= 25, "the walk sees the house"
    context = opened(browser, house)
    assert not (wrong := walk(context, house, calm, whole=whole)), told(wrong)
    trouble()
    troubled = [page.url(objects) for page in pages() if page.name in TROUBLED]
    assert len(troubled) == len(TROUBLED)
    assert not (wrong := walk(context, house, troubled)), told(wrong)


def test_charts_of_real_figures_are_not_made_small_to_fit_a_telephone(objects, house, browser: Browser):
    with town.in_yakuba_city():
        Case.objects.update(status=Status.ENTERED)
    charted = {"nursery:run", "reform:effects", "reform:procedure"}
    urls = with_charts([page.url(objects) for page in pages() if page.name in charted])
    assert len(urls) == len(charted), "each has something to draw"
    assert not (wrong := walk(opened(browser, house), house, urls, whole=False)), told(wrong)


def test_what_the_search_found_is_accessible_and_fits(objects, house, browser: Browser):
    with town.in_yakuba_city():
        for source in search_sources():
            indexing.rebuild(source)
    wanted = ["?text=受付", "?text=受付&only=ui.manual", f"?text={RECEIPT_NUMBER}", "?text=兆評"]
    assert not (wrong := walk(opened(browser, house), house, [f"/search/{one}" for one in wanted])), told(
        wrong
    )


def test_the_login_page_is_accessible_fits_and_stays_quiet(house, browser: Browser):
    context = browser.new_context()
    assert not (wrong := walk(context, house, ["/login/"])), told(wrong)


def test_the_walk_sees_what_is_wrong(house, browser: Browser):
    context = browser.new_context(viewport={"width": 390, "height": 900})
    covered = "<table><tr><td>word<br><b class=button style='position:relative;top:-1em'>press</b></table>"
    small = "<figure class=chart><figcaption>Minutes</figcaption><svg width=350 style='width:200px'></svg></figure>"
    touching = "<div class=panel style='margin:0'>x</div><p style='margin:0'>y</p>"
    bad = f"<title>x</title><main><img src=/nothing.png><div style='width:900px'>x</div>{covered}{touching}{small}</main>"
    context.route("**/bad/", lambda route: route.fulfill(body=bad, content_type="text/html"))
    (found,) = walk(context, house, ["/bad/"]).values()
    text = " ".join(found)
    assert "image-alt (critical)" in text
    assert "wider than the screen" in text
    assert "/nothing.png" in text
    assert "a button covers words: press on word" in text
    assert "a chart is made small: Minutes" in text
    assert 'no room between: <div class="panel"' in text


def test_ctrl_k_goes_to_the_search_which_answers_like_the_menu_without_any_script(
    objects, house, browser: Browser
):
    page = opened(browser, house).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(house)
    page.keyboard.press("Control+k")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type(RECEIPT_NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=RECEIPT_NUMBER)).to_be_visible()
    client = Client()
    client.force_login(town.user("kanri"))
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    plain.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
    page = plain.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(house)
    page.get_by_text("メニュー", exact=True).click()
    page.locator(".nav--narrow").get_by_role("link", name="監査記録").click()
    expect(page.get_by_role("heading", name="監査記録")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator(".nav--wide summary", has_text="管理").click()
    page.locator(".nav--wide").get_by_role("link", name="点検").click()
    expect(page.get_by_role("heading", name="点検", exact=True)).to_be_visible()


def test_back_undoes_what_narrowed_a_list_without_any_script(objects, house, browser: Browser):
    client = Client()
    client.force_login(town.user("kanri"))
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    plain.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
    page = plain.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{house}/cases/")
    row = page.get_by_role("link", name=RECEIPT_NUMBER)
    expect(row).to_be_visible()
    page.get_by_label("さがす", exact=True).fill("どこにもない")
    page.keyboard.press("Enter")
    expect(page.get_by_text("該当する受付はありません")).to_be_visible()
    page.go_back()
    expect(row).to_be_visible()
    page.go_forward()
    page.get_by_role("link", name="条件をすべて消す").first.click()
    expect(row).to_be_visible()
    expect(page.get_by_text("条件をすべて消す")).to_have_count(0)
