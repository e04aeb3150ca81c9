"""One step of a draft against the live screen: what it does there, and a lost target taught again by pointing at it.

A step that commits is never tried. What a step sends leaves only where its button leads on, or where the person has said
that it stores nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.robots.engine import translating
from yakuba.services.robots.engine.browser import Hidden
from yakuba.services.robots.engine.context import Context
from yakuba.services.robots.engine.drafts import LOOP, Placed, Step, target_of
from yakuba.services.robots.engine.errors import RobotError, ScreenChanged
from yakuba.services.robots.engine.filling import Bound
from yakuba.services.robots.engine.loader import NOWHERE, load_step
from yakuba.services.robots.engine.reading import items_of_case, rows_of_page
from yakuba.services.robots.engine.recording import Noted, RecordingPort, Shown, element_of, words_of
from yakuba.services.robots.engine.scenario import CheckItem, Element, Fill, Press, Read, System, templates
from yakuba.services.robots.engine.scenario import Step as ScenarioStep
from yakuba.services.robots.engine.step_player import StepPlayer
from yakuba.services.robots.engine.translating import Known

_CHANGED = "手順がほかで変わりました。いまの手順を見て、もう一度押してください。"
_COMMITS = "登録する手順は試しません。その手前の手順までを試し、全体は「3件で試す」で確かめてください。"
_WHOLE = {
    LOOP: "「くり返す」は、中の手順を一つずつ試してください。最初の一つの値で行います。",
    "添付": "ファイルの手順は、ここでは試しません。全体は「3件で試す」で確かめてください。",
    "受け取る": "ファイルの手順は、ここでは試しません。全体は「3件で試す」で確かめてください。",
    "呼び出す": "呼び出すシナリオは、ここでは試しません。全体は「3件で試す」で確かめてください。",
}
TEACH = "画面でこの場所を押してください。"


@dataclass(frozen=True)
class Place:
    """A step of the draft: its section, and where it stands in it, from 0."""

    section: str
    n: int


class Trier:
    """Tries steps with the values of the sample case. hidden: what no kept picture may show, asked anew each time.

    teaching: the step whose target the person is about to point at.
    """

    def __init__(
        self,
        browser: RecordingPort,
        base: str,
        known: Known,
        secrets: Mapping[str, str],
        noted: Noted,
        hidden: Callable[[], Hidden],
    ) -> None:
        self._browser, self._base, self._known, self._secrets = browser, base, known, secrets
        self._noted, self._hidden = noted, hidden
        self._teaching: tuple[Place, Step] | None = None
        self._asked: Place | None = None
        self._names: dict[str, Bound] = {}
        self.system = System("接続先", base, NOWHERE)

    @property
    def teaching(self) -> bool:
        """Whether the next thing that is pointed at is a step's new target."""
        return self._teaching is not None

    def begin(self, asked: Mapping[str, Any], shown: Shown) -> None:
        """Try the step, unless it commits or the draft is not what the person saw."""
        self._teaching = None
        place = Place(str(asked.get("section", "")), int(asked.get("step", -1)))
        if asked.get("section") == "登録":
            shown.say(_COMMITS)
            return
        found = self._noted.step(place.section, place.n, str(asked.get("mark", "")))
        if found is None:
            shown.say(_CHANGED)
        elif why := _WHOLE.get(next(iter(found.step))):
            shown.say(why)
        else:
            self._consider(place, found, shown)

    def _consider(self, place: Place, found: Placed, shown: Shown) -> None:
        read = self._read(place, found, shown)
        if read is None:
            return
        if isinstance(read, Press) and place.section == "入力" and self._is_commit(read.element):
            shown.say(_COMMITS)
        elif isinstance(read, Press) and place.section != "ログイン" and translating.asks(read.element):
            self._asked = place
            shown.question = {
                "element": words_of(read.element),
                "label": read.element.label,
                "commit": False,
                "press": False,
                "trying": True,
            }
        else:
            self._play(place, found, read, shown)

    def answered(self, answer: str, shown: Shown) -> None:
        """What the person says of a button that may store."""
        place, self._asked = self._asked, None
        found = self._noted.step(place.section, place.n, "") if place else None
        if place is None or found is None or answer != "harmless":
            shown.say("押していません。")
            return
        read = self._read(place, found, shown)
        if read is not None:
            self._play(place, found, read, shown)

    def teach(self, asked: Mapping[str, Any], shown: Shown) -> None:
        """The person wants to point at the step's target."""
        place = Place(str(asked.get("section", "")), int(asked.get("step", -1)))
        found = self._noted.step(place.section, place.n, str(asked.get("mark", "")))
        if found is None:
            shown.say(_CHANGED)
        elif not target_of(found.step) or "読み取る" in found.step:
            shown.say(
                "この手順は、欄やボタンを指していません。「直す」で画面に出る文字を書き直してください。",
            )
        else:
            self._wait_for_pointing(place, found.step, shown, "")

    def forget(self) -> None:
        """The person does not want to teach."""
        self._teaching = None

    def pointed(self, found: Mapping[str, Any], shown: Shown) -> None:
        """The new target of the step that is taught; the old and the new description are told."""
        assert self._teaching is not None
        place, old = self._teaching
        problem = self._unfit(found, old)
        if problem:
            self._wait_for_pointing(place, old, shown, problem)
            return
        element = element_of(found["element"])
        new = translating.aimed_at(old, element)
        self._teaching = None
        if not self._noted.replace(place.section, place.n, old, new):
            shown.say(_CHANGED)
            return
        self._keep(new, element)
        shown.say(f"場所を教え直しました。前：{target_of(old)}　今：{target_of(new)}")
        shown.tried = {"section": place.section, "n": place.n, "ok": True}

    def _unfit(self, found: Mapping[str, Any], step: Step) -> str:
        """Why that place cannot be the step's target; empty where it can."""
        if found["n"] < 0:
            return "ここには、入力する欄も押すボタンもありません。"
        if found["element"] is None:
            return "その場所は、ほかと見分けられる名前がないため、ロボットには使えません。"
        verb = next(iter(step))
        if verb != "確かめる" and found["kind"] != verb:
            return f"この手順は「{verb}」です。その場所は「{found['kind']}」に使うものです。"
        if verb == "確かめる" and found["kind"] == "押す":
            return "この手順は欄を見ます。その場所は欄ではありません。"
        if self._known.names(element_of(found["element"])):
            return "申請の値がそのまま名前になっている場所は、ほかの申請で使えません。"
        return ""

    # Playing

    def _bound(self, found: Placed) -> dict[str, Bound]:
        """What names stand for: what was read while trying, and the first item of every loop around the step."""
        names = dict(self._names)
        for loop in found.loops:
            inside = loop[LOOP]
            listed = inside.get("項目", [])
            wanted = [listed] if isinstance(listed, str) else listed
            specs = [one for one in self._known.specs if {one.label, one.code} & set(wanted)]
            columns = inside.get("表", [])
            items = items_of_case(specs, self._known.values, line=0)
            if columns:
                items = (
                    rows_of_page(self._browser.see(), [columns] if isinstance(columns, str) else columns)
                    or []
                )
            names |= {str(inside.get("名前", "")): one for one in items[:1]}
        return names

    def _read(self, place: Place, found: Placed, shown: Shown) -> ScenarioStep | None:
        try:
            read = load_step(found.step, place.section, self._known.specs, self._bound(found))
        except DefinitionRefused as refused:
            self._failed(place, shown, "".join(one.message for one in refused.problems))
            return None
        missing = {name for one in templates((read,)) for name in one.secrets} - self._secrets.keys()
        if missing:
            self._failed(
                place, shown, f"接続先に秘密「{'」「'.join(sorted(missing))}」が登録されていません。"
            )
            return None
        return read

    def _is_commit(self, element: Element) -> bool:
        commit = self._noted.commit()
        return bool(commit) and target_of(commit) == target_of(translating.press(element, leaves=True))

    def _play(self, place: Place, found: Placed, read: ScenarioStep, shown: Shown) -> None:
        step = found.step
        element = read.element if isinstance(read, (Fill, Press)) else None
        # What is pressed is gone afterwards.
        image = self._picture(element) if isinstance(read, Press) else b""
        self._browser.permit(isinstance(read, Press))
        player = StepPlayer(self.system, self._base, self._browser, self._secrets, {})
        context = Context(
            dict(self._known.values),
            lambda: None,
            login=place.section == "ログイン",
            names=self._bound(found),
        )
        skipped = (
            read.when is not None
            and not read.when.fill(context.values, self._secrets, names=context.names).text
        )
        try:
            player.play([read], context)
        except RobotError as error:
            lost = isinstance(error, ScreenChanged) and (
                element is not None or (isinstance(read, CheckItem) and read.in_field)
            )
            self._failed(place, shown, error.problem.message)
            if lost:
                self._wait_for_pointing(place, step, shown, "")
            return
        if element is not None and not isinstance(read, Press):
            image = self._picture(element)
        if image:
            self._noted.keep(target_of(step), image)
        if isinstance(read, Read) and not skipped:
            self._names[read.name] = context.names[read.name]
            shown.say(f"「{read.name}」は「{context.names[read.name].text}」です。")
        did = "条件に合わないため、とばしました。" if skipped else "そのとおりに動きました。"
        shown.say(f"ためした結果：{did}")
        shown.tried = {"section": place.section, "n": place.n, "ok": True}

    def _keep(self, step: Step, element: Element) -> None:
        image = self._picture(element)
        if image:
            self._noted.keep(target_of(step), image)

    def _picture(self, element: Element | None) -> bytes:
        return b"" if element is None else self._browser.target_picture(element, self._hidden())

    # Telling

    def _failed(self, place: Place, shown: Shown, why: str) -> None:
        shown.say(f"ためした結果：{why}")
        shown.tried = {"section": place.section, "n": place.n, "ok": False}

    def _wait_for_pointing(self, place: Place, step: Step, shown: Shown, problem: str) -> None:
        self._teaching = (place, step)
        self.show_teaching(shown)
        shown.say(f"{problem}{TEACH}")

    def show_teaching(self, shown: Shown) -> None:
        """Tell on which step the person's pointing is awaited."""
        if self._teaching is not None:
            place, step = self._teaching
            shown.teaching = {"section": place.section, "n": place.n, "target": target_of(step)}
