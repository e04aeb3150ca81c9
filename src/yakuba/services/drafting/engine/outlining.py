"""From the headings of a document: questions with the answers that stand under them, and the draft of a questionnaire."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3}|[(（][0-9０-９ア-ンア]{1,2}[)）]|[①-⑳]"
_NUMBERED = re.compile(
    rf"^[\s　]*(?:#{{1,4}}\s*|(?:第[0-9０-９一二三四五六七八九十]+[章節条]|{_NUMBER})[\s　．.、]+|[■◆●○◎【]\s*)(?P<rest>\S.*)$"
)
_CONTACT = re.compile(r"^[\s　]*(?P<rest>(?:お?問合せ|お?問い合わせ|連絡|担当|提出)[先課]?[\s　：:].*)$")
_SPLIT = re.compile(r"[\s　]{2,}|[：:]|　")
LONGEST_HEADING = 24  # characters
_QUESTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), question)
    for pattern, question in (
        (r"対象|資格|要件", "だれが対象ですか。"),
        (r"期限|締切|締め切", "いつまでに手続すればよいですか。"),
        (r"日時|期間|日程|時間|開始", "いつですか。"),
        (r"場所|会場|窓口|提出先", "どこで行いますか。"),
        (r"費用|料金|手数料|金額|助成額|支給額|参加費", "費用や金額はいくらですか。"),
        (r"持ち物|必要書類|書類|添付", "何を用意すればよいですか。"),
        (r"方法|手続|申込|申請|届出|受け取り|受取", "どのように手続すればよいですか。"),
        (r"定員|人数", "定員は何人ですか。"),
        (r"問合せ|問い合わせ|連絡先|担当", "どこに問い合わせればよいですか。"),
        (r"目的|趣旨|背景|理由", "何のために行いますか。"),
        (r"注意|留意|その他|備考", "ほかに気を付けることはありますか。"),
    )
)
_AGREEMENT = ("とても良い", "良い", "どちらともいえない", "良くない", "とても良くない", "分からない")


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. line: of the heading, from 1."""

    heading: str
    body: str
    line: int


@dataclass(frozen=True)
class Question:
    """A question with the words of the document that answer it, or with what can be chosen (both may be empty)."""

    text: str
    answer: str = ""
    options: tuple[str, ...] = ()
    heading: str = ""
    line: int = 0


def sections(text: str) -> list[Section]:
    """The headings of a document: numbered or marked lines, the first words of which are the heading."""
    found: list[Section] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _NUMBERED.match(line) or _CONTACT.match(line)
        heading, _, rest = _parted(match["rest"]) if match else ("", "", "")
        if heading and len(heading) <= LONGEST_HEADING and not heading.endswith("。"):
            found.append(Section(heading, rest.strip(), number))
        elif found and line.strip():
            last = found[-1]
            found[-1] = Section(last.heading, f"{last.body}\n{line.strip()}".strip(), last.line)
    return found


def _parted(rest: str) -> tuple[str, str, str]:
    parted = _SPLIT.search(rest)
    if parted is None:
        return rest.strip("】 　"), "", ""
    return rest[: parted.start()].strip("】 　"), parted[0], rest[parted.end() :]


def questions_and_answers(text: str) -> list[Question]:
    """A question for each heading, answered by what stands under it and nothing else."""
    return [
        Question(_question(one.heading), one.body, heading=one.heading, line=one.line)
        for one in sections(text)
        if one.body
    ]


def _question(heading: str) -> str:
    return next(
        (said for pattern, said in _QUESTIONS if pattern.search(heading)),
        f"{heading}について教えてください。",
    )


def questionnaire(text: str) -> list[Question]:
    """One question for each heading, with the same options, who answers, and room for words."""
    asked = [
        Question(
            f"「{one.heading}」について、どう思いますか。",
            options=_AGREEMENT,
            heading=one.heading,
            line=one.line,
        )
        for one in sections(text)
    ]
    if not asked:
        return []
    ages = ("19歳以下", "20〜39歳", "40〜64歳", "65歳以上", "答えたくない")
    return [
        Question("あなたの年齢を教えてください。", options=ages),
        *asked,
        Question("ほかに御意見があれば、自由に書いてください（お名前や連絡先は書かないでください）。"),
    ]


def written(questions: list[Question], *, answered: bool) -> str:
    """As a text to go on with."""
    lines = []
    for number, one in enumerate(questions, 1):
        lines.append(f"{'Q' if answered else '問'}{number}　{one.text}")
        if answered:
            lines.append(f"A{number}　{one.answer}　〔元の文書の{one.line}行目「{one.heading}」〕")
        lines += [f"　{place}. {option}" for place, option in enumerate(one.options, 1)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
