"""Where a recording stands: before which page, in which part of the scenario, and what no picture may show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.services.robots.engine.browser import Hidden, Page
from yakuba.services.robots.engine.drafts import Step, target_of
from yakuba.services.robots.engine.recorder_limits import CANNOT
from yakuba.services.robots.engine.recording import Noted, RecordingPort, Shown
from yakuba.services.robots.engine.scenario import Element
from yakuba.services.robots.engine.secrecy import Secrecy
from yakuba.services.robots.engine.translating import Known


class Desk:
    """What the parts of a recorder share. secrecy: knows what was typed, too, which is covered like the vault's.  targets, signs_in:
    what can be pointed at on the page, and whether it asks for a password.  login_sign: by which the page that asks for the
    log-in is known."""

    def __init__(
        self, browser: RecordingPort, known: Known, secrets: Mapping[str, str], noted: Noted, section: str
    ) -> None:
        self.browser, self.known, self.secrets, self.noted = browser, known, dict(secrets), noted
        self.section = section
        self.shown = Shown()
        self.secrecy = Secrecy(self.secrets)
        self.page: Page | None = None
        self.targets: list[dict[str, Any]] = []
        self.signs_in = False
        self.login_sign = ""

    def look(self) -> None:
        """See anew what stands on the page."""
        seen = self.browser.targets()
        self.targets, self.signs_in = list(seen["targets"]), bool(seen["signs_in"])

    @property
    def logged_out(self) -> bool:
        """Whether the page is the log-in once more: what is done there is part of no task."""
        page, sign = self.page, self.login_sign
        if page is None or not sign or not self.signs_in or self.section == "ログイン":
            return False
        return sign in page.headings or sign in page.text or sign in page.title

    def note(self, step: Step) -> bool:
        """One more step, unless it is done at a log-in in between or would tell a secret. Returns whether it was kept."""
        if self.logged_out:
            return False
        if self.secrecy.told_by(step):
            self.shown.say(CANNOT["secret"])
            return False
        self.noted.add(self.section, step)
        return True

    def put(self, section: str, content: dict[str, Any]) -> None:
        """A section as a whole, unless it would tell a secret."""
        if self.secrecy.told_by(content):
            self.shown.say(CANNOT["secret"])
        else:
            self.noted.put(section, content)

    def note_fill(self, step: Step, element: Element) -> None:
        """A field was filled."""
        if self.note(step):
            self.picture(step, element)

    def picture(self, step: Step, element: Element) -> None:
        """Keep a picture of the step's target."""
        image = self.browser.target_picture(element, self.hidden())
        if image:
            self.noted.keep(target_of(step), image)

    def hidden(self) -> Hidden:
        """What no picture that is kept may show."""
        labels = tuple(str(one["label"]) for one in self.targets if one["secret"])
        masked = [self.known.values.get(spec.code, "") for spec in self.known.specs]
        digits = tuple(one for one in masked if one.isdigit() and len(one) >= 6)
        told = (*self.known.texts(), *self.known.read.values())
        return Hidden((*self.secrets.values(), *self.secrecy.typed, *told), digits, labels)

    def tell_trouble(self, page: Page) -> None:
        """What a person has to know of a page at once."""
        if self.logged_out:
            self.shown.say(CANNOT["logged_out"])
        if page.status == 401:
            self.shown.say(CANNOT["authentication"])
        for label, message in page.field_errors:
            self.shown.say(f"「{label}」：{message}")
        for message in page.alerts:
            self.shown.say(f"相手の表示：{message}")
