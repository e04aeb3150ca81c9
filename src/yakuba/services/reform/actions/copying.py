"""What a section answered last as its new draft."""

from __future__ import annotations

from yakuba.kernel.search.noting import changed
from yakuba.services.reform.models import Process, SectionInventory, Task
from yakuba.services.reform.queries.found import SOURCE


def earlier(section: SectionInventory) -> SectionInventory | None:
    """The section's latest inventory of an earlier year with a task in it."""
    if section.department_id is None:
        return None
    rows = SectionInventory.objects.filter(
        department=section.department_id, round__year__lt=section.round.year, tasks__isnull=False
    )
    found: SectionInventory | None = (
        rows.select_related("round", "department").order_by("-round__year").first()
    )
    return found


def copy(source: SectionInventory, section: SectionInventory) -> int:
    """All processes and tasks, as a draft. The section must have none. → how many tasks."""
    processes = {}
    for one in Process.objects.filter(section=source):
        before, one.pk, one.section = one.pk, None, section
        one._state.adding = True
        processes[before] = one
    Process.objects.bulk_create(list(processes.values()))
    tasks = list(Task.objects.filter(section=source))
    for task in tasks:
        task.pk, task.section, task.round_id = None, section, section.round_id
        task.process = processes[task.process_id]
        task._state.adding = True
    Task.objects.bulk_create(tasks, batch_size=500)
    changed(SOURCE, *(str(one.pk) for one in processes.values()))
    section.state = SectionInventory.State.DRAFT
    section.revision += 1
    section.save()
    return len(tasks)
