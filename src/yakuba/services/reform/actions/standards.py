"""Standard process models: composed from bodies, read from BPMN, edited, put into use, and proposed to a section."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.actions import sections
from yakuba.services.reform.contracts import StaffKind, TaskRow
from yakuba.services.reform.engine.bpmn.reading import ReadFlow
from yakuba.services.reform.engine.comparison import best, usual_medium
from yakuba.services.reform.engine.flow import MOST_STEPS, FlowStep, as_plain, step_of
from yakuba.services.reform.engine.inventory import key_of
from yakuba.services.reform.engine.standard import RULE, Composed, compose
from yakuba.services.reform.models import SectionInventory, StandardModel, Task
from yakuba.services.reform.queries import comparison

NOTES = 100
MEANWHILE = "開いてから保存するまでの間に、ほかの人がこの流れを変えました。まだ何も保存していません。書いたものは下に残っています。"


@transaction.atomic
def propose(found: comparison.ComparedProcess, codes: Sequence[str], *, actor: Actor) -> StandardModel:
    """A draft composed from these bodies, or from all with that process. Raises Invalid for fewer than two, Conflict where a draft
    is there."""
    used = [one for one in found.figures if not codes or one.code in codes]
    bodies = {one.code: comparison.rows_of(found.key, one.code) for one in used}
    mark = best(used, usual_medium(used), 1)
    try:
        made = compose(bodies, mark.codes)
    except ValueError as error:
        raise Invalid(str(error), place="団体") from error
    names = "、".join(one.body for one in used)
    return _draft(found.name, made, f"{names}（{len(used)}団体）。{RULE}", actor)


@transaction.atomic
def take_bpmn(read: ReadFlow, name: str, file: str, *, actor: Actor) -> StandardModel:
    """A draft of what was read. name: of the process, that of the file where it is empty. Raises Conflict where a draft is there."""
    made = Composed(read.steps, [f"読まなかったもの　{one}" for one in read.told])
    return _draft(name or read.name, made, f"BPMNのファイル「{file[:100]}」", actor)


def _draft(name: str, made: Composed, source: str, actor: Actor) -> StandardModel:
    key = comparable(name)
    rows = StandardModel.objects.select_for_update().filter(key=key)
    if rows.filter(state=StandardModel.State.DRAFT).exists():
        raise Conflict(f"「{name}」には下書きがもうあります。使うか消してから、もう一度組み立ててください。")
    last = rows.aggregate(last=Max("version"))["last"] or 0
    notes = made.choices
    if len(notes) > NOTES:
        notes = [
            *notes[: NOTES - 1],
            f"ほかに{len(notes) - NOTES + 1:,}あります。もとの図か団体の表で確かめてください。",
        ]
    return StandardModel.objects.create(  # type: ignore[no-any-return]
        key=key, name=name, version=last + 1, source=source[:300], changed_by=known(actor),
        steps=[as_plain(one) for one in made.steps], notes=notes, left=[as_plain(one) for one in made.left],
    )  # fmt: skip


@transaction.atomic
def save_steps(
    row: StandardModel,
    steps: Sequence[FlowStep],
    notes: Sequence[str],
    *,
    actor: Actor,
    before: int | None = None,
) -> StandardModel:
    """The steps of a draft as they are to be. notes: what is still to be decided. Raises Conflict for what is no draft or was
    changed meanwhile, Invalid for none, or two of one name."""
    locked = _locked(row)
    if locked.state != StandardModel.State.DRAFT:
        raise Conflict("直せるのは下書きだけです。使っている版を直すときは、新しい下書きを作ってください。")
    if before is not None and locked.revision != before:
        raise Conflict(MEANWHILE)
    names = [(comparable(one.name), one.condition) for one in steps]
    twice = next((one.name for one in steps if names.count((comparable(one.name), one.condition)) > 1), "")
    if twice or not 0 < len(steps) <= MOST_STEPS:
        told = (
            f"「{twice}」が同じ条件で二つあります。"
            if twice
            else f"工程を1から{MOST_STEPS}までにしてください。"
        )
        raise Invalid(told, place="工程")
    kept = {comparable(one.name) for one in steps}
    gone = [one for one in map(step_of, locked.steps) if comparable(one.name) not in kept]
    left = [one for one in (*gone, *map(step_of, locked.left)) if comparable(one.name) not in kept]
    locked.steps, locked.left = [as_plain(one) for one in steps], [as_plain(one) for one in left][:50]
    locked.notes, locked.revision, locked.changed_by = list(notes)[:NOTES], locked.revision + 1, known(actor)
    locked.save()
    return locked


@transaction.atomic
def put_into_use(row: StandardModel, *, actor: Actor) -> StandardModel:
    """The draft is the one in use; the one before is kept. Raises Conflict while something is to be decided."""
    locked = _locked(row)
    if locked.state != StandardModel.State.DRAFT:
        raise Conflict("使い始められるのは下書きだけです。")
    if locked.notes:
        raise Conflict(
            f"決めることが{len(locked.notes)}残っています。決めたら印を付けて保存し、それから使い始めてください。"
        )
    used = StandardModel.objects.filter(key=locked.key, state=StandardModel.State.USED)
    used.update(state=StandardModel.State.RETIRED)
    locked.state, locked.changed_by = StandardModel.State.USED, known(actor)
    locked.save()
    return locked


@transaction.atomic
def new_draft(row: StandardModel, *, actor: Actor) -> StandardModel:
    """The same again as a draft. Raises Conflict where one is there."""
    made = Composed([step_of(one) for one in row.steps], list(row.notes), [step_of(one) for one in row.left])
    return _draft(row.name, made, f"第{row.version}版から", actor)


@transaction.atomic
def remove(row: StandardModel) -> str:
    """A draft goes. → its name. Raises Conflict for a version that is or was in use."""
    locked = _locked(row)
    if locked.state != StandardModel.State.DRAFT:
        raise Conflict("消せるのは下書きだけです。使った版は残ります。")
    told = str(locked)
    locked.delete()
    return told


@transaction.atomic
def propose_to(row: StandardModel, section: SectionInventory, *, actor: Actor) -> int:
    """Its tasks as a draft of the section's inventory: cases and minutes are left for the section to fill in. What the section has
    already stays as it is. → how many were added. Raises as `sections.take_table`."""
    there = {
        key_of(task.row)
        for task in Task.objects.filter(section=section).select_related("process", "work_class")
    }
    staff = {one.label: one.value for one in StaffKind}
    rows = [
        TaskRow(row.name, step.name, name, staff=staff.get(step.lane, ""), medium=step.medium)
        for step in map(step_of, row.steps)
        for name in (step.tasks or (step.name,))
    ]
    new = {key_of(one): one for one in rows if key_of(one) not in there}
    if not new:
        raise Conflict("この課には、標準の流れの作業がもうすべてあります。")
    return sections.take_table(section, new.values(), actor=actor).new


def _locked(row: StandardModel) -> StandardModel:
    found: StandardModel = StandardModel.objects.select_for_update().get(pk=row.pk)
    return found
