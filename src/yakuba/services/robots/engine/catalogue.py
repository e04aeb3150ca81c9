"""A ready template (ひな形): the fields of a procedure and the steps of a scenario for one task, with what differs by town
left open. Text in, definitions out; nothing is read from anywhere else.

What differs by town is data. A label of the screen that stands in the steps is a slot with the word of the sample screen,
and a town says another word by the slot's key, `欄「氏名」`. A place that no template can know is written ｛…｝ (the braces of
`kernel.localwords`; its `{…}` are values here) and has to be filled. The target's name and address never stand in one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused, Faults, Section, parse
from yakuba.kernel.definitions.procedures import ProcedureDefinition, parse_procedure
from yakuba.kernel.definitions.source import values
from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Document
from yakuba.services.robots.engine.loader import load
from yakuba.services.robots.engine.relabelling import relabelled, texts_changed
from yakuba.services.robots.engine.scenario import Scenario

#: In which list of the source a task stands. Both are in 総務省「Society5.0時代の地方」 (2019).
SOURCES = {
    "B16": "総務省「Society5.0時代の地方」（2019年）RPAの導入状況：分野別（主なもの）",
    "B17": "総務省「Society5.0時代の地方」（2019年）RPA導入補助事業：導入対象業務（主なもの）",
    "": "集まりの自治体が出したもの",
}
#: The fields of work, in the order of the lists.
FIELDS_OF_WORK = (
    "住民異動",
    "地方税",
    "健康・医療",
    "福祉・介護",
    "子育て",
    "財政・会計",
    "その他",
)
SAMPLES = {
    "登録": "業務システム見本の登録の画面",
    "書類": "業務システム見本の、書類（PDF）を受け取る画面",
    "集計": "業務システム見本の、集計の数を書き写す画面",
    "抽出": "業務システム見本の、抽出した一覧（CSV）を受け取る画面",
    "基幹システム": "基幹業務システム見本の3ページの画面",
}
NOT_MEASURED = "まだ測っていません（ひな形から取り込んだまま）"
LONGEST_WORD = 200  # characters
OPEN = re.compile(r"｛([^｛｝{}\n]{1,40})｝")
_TOP = ("ひな形", "名称", "版", "分野", "業務", "説明", "測ること", "手続", "シナリオ")
_MORE = ("一覧", "含まないもの", "見本の画面", "不足")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,58}")
_NOT_WORD = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff｛｝]")
_NOWHERE = "http://127.0.0.1"


@dataclass(frozen=True)
class ReadyTemplate:
    """A ready template. listed: `SOURCES`.  section: `FIELDS_OF_WORK`.  measures: which minutes the town measures; none are
    stated here.  sample: the kind of sample screen on which the steps were run, or empty.  gaps: what keeps a part of the
    task from being done.  procedure: its definition without what was taken by hand.  scenario: without name, version,
    procedure, and the target's name and address."""

    code: str
    title: str
    version: int
    section: str
    listed: str
    task: str
    description: str
    measures: str
    procedure: Mapping[str, Any]
    scenario: Document
    text: str = field(repr=False)
    excluded: tuple[str, ...] = ()
    sample: str = ""
    gaps: tuple[str, ...] = ()

    @property
    def procedure_code(self) -> str:
        """The code of its procedure; its own unless it says another one."""
        return str(self.procedure.get("procedure") or self.code)

    @property
    def runs(self) -> bool:
        """Whether its steps were run on a sample screen."""
        return bool(self.sample)


@dataclass(frozen=True)
class Slot:
    """A place where towns differ. key: by which a town names it.  kind: 欄, ボタン …; empty for a place that has to be filled.
    word: what stands there unless the town says otherwise."""

    key: str
    kind: str
    word: str

    @property
    def must(self) -> bool:
        """Whether nothing can be done before the town has filled it."""
        return not self.kind


def read(text: str) -> ReadyTemplate:
    """A template file. Raises DefinitionRefused and DefinitionError with what is wrong."""
    faults = Faults()
    top = Section(parse(text), "ひな形", faults, required=_TOP, optional=_MORE)
    document = values(text)
    code, listed = top.text("ひな形"), top.text("一覧")
    if code and not _CODE.fullmatch(code):
        top.fault("ひな形", "「ひな形」は英小文字と数字とハイフンで、60文字までで書いてください。")
    top.word("分野", {one: one for one in FIELDS_OF_WORK}, "")
    if listed not in SOURCES:
        top.fault("一覧", "「一覧」は B16 か B17 です。")
    sample = top.word("見本の画面", {one: one for one in SAMPLES}, "")
    version = top.whole("版", 1, 1, 1_000_000)
    lists = {key: tuple(one for _, one in top.texts(key)) for key in ("含まないもの", "不足")}
    if not sample and not lists["不足"] and listed:
        faults.add(top.line, "", "「見本の画面」か「不足」のどちらかを書いてください。")
    plain = document if isinstance(document, dict) else {}
    procedure, scenario = _mapping(plain, "手続", top), _mapping(plain, "シナリオ", top)
    system = scenario.get("システム")
    for key in ("名前", "住所"):
        if isinstance(system, dict) and key in system:
            top.fault(
                "シナリオ", f"ひな形の「システム」に「{key}」は書けません。取り込む自治体が接続先を選びます。"
            )
    if system is not None and not isinstance(system, dict):
        top.fault("シナリオ", "「システム」は「項目: 値」の形で書いてください。")
    if named := [one for one in OPEN.findall(text) if "「" in one]:  # as `key_of` names a word of the screen
        top.fault("シナリオ", f"｛{named[0]}｝の名前に「 は使えません。")
    if faults.found:
        raise DefinitionRefused(faults.found)
    return ReadyTemplate(
        code=code,
        title=top.text("名称"),
        version=version,
        section=top.text("分野"),
        listed=listed,
        task=top.text("業務"),
        description=top.text("説明"),
        measures=top.text("測ること"),
        procedure=procedure,
        scenario=_as_written(scenario),
        text=text,
        excluded=lists["含まないもの"],
        sample=sample,
        gaps=lists["不足"],
    )


def procedure_of(template: ReadyTemplate) -> ProcedureDefinition:
    """Its procedure. Raises DefinitionError."""
    return parse_procedure(procedure_document(template), template.code)


def procedure_document(template: ReadyTemplate) -> dict[str, Any]:
    """Its procedure as a definition. What a case took by hand is the town's to measure: it begins with 0 minutes, and says
    that nobody has."""
    return {
        "procedure": template.procedure_code,
        "title": template.procedure.get("title") or template.title,
        "version": template.procedure.get("version"),
        "baseline": {"minutes_per_case": 0.0, "kind": "estimated", "source": NOT_MEASURED},
        **{key: one for key, one in template.procedure.items() if key in ("fields", "repeats")},
    }


def slots(template: ReadyTemplate) -> tuple[Slot, ...]:
    """Where towns differ: first what has to be filled, then the words of the screen in the order of the steps."""
    must: dict[str, Slot] = {}
    words: dict[str, Slot] = {}

    def note(kind: str, word: str) -> str:
        if not OPEN.search(word):
            words.setdefault(key_of(kind, word), Slot(key_of(kind, word), kind, word))
        return word

    def note_open(text: str) -> str:
        for name in OPEN.findall(text):
            must.setdefault(name, Slot(name, "", ""))
        return text

    texts_changed(relabelled(template.scenario, note), note_open)
    return (*must.values(), *words.values())


def key_of(kind: str, word: str) -> str:
    """By which a town names a word of the screen: `欄「氏名」`."""
    return f"{kind}「{word}」"


def missing(template: ReadyTemplate, words: Mapping[str, str]) -> list[str]:
    """The places that have to be filled and are not."""
    return [one.key for one in slots(template) if one.must and not words.get(one.key)]


def fault_of(template: ReadyTemplate, key: str, word: str) -> str:
    """What is wrong with a town's word, in Japanese; empty for nothing. An empty word takes the town's away."""
    slot = next((one for one in slots(template) if one.key == key), None)
    if slot is None:
        return f"このひな形に「{key[:60]}」はありません。"
    if len(word) > LONGEST_WORD or _NOT_WORD.search(word):
        return f"{key}の言葉は、改行と｛ ｝を使わずに{LONGEST_WORD}文字までで書いてください。"
    if slot.must and re.search(r"[{}]", word):
        return f"{key}の言葉に {{ }} は使えません。"
    return ""


def scenario_document(
    template: ReadyTemplate, words: Mapping[str, str], *, system: str, address: str, name: str = ""
) -> Document:
    """Its scenario as a draft in a town's words."""

    def word(kind: str, usual: str) -> str:
        return words.get(key_of(kind, usual)) or usual

    def fill(text: str) -> str:
        return OPEN.sub(lambda found: words.get(found[1]) or found[0], text)

    spoken = texts_changed(relabelled(template.scenario, word), fill)
    made = drafts.new(
        name or template.title,
        template.procedure_code,
        system,
        address,
        str(spoken.pop("説明", "") or template.description),
    )
    made["システム"] |= spoken.pop("システム", {})
    return made | spoken


def checked(template: ReadyTemplate, words: Mapping[str, str] | None = None) -> Scenario:
    """Its scenario, read as any other. Raises DefinitionRefused and DefinitionError with every mistake."""
    document = scenario_document(template, words or {}, system=template.title, address=_NOWHERE)
    procedure = procedure_of(template)
    specs = [FieldSpec(one.code, one.label, one.type, dict(one.options)) for one in procedure.fields]
    return load(drafts.text_of(document), template.procedure_code, specs)


def _mapping(document: Mapping[str, Any], key: str, top: Section) -> dict[str, Any]:
    found = document.get(key)
    if isinstance(found, dict):
        return found
    if key in document:
        top.fault(key, f"「{key}」は「項目: 値」の形で書いてください。")
    return {}


def _as_written(document: Any) -> Any:
    """Numbers as the texts that drafts hold."""
    if isinstance(document, dict):
        return {key: _as_written(one) for key, one in document.items()}
    if isinstance(document, list):
        return [_as_written(one) for one in document]
    return "" if document is None else str(document)
