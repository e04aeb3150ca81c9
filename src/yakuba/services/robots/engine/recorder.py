"""A person's work in the target system, done by the robot's own hands and noted as steps of a scenario.

What a person points at is filled and pressed exactly as the robot will do it later: a target that the robot could not
find, or a value that does not land, is told now. Nothing that changes something leaves before a press that the person
has answered for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from yakuba.services.robots.engine import translating
from yakuba.services.robots.engine.browser import Page
from yakuba.services.robots.engine.context import Context
from yakuba.services.robots.engine.errors import RobotError
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.engine.recorder_desk import Desk
from yakuba.services.robots.engine.recorder_fields import Fields
from yakuba.services.robots.engine.recorder_files import ATTACHED, Files
from yakuba.services.robots.engine.recorder_limits import CANNOT
from yakuba.services.robots.engine.recorder_presses import Presses
from yakuba.services.robots.engine.recording import (
    NoPapers,
    Noted,
    RecordedPapers,
    RecordingPort,
    Shown,
    element_of,
    readable,
)
from yakuba.services.robots.engine.scenario import Step as ScenarioStep
from yakuba.services.robots.engine.scenario import System, templates
from yakuba.services.robots.engine.seeing import items_of, one_line
from yakuba.services.robots.engine.step_player import StepPlayer
from yakuba.services.robots.engine.translating import Known
from yakuba.services.robots.engine.trying import Trier

WENT_BACK = "前の画面に戻りました。戻る前の手順は残っています。要らない手順は、後で消してください。"
_ONLY_TELL = ("moved", "cannot")  # what lets stand what waits for the person
KEYS = ("Tab", "Shift+Tab", "Escape", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End")


Login = tuple[System, Sequence[ScenarioStep]]


class Recorder:
    """One recording. secrets: those of the vault, by name.  test_target: whether the commit step may be pressed.  section:
    into which part of the scenario steps go first.  papers: files that may be put into the target.  login_sign: by which the
    log-in is known that stands in the draft already.
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
        papers: RecordedPapers | None = None,
        login_sign: str = "",
    ) -> None:
        self._browser, self._base, self._known = browser, base, known
        self._desk = desk = Desk(browser, known, secrets, noted, section)
        desk.login_sign = login_sign
        self._jobs: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "open": lambda asked: self.open(str(asked.get("path") or "/")),
            "point": lambda asked: self._take(browser.pointed(float(asked["x"]), float(asked["y"]))),
            "choose": self._choose,
            "type": lambda asked: self._type(str(asked.get("text", ""))),
            "insert": lambda asked: self._fields.insert(str(asked.get("template", "")), self.shown),
            "press": lambda asked: self._take(dict(asked["found"])),
            "stands": self._stands,
            "enter": self._enter,
            "moved": self._moved,
            "cannot": lambda asked: self.shown.say(CANNOT[str(asked["why"])]),
            "answer": lambda asked: self._answer(str(asked.get("answer", ""))),
            "key": self._key,
            "scroll": lambda asked: browser.scroll(float(asked.get("down", 0))),
            "back": lambda _: self._back(),
            "read": lambda asked: self._read(str(asked.get("text", ""))),
            "try": self._try,
            "teach": lambda asked: self._tries.teach(asked, self.shown),
            "leave": lambda _: self._tries.forget(),
        }
        self._tries = Trier(browser, base, known, desk.secrets, noted, desk.hidden)
        self._fields = Fields(browser, known, desk.secrets, desk.secrecy, desk.look, desk.note_fill)
        self._files = Files(browser, known, papers or NoPapers(), desk.note_fill)
        self._presses = Presses(desk, self._files, test_target=test_target)

    @property
    def section(self) -> str:
        """Into which part of the scenario steps go now."""
        return self._desk.section

    @section.setter
    def section(self, section: str) -> None:
        self._desk.section = section

    @property
    def shown(self) -> Shown:
        """What the person is told now."""
        return self._desk.shown

    # What the person does

    def do(self, asked: Mapping[str, Any]) -> None:
        """One thing that the person does; what came of it stands in `shown`. Raises RobotError only where the browser
        itself is gone."""
        job = self._jobs.get(str(asked.get("do")))
        if job is None:
            return
        kept, shown = self.shown, Shown()
        self._desk.shown = shown
        try:
            self._browser.permit(False)
            if asked["do"] in ("type", "insert", "enter", *_ONLY_TELL):
                shown.current, shown.candidates = kept.current, kept.candidates
            if asked["do"] in ("answer", *_ONLY_TELL):
                shown.question = kept.question
            job(asked)
            self._tries.show_teaching(shown)
            if self._browser.stopped():
                shown.say("画面が何かを送ろうとしたため、止めました。登録されたものはありません。")
        except RobotError as error:
            shown.say(error.problem.message)
        except (KeyError, ValueError, TypeError):
            shown.say("その操作は読み取れませんでした。もう一度操作してください。")

    def open(self, path: str) -> None:
        """Go to an address of the target system."""
        if not path.startswith("/") or path.startswith("//"):
            self.shown.say("アドレスは / で始まる場所を書いてください（例：/menu）。")
            return
        desk = self._desk
        page = self._browser.open(self._base + path)
        desk.look()
        if desk.section == "ログイン" and desk.page is None:
            self._begin(page)
        desk.page = page
        desk.tell_trouble(page)
        desk.note({"開く": path})

    def log_in(self, system: System, login: Sequence[ScenarioStep], between: BetweenSteps) -> None:
        """Log in as the scenario says, with the vault's secrets; the person goes on from there."""
        desk = self._desk
        self._tries.system = system
        missing = {name for one in templates(tuple(login)) for name in one.secrets} - desk.secrets.keys()
        if missing:
            self.shown.say(
                f"接続先に秘密「{'」「'.join(sorted(missing))}」が登録されていないため、ログインできません。"
            )
        else:
            player = StepPlayer(system, self._base, self._browser, desk.secrets, {})
            try:
                player.play(login, Context({}, between, login=True))
            except RobotError as error:
                self.shown.say(error.problem.message)
        desk.look()
        desk.login_sign = system.login_page.text
        if not desk.signs_in:
            desk.section = "入力"
        desk.page = self._browser.see()

    def told(self) -> dict[str, Any]:
        """What the page says beside the picture."""
        return self.shown.told(self._browser.see(), self.section, self._desk.targets)

    def _begin(self, page: Page) -> None:
        self._desk.login_sign = page.headings[0] if page.headings else page.title
        if page.headings:
            self._desk.put("システム", {"ログイン画面": {"見出し": page.headings[0]}})
        elif page.title:
            self._desk.put("システム", {"ログイン画面": {"文字": page.title}})
        if not self._desk.signs_in:
            self._desk.section = "入力"

    def _choose(self, asked: Mapping[str, Any]) -> None:
        self._desk.look()
        n = int(asked.get("n", -1))
        found = next((one for one in self._desk.targets if one["n"] == n), None)
        self._take({"n": -1} if found is None else found | {"option": str(asked.get("option", ""))})

    def _take(self, found: dict[str, Any]) -> None:
        """Something was pointed at: a field waits for its value, anything else is pressed."""
        if self._tries.teaching:
            self._tries.pointed(found, self.shown)
            return
        if found["n"] < 0:
            self.shown.say("ここには、入力する欄も押すボタンもありません。")
            return
        desk = self._desk
        desk.signs_in = bool(found.get("signs_in", desk.signs_in))
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
            self._presses.press_or_ask(element)
        elif found["kind"] == ATTACHED:
            self._files.wait(element, found, self.shown, self.section)
        elif found.get("once"):
            self.shown.say(CANNOT["once"])
        elif found.get("option") and not found["secret"]:
            self._fields.pick(element, found, self.shown)
        else:
            secret = bool(found["secret"] or desk.signs_in)
            self._fields.wait(element, found, self.shown, secret=secret)

    def _type(self, text: str) -> None:
        """The value for the field that waits."""
        if self.shown.current and self.shown.current["kind"] == ATTACHED:
            self._files.attach(text, self.shown)
        else:
            self._fields.type(text, self.shown)

    def _stands(self, asked: Mapping[str, Any]) -> None:
        """The person has filled a field with their own hands; `texts` stand in it. gone: its page has gone by now."""
        self._desk.look()
        self._take({**asked["found"], "option": ""})
        texts = [str(one) for one in asked["texts"]]
        self._fields.stands(texts, self.shown, gone=bool(asked.get("gone")))

    def _moved(self, asked: Mapping[str, Any]) -> None:
        """The page has changed without a press. how: `typed` into the line for addresses, `back`, or by itself."""
        desk = self._desk
        before, page = desk.page, self._browser.see()
        desk.look()
        desk.page = page
        if desk.logged_out:
            self.shown.say(CANNOT["logged_out"])
        elif asked.get("how") == "back":
            self.shown.say(WENT_BACK)
        elif before is not None:
            typed = asked.get("how") == "typed"
            step = (translating.opened if typed else translating.came)(before, page, self._known)
            if step is not None:
                desk.note(step)
            elif typed:
                self.shown.say(CANNOT["address"])

    def _enter(self, asked: Mapping[str, Any]) -> None:
        """The Enter key in the field that waits, or in which the person has typed (`found`)."""
        field = asked.get("found") or self.shown.current
        if not field or not field.get("element"):
            return
        found = self._browser.enters(element_of(field["element"]))
        if found.get("element"):
            self._presses.press_or_ask(element_of(found["element"]))
        elif "found" in asked:
            self.shown.say(CANNOT["enter"])

    def _answer(self, answer: str) -> None:
        question, self.shown.question = self.shown.question, None
        if question is None:
            return
        if question.get("trying"):
            self._tries.answered(answer, self.shown)
            self._desk.look()
        else:
            self._presses.answered(question, answer)

    def _read(self, label: str) -> None:
        """What stands beside a label is read into a name, by which later steps may type it."""
        page = self._browser.see()
        if label not in readable(page) or self.section != "入力" or self._known.told_by(label):
            self.shown.say("その項目は、ここでは読み取れません。")
            return
        step = translating.reading(label, self._known)
        name = step["読み取る"]["名前"]
        self._known.read[name] = one_line(items_of(page, label)[0])
        self._desk.note(step)
        self.shown.say(f"「{label}」を読み取ります。あとの欄に同じ値を入れると、{{{name}}} になります。")

    def _try(self, asked: Mapping[str, Any]) -> None:
        self._tries.begin(asked, self.shown)
        self._desk.look()

    def _key(self, asked: Mapping[str, Any]) -> None:
        if asked.get("key") in KEYS:
            self._browser.tap_key(str(asked["key"]))

    def _back(self) -> None:
        self._browser.back()
        self._desk.look()
        self.shown.say(WENT_BACK)
