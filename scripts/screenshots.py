"""Take the pictures of the README and the manual: `.venv/bin/python scripts/screenshots.py [--data FOLDER]`.

Starts the house with the demo town in FOLDER (a new one takes some minutes), does what the manual tells, and
writes PNGs to docs/pictures/. The second pile of the demo must still wait for confirmation.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[1]
PICTURES = PROJECT / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
COLOURS = 256  # with fewer the red of a seal is lost
TALLEST = 1400  # pixels; a longer page is cut there
PASSWORD = "yakuba-demo"
BATCH = "今日の束"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="data folder with the demo town; a new one when left out")
    parser.add_argument("--port", type=int, default=8300)
    chosen = parser.parse_args()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="yakuba-pictures-") as spare:
        data = chosen.data or Path(spare)
        with house(data, chosen.port) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            Photographer(browser, address, data).all()
            browser.close()


@contextmanager
def house(data: Path, port: int) -> Iterator[str]:
    """The running demo house; its address."""
    environment = os.environ | {"YAKUBA_DATA_DIR": str(data), "YAKUBA_PORT": str(port)}
    process = subprocess.Popen([PROJECT / ".venv/bin/yakuba", "up", "--demo"], env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answers(address), process, minutes=60)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def answers(address: str) -> bool:
    command = ["curl", "--silent", "--fail", "--output", os.devnull, address + "/login/"]
    return subprocess.run(command).returncode == 0


def wait_for(ready, process: subprocess.Popen | None = None, *, minutes: float) -> None:
    """Raises SystemExit when the process ends before, or when the time is up."""
    until = time.monotonic() + minutes * 60
    while not ready():
        if time.monotonic() > until or (process is not None and process.poll() is not None):
            raise SystemExit("it did not happen in time")
        time.sleep(1)


class Photographer:
    """Walks through the house as four people of the demo town."""

    def __init__(self, browser: Browser, address: str, data: Path) -> None:
        self.browser, self.address, self.data = browser, address, data

    def all(self) -> None:
        clerk = self.logged_in("madoguchi")
        self.wait_until_read(clerk)
        self.intake(clerk)
        self.confirming(clerk)
        self.confirm_the_pile()
        self.leave_a_phone_number_out(clerk)
        keeper = self.logged_in("robot")
        self.robots(keeper)
        self.refused(keeper)
        self.deciding(keeper)
        self.effect(self.logged_in("kacho"))
        self.admission(clerk)

    # The clerk

    def wait_until_read(self, page: Page) -> None:
        def read() -> bool:
            self.open_batch(page)
            return page.locator("#live[hx-get]").count() == 0

        wait_for(read, minutes=30)

    def open_batch(self, page: Page) -> None:
        self.goto(page, "/reading/")
        page.get_by_role("link", name=re.compile(BATCH)).first.click()

    def intake(self, page: Page) -> None:
        self.goto(page, "/")
        self.shoot(page, "home")
        self.shoot(page, "home-phone", PHONE)
        self.goto(page, "/reading/upload/")
        self.shoot(page, "upload")
        self.open_batch(page)
        self.shoot(page, "batch")
        self.goto(page, "/reading/problems/")
        self.shoot(page, "problems")
        page.get_by_role("link", name=re.compile("対応する")).first.click()
        self.shoot(page, "sheet")
        self.goto(page, "/reading/forms/")
        page.get_by_role("table").get_by_role("link", name=re.compile("バス")).first.click()
        self.shoot(page, "form")

    def confirming(self, page: Page) -> None:
        self.goto(page, "/reading/confirm/")
        self.shoot(page, "confirm")
        self.shoot(page, "confirm-phone", PHONE)

    def confirm_the_pile(self) -> None:
        """A program that knows what is written on the demo's forms answers the rest."""
        environment = os.environ | {
            "YAKUBA_DATA_DIR": str(self.data),
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings",
        }
        subprocess.run([sys.executable, "-c", STAND_IN], env=environment, check=True)

    def leave_a_phone_number_out(self, page: Page) -> None:
        """One applicant left the telephone number empty: the core system will not take it."""
        self.goto(page, "/cases/?procedure=bus-pass&status=ready")
        number = page.get_by_role("row").nth(1).get_by_role("link").inner_text()
        self.open_batch(page)
        page.get_by_role("link", name=number).click()
        page.get_by_role("button", name=re.compile("直す.*：電話番号")).click()
        page.locator("#id_value").fill("")
        page.get_by_role("button", name=re.compile("確定して次へ")).click()
        page.get_by_role("button", name=re.compile("用紙のとおりに確定")).click()

    # The one who answers for the robots

    def robots(self, page: Page) -> None:
        self.goto(page, "/robots/")
        self.shoot(page, "robots")
        page.get_by_role("link", name=re.compile("特別徴収異動届の登録")).first.click()
        self.shoot(page, "scenario")
        page.get_by_role("link", name="動かす", exact=True).click()
        self.shoot(page, "start")
        page.get_by_role("button", name="動かす").click()
        expect(page.locator("#live")).to_contain_text("登録済み", timeout=120_000)
        self.shoot(page, "run")
        self.shoot(page, "run-phone", PHONE)
        self.until_done(page)
        self.shoot(page, "run-done")

    def refused(self, page: Page) -> None:
        """The case whose telephone number was emptied: the core system refuses it."""
        self.goto(page, "/robots/")
        page.get_by_role("link", name=re.compile("バス乗車券の登録")).first.click()
        page.get_by_role("link", name="動かす", exact=True).click()
        page.get_by_role("button", name="動かす").click()
        self.until_done(page)

    def until_done(self, page: Page) -> None:
        expect(page.locator("#live")).not_to_have_attribute("hx-get", re.compile("."), timeout=300_000)

    def deciding(self, page: Page) -> None:
        self.goto(page, "/robots/undecided/")
        self.shoot(page, "undecided")
        page.get_by_role("link", name=re.compile("判断する")).first.click()
        page.get_by_role("button", name="いま照会する").click()
        expect(page.locator("#look-up")).to_contain_text("見つかりません", timeout=120_000)
        self.shoot(page, "decide")

    # The head of section

    def effect(self, page: Page) -> None:
        self.goto(page, "/reform/")
        self.shoot(page, "effect")
        self.shoot(page, "effect-phone", PHONE)

    # The nursery admission

    def admission(self, page: Page) -> None:
        """The demo round with its finished calculation."""
        self.goto(page, "/nursery/")
        page.get_by_role("link", name=re.compile("一次選考（見本）")).first.click()
        self.shoot(page, "nursery-round")
        page.get_by_role("link", name="結果を見る").click()
        self.shoot(page, "nursery-run")
        page.get_by_role("link", name="児童ごとの結果").click()
        page.get_by_label("結果", exact=True).select_option("unplaced")
        page.get_by_role("button", name="しぼり込む").click()
        page.get_by_role("row").nth(2).get_by_role("link").click()
        self.shoot(page, "nursery-placement")

    # Tools

    def logged_in(self, username: str) -> Page:
        page = self.browser.new_context(viewport=DESKTOP, locale="ja-JP").new_page()
        page.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        self.goto(page, "/login/")
        if username == "madoguchi":
            self.shoot(page, "login")
        page.get_by_label("職員ID").fill(username)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログイン").click()
        expect(page.locator("h1")).to_have_text("今日の仕事")
        return page

    def goto(self, page: Page, path: str) -> None:
        page.goto(self.address + path)

    def shoot(self, page: Page, name: str, size: dict[str, int] = DESKTOP) -> None:
        """Write docs/pictures/<name>.png: the page from its top, cut at TALLEST."""
        page.set_viewport_size(size)
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo(0, 0)")
        height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": size["width"], "height": max(height, 300)}
        image = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip, animations="disabled")))
        path = PICTURES / f"{name}.png"
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path.relative_to(PROJECT)}  {path.stat().st_size // 1024} kB", flush=True)
        page.set_viewport_size(DESKTOP)


STAND_IN = """
import django, pathlib, time
from django.conf import settings
django.setup()
from yakuba.demo import town
from yakuba.demo.clerk import StandIn
from yakuba.demo.programs import read_pile
from yakuba.services.reading import facade as reading
with town.in_yakuba_city():
    clerk = StandIn(read_pile(pathlib.Path(settings.YAKUBA.data_dir) / "demo" / "pile-2"), town.user("standin"))
    while clerk.work(2) or reading.batch_progress(2).running:
        time.sleep(1)
"""

if __name__ == "__main__":
    main()
