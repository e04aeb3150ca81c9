"""Files that robots and recorders put into targets: a case's scan, as one person may see it, and the town's folder."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings

from yakuba.kernel.ledger.models import Case
from yakuba.services.reading import facade as reading
from yakuba.services.robots.adapters.folder import RobotFolder, folder_of
from yakuba.services.robots.adapters.papers import CasePapers, RecordingPapers
from yakuba.services.robots.models import Run


def papers_of_run(run: Run) -> CasePapers:
    """As whoever started the run may see them."""
    return CasePapers(partial(_pages_of, run.started_by), _folder(run))


def papers_to_record(case: Case, person: Any) -> RecordingPapers:
    """What that person may put into the target while recording with that case."""
    return RecordingPapers(partial(_pages_of, person), str(case.pk), _folder(case))


def _folder(row: Case | Run) -> RobotFolder:
    return RobotFolder(folder_of(settings.YAKUBA.data_dir, row.municipality.code))


def _pages_of(person: Any, case: str) -> list[bytes]:
    """The pictures of a case's pages."""
    found = [reading.page_picture(int(case), number, person) for number in reading.case_pages(int(case))]
    return [one for one in found if one is not None]
