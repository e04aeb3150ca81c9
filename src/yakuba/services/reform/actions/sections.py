"""What a section answers: rows written, tables taken in, processes described, the answer given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Problem
from yakuba.kernel.search.noting import changed
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.actions import copying
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.inventory import key_of
from yakuba.services.reform.models import Process, SectionInventory, Task, WorkClass
from yakuba.services.reform.queries.found import SOURCE
from yakuba.services.reform.queries.inventory import may_write

MOST_TASKS = 20_000  # of a section
MEANWHILE = (
    "開いてから保存するまでの間に、ほかの人がこの業務を変えました。まだ何も保存していません。書いたものは下に残っています。"
    "見比べて、このままでよければ、もう一度保存してください。"
)
DESCRIBED = ("purpose", "law", "scale_usual", "scale_busy", "scale_slack", "indicator", "staff")


@dataclass
class Taken:
    """What became of a table. absent: tasks of the section that the table does not name, and which stay."""

    new: int = 0
    changed: int = 0
    same: int = 0
    absent: list[str] = field(default_factory=list)


def written(section: SectionInventory, actor: Actor, before: int | None = None) -> SectionInventory:
    """The section, locked and counted on for a change. before: the revision that was looked at.

    Raises Forbidden for who does not answer for it, Conflict where it is answered, its round closed, or somebody changed it
    meanwhile.
    """
    locked: SectionInventory = (
        SectionInventory.objects.select_for_update(of=("self",))
        .select_related("round", "department")
        .get(pk=section.pk)
    )
    if not may_write(actor, locked):
        raise Forbidden(f"「{locked}」に書けるのは、担当者、同じ課の人、棚卸しの回を決める人です。")
    if locked.round.closed:
        raise Conflict(f"{locked.round}は締め切りました。")
    if locked.state == SectionInventory.State.ANSWERED:
        raise Conflict(f"「{locked}」はもう答えています。直すときは、戻してもらってください。")
    if before is not None and locked.revision != before:
        raise Conflict(
            "開いてから取り込むまでの間に、ほかの人がこの課の棚卸しを変えました。まだ何も取り込んでいません。"
            "もう一度確かめてから、取り込んでください。"
        )
    locked.revision = F("revision") + 1
    locked.state = SectionInventory.State.DRAFT
    locked.save()
    locked.refresh_from_db(fields=["revision"])
    return locked


def _changed(section: SectionInventory, process: Process, before: int | None) -> None:
    """The process is counted on for a change; its section is locked. Of two who write in one section only those in one process
    are in each other's way. Raises Conflict where somebody changed it meanwhile, or took it away."""
    now = Process.objects.filter(pk=process.pk, section=section).values_list("revision", flat=True).first()
    if now is None:
        raise Conflict(f"業務「{process}」は、ほかの人が消しました。課の画面から開き直してください。")
    if before is not None and now != before:
        raise Conflict(MEANWHILE)
    Process.objects.filter(pk=process.pk).update(revision=F("revision") + 1)
    process.revision = now + 1
    changed(SOURCE, str(process.pk))


@transaction.atomic
def add_process(section: SectionInventory, name: str, *, actor: Actor, before: int | None = None) -> Process:
    """A new process. Raises Invalid where the section has one of that name, and as `written`."""
    locked = written(section, actor, before)
    _require_free(locked, name, None)
    last = Process.objects.filter(section=locked).aggregate(last=Max("position"))["last"]
    process: Process = Process.objects.create(section=locked, name=name, position=(last or 0) + 1)
    changed(SOURCE, str(process.pk))
    return process


@transaction.atomic
def describe(
    process: Process, name: str, given: Mapping[str, Any], *, actor: Actor, before: int | None = None
) -> Process:
    """Its name and what its description sheet says. Raises as `add_process` and `_changed`."""
    locked = written(process.section, actor)
    _changed(locked, process, before)
    _require_free(locked, name, process)
    process.name = name
    for one in DESCRIBED:
        setattr(process, one, given[one])
    process.save()
    return process


@transaction.atomic
def remove_process(process: Process, *, actor: Actor, before: int | None = None) -> str:
    """With its tasks. → its name. Raises as `describe`."""
    _changed(written(process.section, actor), process, before)
    name = process.name
    process.delete()
    return name


@transaction.atomic
def save_rows(
    process: Process,
    rows: Sequence[tuple[int | None, TaskRow]],
    gone: Collection[int],
    *,
    actor: Actor,
    before: int | None = None,
) -> int:
    """Write tasks of one process: (number of the task that it is, or None for a new one, what it says). gone: numbers of
    tasks that are taken out. → how many were written.

    Raises Invalid where a task stands twice, and as `written`.
    """
    section = written(process.section, actor)
    _changed(section, process, before)
    tasks = {task.pk: task for task in Task.objects.filter(process=process)}
    given = {number for number, _ in rows if number}
    keys = {
        (comparable(one.step), comparable(one.name)): one.name
        for pk, one in tasks.items()
        if pk not in {*gone, *given}
    }
    for _, row in rows:
        key = key_of(row)[1:]
        if key in keys:
            raise Invalid(
                f"同じ工程に「{row.task}」が二つあります。名前を変えるか、一つにまとめてください。",
                place="作業",
            )
        keys[key] = row.task
    Task.objects.filter(process=process, pk__in=gone).delete()
    classes = _classes()
    position = max((task.position for task in tasks.values()), default=0)
    # Names of rows that are written again step aside, so that two may change theirs.
    for again in given & set(tasks):
        Task.objects.filter(pk=again).update(name=f"\u2060{again}")
    for number, row in rows:
        task = tasks.get(number or 0)
        if task is None:
            position += 1
            task = Task(process=process, section=section, round_id=section.round_id, position=position)
        task.take(row, classes.get(row.work_class))
        task.save()
    return len(rows)


@transaction.atomic
def take_table(
    section: SectionInventory, rows: Iterable[TaskRow], *, actor: Actor, before: int | None = None
) -> Taken:
    """Take tasks in: those that are there by process, step and name are changed, others added, none removed. Raises as
    `written`, and Invalid for more than `MOST_TASKS`."""
    locked = written(section, actor, before)
    taken = _Table(locked)
    for row in rows:
        taken.take(row)
    return taken.write()


class _Table:
    """A section's tasks, as they are and as a table wants them."""

    def __init__(self, section: SectionInventory) -> None:
        self.section, self.classes = section, _classes()
        self.processes = {comparable(one.name): one for one in Process.objects.filter(section=section)}
        tasks = Task.objects.filter(section=section).select_related("process", "work_class")
        self.tasks = {key_of(task.row): task for task in tasks}
        self.position = max((task.position for task in self.tasks.values()), default=0)
        self.seen: set[tuple[str, str, str]] = set()
        self.new: list[Task] = []
        self.changed: list[Task] = []
        self.same = 0

    def take(self, row: TaskRow) -> None:
        """One row."""
        key = key_of(row)
        self.seen.add(key)
        task = self.tasks.get(key)
        if task is None:
            self.position += 1
            task = Task(section=self.section, round_id=self.section.round_id, position=self.position)
            task.process = self._process(row.process)
            self.new.append(task)
        elif task.row == row:
            self.same += 1
            return
        else:
            self.changed.append(task)
        task.take(row, self.classes.get(row.work_class))

    def _process(self, name: str) -> Process:
        key = comparable(name)
        if key not in self.processes:
            position = max((one.position for one in self.processes.values()), default=0) + 1
            self.processes[key] = Process.objects.create(section=self.section, name=name, position=position)
        return self.processes[key]

    def write(self) -> Taken:
        """Write it all."""
        if len(self.tasks) + len(self.new) > MOST_TASKS:
            raise Invalid(f"一つの課の作業は{MOST_TASKS:,}までです。業務をまとめてください。")
        Task.objects.bulk_create(self.new, batch_size=500)
        for task in self.changed:
            task.save()
        touched = {task.process_id for task in (*self.new, *self.changed)}
        Process.objects.filter(pk__in=touched).update(revision=F("revision") + 1)
        changed(SOURCE, *map(str, sorted(touched)))
        absent = [task.name for key, task in self.tasks.items() if key not in self.seen]
        return Taken(len(self.new), len(self.changed), self.same, absent)


@transaction.atomic
def copy_earlier(section: SectionInventory, *, actor: Actor) -> int:
    """The section's last answer as its draft. Raises Conflict where something stands there, or nothing was answered."""
    locked = written(section, actor)
    if Process.objects.filter(section=locked).exists():
        raise Conflict("もう業務が書かれているので、写せません。")
    source = copying.earlier(locked)
    if source is None:
        raise Conflict(f"{locked.asked}には、前の年度の棚卸しがありません。")
    return copying.copy(source, locked)


@transaction.atomic
def answer(section: SectionInventory, *, actor: Actor) -> SectionInventory:
    """Say that it is all there. Raises Invalid with each task that lacks something, and as `written`."""
    locked = written(section, actor)
    tasks = list(Task.objects.filter(section=locked).select_related("process", "work_class"))
    if not tasks:
        raise Invalid("作業がまだ一つもありません。業務と作業を書いてから答えてください。")
    lacking = [
        Problem(0, f"{task.process}・{task}", f"{'、'.join(task.row.lacking)}が書かれていません。")
        for task in tasks
        if task.row.lacking
    ]
    if lacking:
        raise Invalid(f"まだ書かれていないところが{len(lacking)}あります。", problems=lacking)
    locked.state, locked.returned = SectionInventory.State.ANSWERED, ""
    locked.answered_at, locked.answered_by = timezone.now(), known(actor)
    locked.save()
    return locked


@transaction.atomic
def send_back(section: SectionInventory, reason: str) -> SectionInventory:
    """An answer is to be changed. Raises Invalid without a reason, Conflict where it is none, or the round is closed."""
    if not reason.strip():
        raise Invalid("戻す理由を書いてください。")
    locked = (
        SectionInventory.objects.select_for_update(of=("self",)).select_related("round").get(pk=section.pk)
    )
    if locked.state != SectionInventory.State.ANSWERED or locked.round.closed:
        raise Conflict("戻せるのは、締め切っていない回の、答えた課だけです。")
    locked.state, locked.returned = SectionInventory.State.DRAFT, reason.strip()[:300]
    locked.answered_at = locked.answered_by = None
    locked.save()
    return locked


def _classes() -> dict[str, WorkClass]:
    return {one.name: one for one in WorkClass.objects.all()}


def _require_free(section: SectionInventory, name: str, process: Process | None) -> None:
    for one in Process.objects.filter(section=section):
        if comparable(one.name) == comparable(name) and (process is None or one.pk != process.pk):
            raise Invalid(f"この課には「{one.name}」がもうあります。", place="業務")
