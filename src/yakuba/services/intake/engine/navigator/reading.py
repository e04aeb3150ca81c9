"""A file about a life event → `Event`, with every fault at its line.

出来事: 引っ越してきた
コード: moving-in
説明: ほかの市区町村から引っ越してきた方へ
日付: [住み始めた日]
質問:
  - {名: 子ども, 質問: 中学生までのお子さんがいますか, 答え: [はい, いいえ, わからない], 聞くとき: {どこから: 国内}}
届出:
  - 名: 児童手当
    窓口: ｛子どもの窓口｝
    持ち物: [本人確認書類, {物: 請求する人の口座が分かるもの, とき: {子ども: はい}}]
    期限: {起点: 住み始めた日, 日数: 15, 初日: 数えない, 閉庁日: 次の開庁日, 過ぎると: 遅れた月の分は受け取れません}
    オンライン: 町による
    根拠: 児童手当法7条、8条
    確認日: 2026-11-29
表:
  - {とき: {子ども: [はい, わからない]}, 届出: [児童手当]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse
from yakuba.services.intake.engine.navigator.event import (
    ALWAYS,
    Closed,
    Deadline,
    Event,
    Handed,
    Online,
    Question,
    Row,
    Task,
    Thing,
    Unit,
    When,
)

MOST_NAMED = 2_000  # tasks named in all rows together: the check compares each with every row
MOST_QUESTIONS, MOST_ANSWERS, MOST_TASKS, MOST_ROWS = 20, 12, 100, 300
LONGEST_NAME, LONGEST_TEXT = 60, 500  # characters
MOST_OF = {Unit.DAYS: 3_660, Unit.MONTHS: 120, Unit.YEARS: 10}
CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
TAG = re.compile(r"<[/!A-Za-z]|&[A-Za-z#][A-Za-z0-9]*;")
FIELD = re.compile(r"[a-z][a-z0-9_]{0,59}")


def parse_event(text: str) -> Event:
    """The event that a file describes. Raises DefinitionRefused with everything that is wrong in it."""
    faults = Faults()
    event = _Reader(faults).event(parse(text))
    if faults.found:
        raise DefinitionRefused(faults.found)
    return event


class _Reader:
    """Reads a file from top to bottom; questions, days and tasks are known once they were read."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.questions: dict[str, Question] = {}
        self.all_questions: set[str] = set()
        self.tasks: dict[str, Task] = {}
        self.days: tuple[str, ...] = ()

    def event(self, node: Node) -> Event:
        """The whole file."""
        top = Section(node, "", self.faults, ("出来事", "コード", "届出", "表"), ("説明", "日付", "質問"))
        code = top.text("コード")
        if code and not CODE.fullmatch(code):
            top.fault("コード", "「コード」は英小文字で始め、英小文字と数字とハイフンで書いてください。")
        self.days = tuple(self._named(one, line, "日付") for line, one in top.texts("日付"))
        self._twice(self.days, top.line_of("日付"), "日付")
        self._read_questions(self._limited(top, "質問", MOST_QUESTIONS))
        for one in self._limited(top, "届出", MOST_TASKS):
            task = self._task(one)
            if task.name in self.tasks:
                self.faults.add(one.line, f"届出「{task.name}」", "同じ名の届出が二つあります。")
            self.tasks[task.name] = task
        rows = tuple(self._row(one) for one in self._limited(top, "表", MOST_ROWS))
        if (named := sum(len(row.tasks) + len(row.without) for row in rows)) > MOST_NAMED:
            top.fault("表", f"「表」に書ける届出は、全部で{MOST_NAMED:,}個までです（今は{named:,}個）。")
        title, intro = self._text(top, "出来事", LONGEST_NAME), self._text(top, "説明")
        return Event(
            code, title, intro, self.days, tuple(self.questions.values()), tuple(self.tasks.values()), rows
        )

    def _read_questions(self, nodes: Sequence[Node]) -> None:
        self.all_questions = {
            value.text or "" for node in nodes for key, _, value in node.entries or () if key == "名"
        }
        for node in nodes:
            one = self._question(node)
            if one.name in self.questions:
                self.faults.add(one.line, f"質問「{one.name}」", "同じ名の質問が二つあります。")
            self.questions[one.name] = one

    def _question(self, node: Node) -> Question:
        place = f"質問「{_name_of(node)}」"
        part = Section(node, place, self.faults, ("名", "質問", "答え"), ("説明", "聞くとき"))
        answers = tuple(self._named(one, line, place) for line, one in part.texts("答え"))
        self._twice(answers, part.line_of("答え"), place)
        if "答え" in part and not 2 <= len(answers) <= MOST_ANSWERS:
            part.fault(
                "答え", f"「答え」は2個から{MOST_ANSWERS}個までにしてください（今は{len(answers)}個）。"
            )
        return Question(
            self._text(part, "名", LONGEST_NAME),
            self._text(part, "質問"),
            answers,
            self._text(part, "説明"),
            self._when(part, "聞くとき"),
            node.line,
        )

    def _task(self, node: Node) -> Task:
        place = f"届出「{_name_of(node)}」"
        optional = ("説明", "持ち物", "期限", "オンライン", "申請フォーム", "引き継ぎ", "根拠", "確認日")
        part = Section(node, place, self.faults, ("名", "窓口"), optional)
        return Task(
            self._text(part, "名", LONGEST_NAME),
            self._text(part, "窓口", LONGEST_NAME),
            self._text(part, "説明"),
            self._things(part),
            self._deadlines(part),
            part.word("オンライン", {one.value: one for one in Online}, Online.BY_TOWN),
            self._text(part, "申請フォーム", LONGEST_NAME),
            self._handed(part),
            self._text(part, "根拠"),
            self._day(part, "確認日"),
            node.line,
        )

    def _things(self, part: Section) -> tuple[Thing, ...]:
        found = []
        for node in part.rows("持ち物"):
            if node.text is not None:
                found.append(Thing(self._named(node.text, node.line, part.place), line=node.line))
                continue
            one = Section(node, f"{part.place}の持ち物", self.faults, ("物",), ("とき",))
            found.append(Thing(self._text(one, "物", 2 * LONGEST_NAME), self._when(one, "とき"), node.line))
        return tuple(found)

    def _deadlines(self, part: Section) -> tuple[Deadline, ...]:
        node = part.node("期限")
        if node is None:
            return ()
        return tuple(self._deadline(one, f"{part.place}の期限") for one in (node.items or (node,)))

    def _deadline(self, node: Node, place: str) -> Deadline:
        units = [one.value for one in Unit]
        part = Section(
            node, place, self.faults, (), ("文", "起点", *units, "初日", "閉庁日", "過ぎると", "とき")
        )
        when, late = self._when(part, "とき"), self._text(part, "過ぎると")
        if "文" in part:
            if counted := [key for key in ("起点", *units, "初日", "閉庁日") if key in part]:
                part.fault(counted[0], "「文」と、日の数え方は並べて書けません。どちらかにしてください。")
            return Deadline(words=self._text(part, "文"), late=late, when=when, line=node.line)
        given = [one for one in Unit if one.value in part]
        missing = [key for key in ("起点", "初日", "閉庁日", "過ぎると") if key not in part]
        if len(given) != 1 or missing:
            self.faults.add(
                node.line,
                place,
                "期限は「起点」「日数（か月数、年数）」「初日」「閉庁日」「過ぎると」をすべて書いてください。"
                "日が決まらないときは「文」だけを書きます。",
            )
        unit = given[0] if given else Unit.DAYS
        start = part.text("起点")
        if start and start not in self.days:
            self.faults.unknown(part.line_of("起点"), f"{place}の起点", start, self.days)
        return Deadline(
            start=start,
            number=part.whole(unit.value, 1, 1, MOST_OF[unit]),
            unit=unit,
            first_counts=part.word("初日", {"数える": True, "数えない": False}, False),
            closed=part.word("閉庁日", {one.value: one for one in Closed}, Closed.NEXT),
            late=late,
            when=when,
            line=node.line,
        )

    def _handed(self, part: Section) -> tuple[Handed, ...]:
        node = part.node("引き継ぎ")
        if node is None:
            return ()
        place = f"{part.place}の引き継ぎ"
        found = []
        for code, one in Section(node, place, self.faults, (), None).all().items():
            if not FIELD.fullmatch(code):
                self.faults.add(
                    one.line, place, f"項目コード「{code[:40]}」は英小文字と数字と _ で書いてください。"
                )
            how = Section(one, f"{place}「{code}」", self.faults, (), ("質問", "値", "日付"))
            found.append(self._hand_over(code, how))
        if "申請フォーム" not in part:
            part.fault("引き継ぎ", "「引き継ぎ」を書くときは「申請フォーム」に手続のコードを書いてください。")
        return tuple(found)

    def _hand_over(self, code: str, how: Section) -> Handed:
        question, day = how.text("質問"), how.text("日付")
        if bool(question) == bool(day):
            self.faults.add(how.line, how.place, "「質問」と「値」か、「日付」のどちらかを書いてください。")
        if day and day not in self.days:
            self.faults.unknown(how.line, how.place, day, self.days)
        if question and question not in self.questions:
            self.faults.unknown(how.line, how.place, question, self.questions)
        values = {}
        if (node := how.node("値")) is not None and question in self.questions:
            known = self.questions[question].answers
            for answer, value in Section(node, how.place, self.faults, (), known).all().items():
                values[answer] = value.text or ""
        return Handed(code, question, values, day)

    def _row(self, node: Node) -> Row:
        part = Section(node, "表", self.faults, (), ("とき", "届出", "要らない", "案内"))
        tasks, without = self._task_names(part, "届出"), self._task_names(part, "要らない")
        if not tasks and not without and "案内" not in part:
            self.faults.add(
                node.line, "表", "行に「届出」「要らない」「案内」のどれもありません。書き足してください。"
            )
        if both := sorted(set(tasks) & set(without)):
            self.faults.add(node.line, "表", f"同じ行で「{both[0]}」を出すとも要らないとも書いています。")
        return Row(self._when(part, "とき"), tasks, without, self._text(part, "案内"), node.line)

    def _task_names(self, part: Section, key: str) -> tuple[str, ...]:
        names = part.texts(key)
        for line, name in names:
            if name not in self.tasks:
                self.faults.unknown(line, f"表の{key}", name, self.tasks)
        return tuple(name for _, name in names if name in self.tasks)

    def _when(self, part: Section, key: str) -> When:
        """The condition of a key. Only questions that were read before may be named, so that no circle can arise."""
        node = part.node(key)
        if node is None:
            return ALWAYS
        place = f"{part.place}の「{key}」" if part.place else key
        wanted = []
        one = Section(node, place, self.faults, (), None)
        for name in one.all():
            question = self.questions.get(name)
            if question is None:
                self._unknown_question(one.line_of(name), place, name)
                continue
            words = one.texts(name)
            for line, word in words:
                if word not in question.answers:
                    self.faults.unknown(line, f"{place}（{name}）", word, question.answers)
            if not words:
                one.fault(name, f"「{name}」の答えがありません。書いてください。")
            wanted.append((name, tuple(dict.fromkeys(word for _, word in words))))
        return When(tuple(wanted), node.line)

    def _unknown_question(self, line: int, place: str, name: str) -> None:
        if name in self.all_questions:
            self.faults.add(
                line,
                place,
                f"「{name}」は、この質問より前に聞く質問ではありません。条件にできるのは前の質問だけです。順を入れ替えてください。",
            )
        else:
            self.faults.unknown(line, place, name, self.questions)

    def _limited(self, part: Section, key: str, most: int) -> list[Node]:
        nodes = list(part.rows(key))
        if len(nodes) > most:
            part.fault(key, f"「{key}」は{most}個までにしてください（今は{len(nodes)}個）。")
        return nodes[:most]

    def _text(self, part: Section, key: str, longest: int = LONGEST_TEXT) -> str:
        return self._fit(part.text(key), part.line_of(key), part.place or key, longest)

    def _named(self, text: str, line: int, place: str) -> str:
        if not text:
            self.faults.add(line, place, "空の値があります。書くか、消してください。")
        return self._fit(text, line, place, 2 * LONGEST_NAME)

    def _fit(self, text: str, line: int, place: str, longest: int) -> str:
        if len(text) > longest:
            self.faults.add(line, place, f"文字が多すぎます（{longest}文字まで。今は{len(text)}文字）。")
        if TAG.search(text):
            self.faults.add(line, place, "HTMLは書けません。「<」や「&…;」のない文にしてください。")
        return text

    def _day(self, part: Section, key: str) -> date | None:
        text = part.text(key)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            part.fault(key, f"「{text[:20]}」は日付として読めません。2026-11-29 の形で書いてください。")
            return None

    def _twice(self, words: Sequence[str], line: int, place: str) -> None:
        if twice := sorted({one for one in words if words.count(one) > 1}):
            self.faults.add(line, place, f"「{twice[0]}」が二つあります。一つにしてください。")


def _name_of(node: Node) -> str:
    found: Mapping[str, Node] = {key: value for key, _, value in node.entries or ()}
    return (found["名"].text or "")[:LONGEST_NAME] if "名" in found else "？"
