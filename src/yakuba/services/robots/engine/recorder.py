"""A person's work in the target system, done by the robot's own hands and noted as steps of a scenario.

What a person points at is filled and pressed exactly as the robot will do it later: a target that the robot could not
find, or a value that does not land, is told now. Nothing that changes something leaves before a press that the person
has answered for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from yakuba.services.robots.engine import translating
from yakuba.services.robots.engine.browser import Hidden, Page, Verdict
from yakuba.services.robots.engine.complaints import button_problem
from yakuba.services.robots.engine.drafts import Step, target_of
from yakuba.services.robots.engine.errors import RobotError
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.engine.recorder_fields import Fields
from yakuba.services.robots.engine.recording import (
    Noted,
    RecordingPort,
    Shown,
    element_of,
    readable,
    words_of,
)
from yakuba.services.robots.engine.scenario import Element, Role, System, templates
from yakuba.services.robots.engine.scenario import Step as ScenarioStep
from yakuba.services.robots.engine.seeing import items_of, one_line
from yakuba.services.robots.engine.step_player import Context, StepPlayer
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.engine.trying import Trier

KEYS = ("Tab", "Shift+Tab", "Escape", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End")


class Recorder:
    """One recording. secrets: those of the vault, by name.  test_target: whether the commit step may be pressed.

    section: into which part of the scenario steps go now.
    """

    def __init__(
        self,
        browser: RecordingPort,
        base: str,
        known: Known,
        secrets: Mapping[str, str],
        noted: Noted,
        *,
        section: str = "ログイン",
        test_target: bool = False,
    ) -> None:
        self._browser, self._base, self._known, self._noted = browser, base, known, noted
        self._secrets = dict(secrets)
        self._test_target = test_target
        self._typed: list[str] = []  # secrets that were typed: covered like those of the vault
        self._page: Page | None = None
        self._targets: list[dict[str, Any]] = []
        self._signs_in = False
        self.section = section
        self.shown = Shown()
        self._jobs: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "open": lambda asked: self.open(str(asked.get("path") or "/")),
            "point": lambda asked: self._take(self._browser.pointed(float(asked["x"]), float(asked["y"]))),
            "choose": self._choose,
            "type": lambda asked: self._fields.type(str(asked.get("text", "")), self.shown),
            "insert": lambda asked: self._fields.insert(str(asked.get("template", "")), self.shown),
            "enter": lambda _: self._enter(),
            "answer": lambda asked: self._answer(str(asked.get("answer", ""))),
            "key": self._key,
            "scroll": lambda asked: self._browser.scroll(float(asked.get("down", 0))),
            "back": lambda _: self._back(),
            "read": lambda asked: self._read(str(asked.get("text", ""))),
            "try": self._try,
            "teach": lambda asked: self._tries.teach(asked, self.shown),
            "leave": lambda _: self._tries.forget(),
        }
        self._tries = Trier(browser, base, known, self._secrets, noted, self.hidden)
        self._fields = Fields(browser, known, self._secrets, self._typed, self._look, self._note_fill)

    # What the person does

    def do(self, asked: Mapping[str, Any]) -> None:
        """One thing that the person does; what came of it stands in `shown`. Raises RobotError only where the browser
        itself is gone."""
        job = self._jobs.get(str(asked.get("do")))
        if job is None:
            return
        kept, self.shown = self.shown, Shown()
        try:
            self._browser.permit(False)
            if asked["do"] in ("type", "insert", "enter"):
                self.shown.current, self.shown.candidates = kept.current, kept.candidates
            if asked["do"] == "answer":
                self.shown.question = kept.question
            job(asked)
            self._tries.show_teaching(self.shown)
            if self._browser.stopped():
                self.shown.say("画面が何かを送ろうとしたため、止めました。登録されたものはありません。")
        except RobotError as error:
            self.shown.say(error.problem.message)
        except (KeyError, ValueError):
            self.shown.say("その操作は読み取れませんでした。もう一度操作してください。")

    def open(self, path: str) -> None:
        """Go to an address of the target system."""
        if not path.startswith("/") or path.startswith("//"):
            self.shown.say("アドレスは / で始まる場所を書いてください（例：/menu）。")
            return
        page = self._browser.open(self._base + path)
        self._look()
        if self.section == "ログイン" and self._page is None:
            self._begin(page)
        self._noted.add(self.section, {"開く": path})
        self._page = page

    def log_in(self, system: System, login: Sequence[ScenarioStep], between: BetweenSteps) -> None:
        """Log in as the scenario says, with the vault's secrets; the person goes on from there."""
        self._tries.system = system
        missing = {name for one in templates(tuple(login)) for name in one.secrets} - self._secrets.keys()
        if missing:
            self.shown.say(
                f"接続先に秘密「{'」「'.join(sorted(missing))}」が登録されていないため、ログインできません。"
            )
        else:
            player = StepPlayer(system, self._base, self._browser, self._secrets, {})
            try:
                player.play(login, Context({}, between, login=True))
            except RobotError as error:
                self.shown.say(error.problem.message)
        self._look()
        if not self._signs_in:
            self.section = "入力"
        self._page = self._browser.see()

    def told(self) -> dict[str, Any]:
        """What the page says beside the picture."""
        return self.shown.told(self._browser.see(), self.section, self._targets)

    def _begin(self, page: Page) -> None:
        if page.headings:
            self._noted.put("システム", {"ログイン画面": {"見出し": page.headings[0]}})
        elif page.title:
            self._noted.put("システム", {"ログイン画面": {"文字": page.title}})
        if not self._signs_in:
            self.section = "入力"

    def _look(self) -> None:
        seen = self._browser.targets()
        self._targets, self._signs_in = list(seen["targets"]), bool(seen["signs_in"])

    def _choose(self, asked: Mapping[str, Any]) -> None:
        self._look()
        n = int(asked.get("n", -1))
        found = next((one for one in self._targets if one["n"] == n), None)
        self._take({"n": -1} if found is None else found | {"option": str(asked.get("option", ""))})

    def _take(self, found: dict[str, Any]) -> None:
        """Something was pointed at: a field waits for its value, anything else is pressed."""
        if self._tries.teaching:
            self._tries.pointed(found, self.shown)
            return
        if found["n"] < 0:
            self.shown.say("ここには、入力する欄も押すボタンもありません。")
            return
        self._signs_in = bool(found.get("signs_in", self._signs_in))
        if found["element"] is None:
            self.shown.say(
                f"「{found['label'] or '名前のない場所'}」は、ほかと見分けられる名前がないため、ロボットには使えません。"
            )
            return
        element = element_of(found["element"])
        if self._known.names(element):
            self.shown.say(
                "申請の値がそのまま名前になっている場所は、ほかの申請で使えません。別の場所を押してください。"
            )
        elif found["kind"] == "押す":
            self._press_or_ask(element)
        elif found.get("option") and not found["secret"]:
            self._fields.pick(element, found, self.shown)
        else:
            secret = bool(found["secret"] or self._signs_in)
            self._fields.wait(element, found, self.shown, secret=secret)

    # What is kept

    def _note_fill(self, step: Step, element: Element) -> None:
        """A field was filled."""
        self._noted.add(self.section, step)
        self._picture(step, element)

    def _picture(self, step: Step, element: Element) -> None:
        image = self._browser.target_picture(element, self.hidden())
        if image:
            self._noted.keep(target_of(step), image)

    def hidden(self) -> Hidden:
        """What no picture that is kept may show."""
        masked = [self._known.values.get(spec.code, "") for spec in self._known.specs]
        digits = tuple(one for one in masked if one.isdigit() and len(one) >= 6)
        told = (*self._known.texts(), *self._known.read.values())
        return Hidden((*self._secrets.values(), *self._typed, *told), digits)

    # Buttons and links

    def _enter(self) -> None:
        """The Enter key in the field that waits."""
        current = self.shown.current
        found = self._browser.enters(element_of(current["element"])) if current else {}
        if found.get("element"):
            self._press_or_ask(element_of(found["element"]))

    def _press_or_ask(self, element: Element) -> None:
        if translating.asks(element) and not (self._signs_in and self.section == "ログイン"):
            self.shown.question = {
                "element": words_of(element),
                "label": element.label,
                "commit": element.role is Role.BUTTON and self.section == "入力",
                "press": self._test_target,
            }
        else:
            self._press(element)

    def _answer(self, answer: str) -> None:
        question, self.shown.question = self.shown.question, None
        if question is None:
            return
        if question.get("trying"):
            self._tries.answered(answer, self.shown)
            self._look()
            return
        element = element_of(question["element"])
        if answer == "harmless":
            self._press(element)
        elif question["commit"] and (answer == "commit" or (answer == "press" and self._test_target)):
            self._mark(element, press=answer == "press")

    def _press(self, element: Element) -> None:
        before, was_signing_in = self._browser.see(), self._signs_in
        picture = self._browser.target_picture(element, self.hidden())
        self._browser.permit(True)
        pressed = self._browser.press(element, (), leaves=True, dialog="")
        if pressed.button.verdict is not Verdict.OK:
            raise button_problem(element, pressed.button, "録画")
        page = pressed.page or self._browser.see()
        dialog = next((one for one in page.dialogs if one), "")
        step = translating.press(element, leaves=page.url != before.url or page.headings != before.headings)
        led_to = translating.opened(before, page, self._known) if element.role is Role.LINK else None
        self._noted.add(self.section, led_to if led_to and self.section != "ログイン" else step)
        if picture:
            self._noted.keep(target_of(step), picture)
        if dialog:
            self.shown.say(
                f"画面が「{dialog}」と尋ねたため、「いいえ」と答えました。必要なら手順に「ダイアログ」を足してください。"
            )
        self._after(element, before, page, was_signing_in)

    def _after(self, element: Element, before: Page, page: Page, was_signing_in: bool) -> None:
        self._look()
        landmark = translating.arrived(before, page, self._known)
        if landmark is not None:
            self._noted.add(self.section, landmark)
        self._page = page
        if self.section == "ログイン" and was_signing_in and not self._signs_in:
            self.section = "入力"
        elif self.section == "入力" and translating.looks_up(element):
            self._noted.search_was()
            self._found_nothing(page)
        for label, message in page.field_errors:
            self.shown.say(f"「{label}」：{message}")
        for message in page.alerts:
            self.shown.say(f"相手の表示：{message}")

    def _found_nothing(self, page: Page) -> None:
        sentence = translating.absent(page, self._known)
        if sentence:
            self._noted.put("照会", {"見つからない": {"文字": sentence}})
        else:
            self.shown.say(
                "照会の結果に「該当するデータはありません」のような言葉が見つかりません。まだ登録されていない申請で検索してください。"
            )

    def _mark(self, element: Element, *, press: bool) -> None:
        """This is the commit step. Pressed only in a system for tests."""
        page = self._browser.see()
        if items := translating.confirmation(page, self._known):
            self._noted.put("確認", {"登録前": "はい", "項目": items})
        step = translating.press(element, leaves=True)
        self._picture(step, element)
        self._noted.put("登録", step)
        if press:
            self._browser.permit(True)
            done = self._browser.commit(element, leaves=True, dialog="")
            if done.button.verdict is not Verdict.OK:
                raise button_problem(element, done.button, "録画")
            found = translating.result(done.page or self._browser.see(), self._known)
            if found:
                self._noted.put("結果", found)
        self.shown.done = True

    # The rest

    def _read(self, label: str) -> None:
        """What stands beside a label is read into a name, by which later steps may type it."""
        page = self._browser.see()
        if label not in readable(page) or self.section != "入力" or self._known.told_by(label):
            self.shown.say("その項目は、ここでは読み取れません。")
            return
        step = translating.reading(label, self._known)
        name = step["読み取る"]["名前"]
        self._known.read[name] = one_line(items_of(page, label)[0])
        self._noted.add(self.section, step)
        self.shown.say(f"「{label}」を読み取ります。あとの欄に同じ値を入れると、{{{name}}} になります。")

    def _try(self, asked: Mapping[str, Any]) -> None:
        self._tries.begin(asked, self.shown)
        self._look()

    def _key(self, asked: Mapping[str, Any]) -> None:
        if asked.get("key") in KEYS:
            self._browser.tap_key(str(asked["key"]))

    def _back(self) -> None:
        self._browser.back()
        self._look()
        self.shown.say(
            "前の画面に戻りました。戻る前の手順は残っています。要らない手順は、後で消してください。"
        )
