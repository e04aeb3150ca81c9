"""From opening the recorder to a published scenario, as a clerk does it: pages, worker and core system as processes of
their own. Counted is what the clerk does beyond the task itself. The worker's death is seen by the clerk, and mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from yakuba.services.robots.adapters import launch
from yakuba.services.robots.tests import recorded, town
from yakuba.services.robots.tests.workplace import PASSWORD, PATIENCE, Installation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.full,
    pytest.mark.skipif(bool(launch.missing()), reason="".join(launch.missing())),
]
PROGRAM = "yakuba.services.robots.tests.installation"
MOST_BEYOND = 10
ROWS = 4


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    try:
        made.run(PROGRAM, "desk", str(ROWS), made.core.base)
        yield made
    finally:
        made.close()


class Clerk:
    """At a page. beyond: actions that are not the task itself."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address, self.beyond = page, address, 0

    def log_in(self, name: str) -> None:
        self.page.goto(f"{self.address}/login/")
        self.page.locator("[name=username]").fill(name)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main [type=submit], form [type=submit]").last.click()
        self.page.wait_for_url(f"{self.address}/")

    def press(self, name: str) -> None:
        """Something beyond the task."""
        self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        ).first.click()
        self.beyond += 1

    def begin(self, *, test_target: bool) -> None:
        self.page.goto(f"{self.address}/robots/")
        self.press("操作を録画する")
        if test_target:
            self.page.get_by_label("試験用の接続先である").check()
            self.beyond += 1
        self.press("録画を始める")
        self.ready()
        self.page.get_by_text("欄とボタンを一覧から選ぶ").click()
        self.beyond += 1

    def ready(self) -> None:
        expect(self.page.locator("[data-recorder]")).to_have_attribute("aria-busy", "false")

    # The task

    def point(self, target: str) -> None:
        self.page.locator("[data-targets]").get_by_role("button", name=target, exact=True).first.click()
        self.ready()

    def type(self, label: str, text: str) -> None:
        self.point(f"欄「{label}」")
        field = self.page.get_by_label("入力する値")
        field.fill(text)
        field.press("Enter")
        self.ready()

    def insert(self, label: str, template: str) -> None:
        self.point(f"欄「{label}」")
        self.page.locator("[data-candidates] button", has_text=f"{template}　").first.click()
        self.ready()


def log_into_the_core_system(clerk: Clerk) -> None:
    clerk.type("職員番号", town.SECRETS["職員番号"])
    clerk.type("パスワード", town.SECRETS["パスワード"])
    clerk.point("ボタン「ログイン」")


def do_the_task(clerk: Clerk) -> None:
    log_into_the_core_system(clerk)
    clerk.point("リンク「コミュニティバス乗車券申請 検索」")
    clerk.type("受付番号", town.receipt_number(1))
    clerk.point("ボタン「検索」")
    clerk.point("リンク「メニューへ」")
    clerk.point("リンク「コミュニティバス乗車券申請 新規登録」")
    for fields in recorded.FORM:
        for label, template in fields:
            clerk.insert(label, template)
        clerk.point("ボタン「次へ」")
    clerk.point("ボタン「登録」")


def test_a_clerk_records_tries_and_publishes(house: Installation) -> None:
    address = house.start_web()
    house.start_worker()
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=launch.chromium_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        clerk = Clerk(chromium.new_context(locale="ja-JP").new_page(), address)
        clerk.page.set_default_timeout(PATIENCE * 1000)
        clerk.log_in("hanako")
        clerk.begin(test_target=True)
        do_the_task(clerk)
        clerk.press("はい、試験用なので押して登録する")
        expect(clerk.page.get_by_role("heading", name="次にすること：試す")).to_be_visible()
        assert len(house.core.stored()) == 1
        clerk.press("3件で試す")
        expect(clerk.page.get_by_role("heading", name="次にすること：公開の承認を求める")).to_be_visible()
        clerk.press("公開の承認を求める")
        expect(clerk.page.get_by_text("公開の承認を求めました。")).to_be_visible()
        other = Clerk(chromium.new_context(locale="ja-JP").new_page(), address)
        other.page.set_default_timeout(PATIENCE * 1000)
        other.log_in("taro")
        other.page.goto(f"{address}/approvals/")
        other.page.get_by_role("link", name="ロボットのシナリオを公開する").first.click()
        other.press("承認する")
        other.page.wait_for_load_state("networkidle")
        chromium.close()
    published = house.query("SELECT published FROM robots_scenarioversion")
    assert [bool(one[0]) for one in published] == [True]
    assert len(house.core.stored()) == 1
    assert clerk.beyond + other.beyond + 1 <= MOST_BEYOND, clerk.beyond
    nothing_of_the_case_is_readable(house)


def nothing_of_the_case_is_readable(house: Installation) -> None:
    """The ledger holds the case's values; what the recording left holds none, nor does any byte hold the password."""
    files = [path for path in (house.folder / "data").rglob("*") if path.is_file()]
    assert not [path.name for path in files if town.SECRETS["パスワード"].encode() in path.read_bytes()]
    texts = house.query("SELECT draft, reason, length(live), length(picture) FROM robots_recording")
    told = [one for one in town.values(recorded.CODE, 1).values() if len(one) >= 4]
    for draft, reason, live, picture in texts:
        assert not [one for one in told if one in f"{draft}{reason}"]
        assert (live, picture) == (0, 0)
    assert house.query("SELECT count(*) FROM robots_recordinginput") == [(0,)]


def test_a_killed_worker_leaves_a_reason_and_the_steps(house: Installation) -> None:
    address = house.start_web()
    worker = house.start_worker()
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=launch.chromium_path(), args=["--no-sandbox", "--disable-gpu"]
        )
        clerk = Clerk(chromium.new_context(locale="ja-JP").new_page(), address)
        clerk.page.set_default_timeout(PATIENCE * 1000)
        clerk.log_in("hanako")
        clerk.begin(test_target=False)
        log_into_the_core_system(clerk)
        worker.kill()
        worker.wait()
        house.start_worker()
        expect(clerk.page.get_by_text("録画していた処理が止まりました")).to_be_visible()
        expect(clerk.page.get_by_text("欄「職員番号」").first).to_be_visible()
        clerk.press("続きから録画する")
        clerk.ready()
        # The log-in that was recorded has been played.
        expect(clerk.page.locator("[data-heading]")).to_contain_text("業務メニュー")
        clerk.press("録画を終える")
        expect(clerk.page.get_by_text("次にすること：続きを録画する")).to_be_visible()
        chromium.close()
    assert house.query("SELECT state FROM robots_recording") == [("draft",)]
