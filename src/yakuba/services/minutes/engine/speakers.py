"""Who speaks, as a line of a transcript says it: ○議長（山田太郎君）, 山田：, 【山田】, 話者1 00:12."""

from __future__ import annotations

import re

LONGEST = 40  # characters of how a speaker is called
MARKS = "○◯〇◎●◆■△▲"
_CLOCK = r"[\[［（(]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?[\]］）)]?"
_ASSEMBLY = re.compile(rf"\s*[{MARKS}]\s*([^\s　（(]{{0,30}}[（(][^（()）]{{1,30}}[）)])[\s　]*")
_MARKED = re.compile(rf"\s*[{MARKS}]\s*([^\s　。、：:]{{1,30}})(?:[：:][\s　]*|[\s　]+|$)")
_COLON = re.compile(
    r"\s*([^\s：:。、，．！？?!「」『』<>]{1,30}(?:[ 　][^\s：:。、「」]{1,10})?)[：:](?![/\d])[\s　]*"
)
_BRACKETS = re.compile(r"\s*[【［\[]([^】］\]\d][^】］\]]{0,29})[】］\]][：:]?[\s　]*")
_LEADING_TIME = re.compile(rf"\s*({_CLOCK})[\s　]+")
_TRAILING_TIME = re.compile(rf"^(.{{1,{LONGEST}}}?)[\s　]+({_CLOCK})\s*$")
# Words before a colon that are headings of a sentence and nobody's name.
HEADINGS = frozenset([
    "議題", "議事", "議事録", "会議録", "日時", "開催日時", "日付", "場所", "開催場所", "会場", "出席者", "出席", "欠席者", "欠席",
    "事務局出席者", "出席委員", "欠席委員", "説明員", "傍聴者", "傍聴者数", "件名", "会議名", "名称", "資料", "配布資料", "公開",
    "非公開", "公開区分", "結論", "理由", "例", "注", "備考", "質問", "回答", "問", "答", "論点", "課題", "目的", "概要",
    "対象", "期間", "期限", "担当", "時間", "開会", "閉会", "休憩", "再開", "決定事項", "宿題", "次回", "参考", "根拠", "内容",
    "日程", "議案", "電話", "FAX", "URL", "http", "https",
])  # fmt: skip


def named(line: str) -> tuple[str, str]:
    """How the line calls who speaks, empty where it does not, and what is said."""
    for pattern in (_ASSEMBLY, _MARKED, _COLON, _BRACKETS):
        found = pattern.match(line)
        if found is None:
            continue
        name = found[1].strip()
        if is_name(name):
            return name, line[found.end() :].strip()
    return "", line.strip()


def is_name(word: str) -> bool:
    """Whether it may be how a speaker is called."""
    bare = word.strip("　 ")
    return (
        bool(bare)
        and bare not in HEADINGS
        and not re.fullmatch(r"[\d\s.:：第号条項年月日時分、・()（）-]+", bare)
    )


def heading(line: str) -> tuple[str, str]:
    """The heading and what follows it, of a line such as 日時：令和8年11月20日; empty where it is none."""
    found = _COLON.match(line)
    if found is not None and found[1].strip() in HEADINGS:
        return found[1].strip(), line[found.end() :].strip()
    found = re.match(
        r"(?:\d{1,4}[.．]|[（(]\d{1,4}[）)]|[１-９一二三四五六七八九][．、.])?\s*(\S{2,8})[\s　]+(.+)$",
        line.strip(),
    )
    if found is not None and found[1] in HEADINGS:
        return found[1], found[2].strip()
    return "", ""


def timed(line: str) -> tuple[float | None, str]:
    """Seconds at which the line begins, where it says so, and the line without them."""
    if found := _LEADING_TIME.match(line):
        return seconds(found[1]), line[found.end() :]
    if (found := _TRAILING_TIME.match(line)) and is_name(found[1]):
        return seconds(found[2]), f"{found[1]}："
    return None, line


def seconds(clock: str) -> float:
    """`1:02:03.5`, `02:03`, also in brackets."""
    total = 0.0
    for part in clock.strip("[]［］（）()").split(":"):
        total = total * 60 + float(part)
    return total


def office_and_name(label: str) -> tuple[str, str]:
    """議長（山田太郎君） → 議長, 山田太郎; 総務課長 → 総務課長 and nothing; 山田 → nothing and 山田."""
    found = re.fullmatch(r"([^（(]*)[（(](.+?)(?:君|さん|氏|委員)?[）)]", label.strip())
    if found is not None:
        return found[1].strip(), found[2].strip()
    if re.search(
        r"(長|員|者|監|官|士|係|局|課|部|室|主査|主事|主任|主幹|補佐|参事)[0-9０-９A-ZＡ-Ｚ]?$", label
    ):
        return label.strip(), ""
    return "", label.strip()
