"""The field that waits for its value while a person records: what may go into it, and whether it landed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from yakuba.services.robots.engine import translating
from yakuba.services.robots.engine.browser import Entry, Finding, Verdict
from yakuba.services.robots.engine.complaints import entry_problem
from yakuba.services.robots.engine.drafts import Step
from yakuba.services.robots.engine.recording import RecordingPort, Shown, element_of
from yakuba.services.robots.engine.scenario import Element, EntryKind
from yakuba.services.robots.engine.secrecy import Secrecy
from yakuba.services.robots.engine.translating import Known, Value, value_of


class Fields:
    """secrets: those of the vault, by name.  secrecy: takes what no picture and no step may show.  look: called when a field has taken its
    value.  note: keeps the step."""

    def __init__(
        self,
        browser: RecordingPort,
        known: Known,
        secrets: Mapping[str, str],
        secrecy: Secrecy,
        look: Callable[[], None],
        note: Callable[[Step, Element], None],
    ) -> None:
        self._browser, self._known, self._secrets, self._secrecy = browser, known, secrets, secrecy
        self._look, self._note = look, note
        self._put = browser.fill

    def wait(self, element: Element, found: Mapping[str, Any], shown: Shown, *, secret: bool) -> None:
        """A field was pointed at: ask for its value. secret: it is never shown nor kept."""
        shown.current = {
            "element": found["element"],
            "kind": found["kind"],
            "label": element.label,
            "secret": secret,
            "masked": bool(found["secret"]),
            "choices": list(found["choices"]),
            "stored": secret and element.label in self._secrets,
        }
        shown.candidates = [] if secret else translating.suggested(element.label, self._known)

    def pick(self, element: Element, found: Mapping[str, Any], shown: Shown) -> None:
        """An option was pointed at."""
        option = str(found["option"])
        texts = [option]
        if found["kind"] == "チェック":
            taken = list(found["taken"])
            texts = [one for one in taken if one != option] if option in taken else [*taken, option]
        self._fill(EntryKind(found["kind"]), element, texts, shown)

    def type(self, text: str, shown: Shown) -> None:
        """The value of the field that waits."""
        current = shown.current
        if current is None:
            shown.say("先に、入力する欄を押してください。")
            return
        element, kind = element_of(current["element"]), EntryKind(current["kind"])
        if current["secret"]:
            self._fill_secret(element, text, shown)
        else:
            self._fill(kind, element, [text], shown)

    def stands(self, texts: Sequence[str], shown: Shown, *, gone: bool = False) -> None:
        """What the person has put into the field with their own hands. It is read there, and not filled anew: they may
        be typing in the next field by now."""
        current = shown.current
        if current is None:
            return
        element, kind = element_of(current["element"]), EntryKind(current["kind"])
        if not any(texts):
            shown.current, shown.candidates = None, []
            shown.say(f"「{element.label}」を空にしました。手順は変えていません。")
            return
        self._put = _taken if gone else self._browser.verify
        try:
            if current["secret"]:
                self._fill_secret(element, texts[0], shown)
            else:
                self._fill(kind, element, texts, shown)
        finally:
            self._put = self._browser.fill

    def insert(self, template: str, shown: Shown) -> None:
        """A value of the case, or the vault's secret, into the field that waits."""
        current = shown.current
        if current is None:
            shown.say("先に、入力する欄を押してください。")
            return
        element = element_of(current["element"])
        if current["secret"]:
            stored = self._secrets.get(element.label)
            if stored is None:
                shown.say(f"秘密「{element.label}」は接続先に登録されていません。")
            else:
                self._fill_secret(element, stored, shown)
            return
        texts = next((found for one, found, _ in self._known.writings() if one == template), None)
        if texts is None:
            shown.say("申請のその項目には値がありません。")
            return
        self._enter_texts(EntryKind(current["kind"]), element, texts, Value(template), shown)

    def _fill(self, kind: EntryKind, element: Element, texts: Sequence[str], shown: Shown) -> None:
        value = value_of(texts, element.label, self._known)
        if value is not None and self._known.by_label and kind is not EntryKind.TEXT:
            value = Value("、".join(texts), fixed=True)
        if value is not None and value.masked:
            self._secrecy.typed += texts
        if value is not None and value.part_of and kind is EntryKind.TEXT:
            self._secrecy.typed += texts
            shown.say(
                f"申請の「{value.part_of}」の別の書き方か、その一部です。どの申請にも同じ値が入ることになるため、手順にしていません。"
                "申請の値の候補から選んでください。"
            )
            return
        self._enter_texts(kind, element, texts, value, shown)

    def _enter_texts(
        self, kind: EntryKind, element: Element, texts: Sequence[str], value: Value | None, shown: Shown
    ) -> None:
        entry = Entry(element, kind, tuple(texts))
        if not self._landed(entry, shown):
            return
        if value is None:
            shown.say("いくつかの印のうち、申請の値と同じになるまで選ぶと、手順になります。")
            return
        self._note(translating.fill(kind, element, value.template), element)
        if value.fixed:
            shown.say(f"「{element.label}」には、どの申請でも同じ値「{value.template}」を入れます。")
        elif not value.sure:
            others = f"（{'、'.join(value.others[:3])} も同じ値です）" if value.others else ""
            shown.say(
                f"「{element.label}」に {value.template} を入れます{others}。項目が正しいか確かめてください。"
            )

    def _fill_secret(self, element: Element, text: str, shown: Shown) -> None:
        if text:
            self._secrecy.typed.append(text)
        if text and shown.current and shown.current["masked"]:
            self._secrecy.passwords.append(text)
        if self._landed(Entry(element, EntryKind.TEXT, (text,), True), shown):
            name = element.label.replace("{", "").replace("}", "").replace(":", "")
            self._note(translating.fill(EntryKind.TEXT, element, f"{{秘密:{name}}}"), element)

    def _landed(self, entry: Entry, shown: Shown) -> bool:
        finding = self._put([entry])[0]
        if finding.verdict is Verdict.OK:
            shown.current, shown.candidates = None, []
            self._look()
            return True
        shown.say(entry_problem(entry, finding, "録画").problem.message)
        return False


def _taken(entries: Sequence[Entry]) -> tuple[Finding, ...]:
    """Nobody can look any more: a page that sends itself away when something is chosen has taken it."""
    return tuple(Finding(Verdict.OK) for _ in entries)
