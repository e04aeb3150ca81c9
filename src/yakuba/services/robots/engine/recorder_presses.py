"""Buttons and links while a person records: pressed by the robot's own hands, or asked about first."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from yakuba.services.robots.engine import translating
from yakuba.services.robots.engine.browser import Page, Verdict
from yakuba.services.robots.engine.complaints import button_problem
from yakuba.services.robots.engine.drafts import Step, target_of
from yakuba.services.robots.engine.recorder_desk import Desk
from yakuba.services.robots.engine.recorder_files import Files
from yakuba.services.robots.engine.recording import Brought, element_of, words_of
from yakuba.services.robots.engine.scenario import Element, Role


class Presses:
    """test_target: whether the commit step may be pressed."""

    def __init__(self, desk: Desk, files: Files, *, test_target: bool) -> None:
        self._desk, self._files, self._test_target = desk, files, test_target

    def press_or_ask(self, element: Element) -> None:
        """Press what only leads on; ask the person about all that may store."""
        desk = self._desk
        if translating.asks(element) and not (desk.signs_in and desk.section == "ログイン"):
            desk.shown.question = {
                "element": words_of(element),
                "label": element.label,
                "commit": element.role is Role.BUTTON and desk.section == "入力",
                "press": self._test_target,
            }
        else:
            self.press(element)

    def answered(self, question: dict[str, object], answer: str) -> None:
        """What the person says to the question about a button, or to the page's own question (`dialog`)."""
        words = question["element"]
        assert isinstance(words, dict)
        element, dialog = element_of(words), str(question.get("dialog") or "")
        if dialog and answer == "yes":
            if question.get("stores"):
                self.mark(element, press=True, dialog=dialog)
            else:
                self.press(element, dialog)
        elif dialog:
            return
        elif answer == "harmless":
            self.press(element)
        elif question["commit"] and (answer == "commit" or (answer == "press" and self._test_target)):
            self.mark(element, press=answer == "press")

    def press(self, element: Element, dialog: str = "") -> None:
        """Press it. dialog: the page's question that is to be agreed to."""
        desk = self._desk
        before, was_signing_in, was_out = desk.browser.see(), desk.signs_in, desk.logged_out
        picture = desk.browser.target_picture(element, desk.hidden())
        desk.browser.permit(True)
        brought = desk.browser.try_press(element, dialog)
        if brought.pressed.button.verdict is not Verdict.OK:
            raise button_problem(element, brought.pressed.button, "録画")
        page = brought.pressed.page or desk.browser.see()
        if brought.asked:
            self._ask_dialog(element, brought.asked)
            return
        for one in dict.fromkeys(page.dialogs):
            if not (dialog and dialog in one):
                desk.shown.say(f"画面の知らせ：{one}")
        step = self._step(element, brought, before, page, dialog)
        # `note` asks whether the page before was the log-in: `page` is not the desk's yet.
        if step is not None and desk.note(step) and picture:
            desk.noted.keep(target_of(translating.press(element, leaves=True)), picture)
        if brought.file is None:
            self._arrived(
                element, before, page, brought.pressed.sent, signed_in=was_signing_in, was_out=was_out
            )

    def _step(self, element: Element, brought: Brought, before: Page, page: Page, dialog: str) -> Step | None:
        desk = self._desk
        if brought.file is not None:
            return self._files.received(element, brought.file, desk.shown, desk.section)
        by_address = element.role is Role.LINK and desk.section != "ログイン" and not dialog
        led_to = translating.opened(before, page, desk.known) if by_address else None
        if led_to is not None:
            return led_to
        leaves = page.url != before.url or page.headings != before.headings
        return translating.press(element, leaves=leaves, dialog=dialog)

    def _ask_dialog(self, element: Element, text: str, *, stores: bool = False) -> None:
        """The page has asked something, and was answered with no: nothing came of the press."""
        desk = self._desk
        if desk.known.told_by(text):
            desk.shown.say(
                "画面が申請の値を含む問いを出したため、「いいえ」と答えました。ロボットはこの問いに答えられません。"
            )
            return
        desk.shown.question = {
            **{"element": words_of(element), "label": element.label, "dialog": text, "stores": stores},
            **{"commit": False, "press": False},
        }

    def _arrived(
        self,
        element: Element,
        before: Page,
        page: Page,
        sent: Sequence[str],
        *,
        signed_in: bool,
        was_out: bool,
    ) -> None:
        desk = self._desk
        desk.look()
        desk.page = page
        landmark = translating.arrived(before, page, desk.known)
        if landmark is not None and not was_out:
            desk.note(landmark)
        desk.tell_trouble(page)
        if desk.section == "ログイン" and signed_in and not desk.signs_in:
            desk.section = "入力"
            self._begin_entry(before, page, sent)
        elif desk.section == "入力" and translating.looks_up(element) and not desk.logged_out:
            desk.noted.search_was()
            self._found_nothing(page)

    def _begin_entry(self, before: Page, page: Page, sent: Sequence[str]) -> None:
        """Every case begins at the page that the log-in led to, unless another is opened first, or it is the answer to
        what was sent and no page of its own."""
        place = urlsplit(page.url).path
        step = translating.opened(before, page, self._desk.known)
        if step is not None and not any(one.split(" ")[1:2] == [place] for one in sent):
            self._desk.note(step)

    def _found_nothing(self, page: Page) -> None:
        sentence = translating.absent(page, self._desk.known)
        if sentence:
            self._desk.put("照会", {"見つからない": {"文字": sentence}})
        else:
            self._desk.shown.say(
                "照会の結果に「該当するデータはありません」のような言葉が見つかりません。まだ登録されていない申請で検索してください。"
            )

    def mark(self, element: Element, *, press: bool, dialog: str = "") -> None:
        """This is the commit step. Pressed only in a system for tests."""
        desk = self._desk
        page = desk.browser.see()
        if items := translating.confirmation(page, desk.known):
            desk.put("確認", {"登録前": "はい", "項目": items})
        step = translating.press(element, leaves=True, dialog=dialog)
        desk.picture(step, element)
        desk.put("登録", step)
        if press:
            desk.browser.permit(True)
            done = desk.browser.commit(element, leaves=True, dialog=dialog)
            if done.button.verdict is not Verdict.OK:
                raise button_problem(element, done.button, "録画")
            asked = desk.browser.asked()
            if asked and not dialog:
                self._ask_dialog(element, asked, stores=True)
                return
            found = translating.result(done.page or desk.browser.see(), desk.known)
            if found:
                desk.put("結果", found)
        desk.shown.done = True
