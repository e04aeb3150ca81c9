"""What can be done with ready templates, declared once."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Pairs, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.services.robots.actions import catalogue as actions
from yakuba.services.robots.actions.catalogue import Taken
from yakuba.services.robots.engine import catalogue
from yakuba.services.robots.models import Recording, Scenario, SharedTemplate, System, TakenTemplate
from yakuba.services.robots.operations.recordings import A_RECORDING, case_of
from yakuba.services.robots.operations.table import OPERATIONS
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.queries import register, steps
from yakuba.services.robots.queries.catalogue import Entry

COLUMNS = {
    "template": "ひな形",
    "title": "名称",
    "section": "分野",
    "runs": "見本で動く",
    "version": "版",
    "taken": "取り込んだ版",
}
TAKEN_COLUMNS = {"id": "番号", "template": "ひな形", "title": "名称", "version": "版", "left": "残り"}


class TemplateIn(BaseModel):
    """Which template."""

    template: str = Field(max_length=80, description="ひな形の符号（一覧の「ひな形」）")


class TemplatesIn(BaseModel):
    """Which templates."""

    text: str = Field("", max_length=100, description="この言葉を含むものだけ")
    section: str = Field("", max_length=20, description="この分野だけ")


class OneTaken(BaseModel):
    """A taken template."""

    taken_id: int = Field(description="取り込んだひな形の番号")


class TemplateWordsIn(OneTaken):
    """The target and the town's words."""

    system: int | None = Field(None, description="接続先の番号")
    words: Annotated[dict[str, str], Word("--word"), Pairs("ところ=言葉")] = Field(
        default_factory=dict,
        description="ところ（欄「氏名」など）と、この自治体での言葉。空にすると、ひな形の言葉に戻る",
        max_length=500,
    )


class OpenTemplateIn(OneTaken):
    """With which case."""

    receipt_number: str = Field(max_length=20, description="見本の受付の番号")


class ShareIn(BaseModel):
    """What the group sees beside the steps."""

    scenario: int = Field(description="シナリオの番号")
    title: str = Field(min_length=1, max_length=60, description="ひな形の名称")
    section: str = Field(max_length=20, description="分野")
    description: str = Field(min_length=1, max_length=500, description="何をするか。値や名前は書かない")


class OneShared(BaseModel):
    """A template that the town has put into its group."""

    shared_id: int = Field(description="集まりに出したひな形の番号")


class TemplateOut(BaseModel):
    """A template in the list. runs: whether its steps were run on a sample screen; taken: the version the town has, 0 for
    none; town: who shares it, empty for one that comes with the house."""

    template: str
    title: str
    section: str
    task: str
    town: str
    version: int
    runs: bool
    gaps: list[str]
    taken: int


class TemplateStep(BaseModel):
    """A step in words."""

    section: str
    verb: str
    target: str
    value: str


class TemplateDetail(TemplateOut):
    """A template. fields: label and type of each; slots: where towns differ, with the usual word (empty: has to be filled)."""

    description: str
    source: str
    measures: str
    excluded: list[str]
    fields: dict[str, str]
    steps: list[TemplateStep]
    slots: dict[str, str]


class TakenTemplateOut(BaseModel):
    """A taken template. system: the target's name, empty before it is chosen; words: what the town says instead, by the
    slots' keys; left: what the town still does, in Japanese."""

    id: int
    template: str
    title: str
    version: int
    system: str
    words: dict[str, str]
    left: list[str]


class SharedTemplateOut(BaseModel):
    """What the group sees."""

    id: int
    template: str
    version: int
    text: str


def template_facts(entry: Entry) -> dict[str, Any]:
    """A template as the list tells it."""
    template = entry.template
    return {
        "template": entry.key,
        "title": template.title,
        "section": template.section,
        "task": template.task,
        "town": entry.town,
        "version": template.version,
        "runs": template.runs,
        "gaps": list(template.gaps),
        "taken": entry.taken.version if entry.taken else 0,
    }


def _detail(entry: Entry) -> dict[str, Any]:
    template = entry.template
    told = steps.sections(queries.steps_of(template))
    return template_facts(entry) | {
        "description": template.description,
        "source": catalogue.SOURCES[template.listed],
        "measures": template.measures,
        "excluded": list(template.excluded),
        "fields": {one.label: one.kind.label for one in catalogue.procedure_of(template).fields},
        "steps": [
            {"section": part.title, "verb": line.verb, "target": line.target, "value": line.value}
            for part in told
            for line in part.lines
        ],
        "slots": {one.key: one.word for one in catalogue.slots(template)},
    }


def _taken_facts(row: TakenTemplate) -> dict[str, Any]:
    return {
        "id": row.pk,
        "template": f"{row.origin}.{row.code}" if row.origin else row.code,
        "title": row.title,
        "version": row.version,
        "system": str(row.system or ""),
        "words": dict(row.words),
        "left": [one.text for one in queries.todo(row) if not one.done],
    }


def _shared_facts(row: SharedTemplate) -> dict[str, Any]:
    return {"id": row.pk, "template": row.code, "version": row.version, "text": row.text}


def taken_of(taken_id: int) -> TakenTemplate:
    """The town's row. Raises Missing."""
    return one(TakenTemplate.objects.select_related("system", "recording"), taken_id)


def narrowed(found: list[Entry], text: str) -> list[Entry]:
    """Those in which every word of the text stands: in name, task, description or a field."""
    wanted = text.split()
    return [one for one in found if all(word in _said(one) for word in wanted)]


def _said(entry: Entry) -> str:
    template = entry.template
    fields = " ".join(str(one.get("label", "")) for one in template.procedure.get("fields", ()))
    return " ".join(
        (entry.key, template.title, template.task, template.description, template.section, entry.town, fields)
    )


@OPERATIONS.add(
    "ひな形の一覧",
    "robots.view",
    "GET templates",
    "templates list",
    help="ひな形の一覧を出す",
    answer=Answer(list[TemplateOut], columns=COLUMNS),
)
def list_templates(asked: TemplatesIn, actor: Actor) -> list[dict[str, Any]]:
    """The catalogue: what comes with the house and what the town's group shares."""
    found = narrowed(queries.entries(), asked.text)
    return [template_facts(one) for one in found if asked.section in ("", one.template.section)]


@OPERATIONS.add(
    "ひな形",
    "robots.view",
    "GET templates/{template}",
    "templates show",
    help="一つのひな形の項目、手順、足りないものを出す",
    answer=Answer(TemplateDetail, _detail),
)
def show_template(asked: TemplateIn, actor: Actor) -> Entry:
    """One template with its fields, steps and slots."""
    return queries.entry(asked.template)


@OPERATIONS.add(
    "ひな形を取り込む",
    "robots.manage",
    "POST templates/{template}/import",
    "templates import",
    help="ひな形を手続とシナリオの下書きにする。責任者と承認がつくまで、何も動かない",
    answer=Answer(TakenTemplateOut, lambda taken: _taken_facts(taken.row), TAKEN_COLUMNS),
    status=201,
    found=lambda taken: taken.was_there,
)
def import_template(asked: TemplateIn, actor: Actor) -> Taken:
    """Take a template as drafts; 200 where this version was taken before."""
    return actions.take(queries.entry(asked.template), actor=actor)  # records it where it does anything


@OPERATIONS.add(
    "取り込んだひな形",
    "robots.view",
    "GET taken-templates",
    "templates taken",
    help="取り込んだひな形と、残っていることを出す",
    answer=Answer(list[TakenTemplateOut], columns=TAKEN_COLUMNS),
)
def list_taken(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """What the town has taken, and what it still does of each."""
    rows = TakenTemplate.objects.select_related("system", "recording").order_by("title")
    return [_taken_facts(row) for row in rows]


@OPERATIONS.add(
    "取り込んだひな形の言葉を変える",
    "robots.manage",
    "POST taken-templates/{taken_id}/words",
    "templates words",
    help="取り込んだひな形の接続先と、この自治体の画面の言葉を入れる",
    answer=Answer(TakenTemplateOut, _taken_facts, TAKEN_COLUMNS),
)
def set_template_words(asked: TemplateWordsIn, actor: Actor) -> TakenTemplate:
    """Say the target and what stands on the town's own screens."""
    row = taken_of(asked.taken_id)
    system = one(System.objects.all(), asked.system) if asked.system is not None else row.system
    return actions.set_words(row, system, asked.words, actor=actor)


@OPERATIONS.add(
    "ひな形のシナリオの下書きを開く",
    "robots.record",
    "POST taken-templates/{taken_id}/open",
    answer=A_RECORDING,
    status=201,
    event="robots.template_opened",
    trace=lambda asked, row: Trace(f"case:{row.case_id}", {"recording": row.pk, "taken": asked.taken_id}),
)
def open_template(asked: OpenTemplateIn, actor: User) -> Recording:
    """The scenario as a draft with a sample case."""
    return actions.open_draft(taken_of(asked.taken_id), case_of(asked.receipt_number), actor=actor)


@OPERATIONS.add(
    "シナリオを集まりのひな形に出す",
    "robots.share",
    "POST shared-templates",
    "templates share",
    help="公開中のシナリオを、値・秘密・アドレスを除いて、集まりのひな形に出す",
    answer=Answer(SharedTemplateOut, _shared_facts, {"template": "ひな形", "version": "版"}),
    status=201,
)
def share_scenario(asked: ShareIn, actor: Actor) -> SharedTemplate:
    """Put a scenario into the catalogue of the town's group."""
    scenario = one(register.scenarios(), asked.scenario)
    return actions.share(
        scenario, title=asked.title, section=asked.section, description=asked.description, actor=actor
    )


@OPERATIONS.add(
    "集まりに出したひな形を取り下げる",
    "robots.share",
    "POST shared-templates/{shared_id}/withdraw",
    "templates withdraw",
    help="集まりに出したひな形を取り下げる。取り込んだ自治体の写しは残る",
)
def unshare_template(asked: OneShared, actor: Actor) -> None:
    """Take it out of the group's catalogue."""
    row = SharedTemplate.objects.filter(pk=asked.shared_id).first()
    if row is None:
        raise Missing(f"集まりに出したひな形 {asked.shared_id} はありません。番号を確かめてください。")
    actions.unshare(row, actor=actor)


def preview(scenario: Scenario, *, title: str, section: str, description: str) -> str:
    """What the group would see; nothing is kept. Raises as sharing does."""
    return actions.shared_text(scenario, str(scenario.procedure.code), 1, title, section, description)
