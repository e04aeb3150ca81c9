"""A reading desk for tests: the demo town's forms, scans from the generator, and the worker's jobs by hand."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import yaml
from django.conf import settings
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.uploads import PageImage
from yakuba.kernel.jobs import JobContext, registry, states
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.jobs.tests.workers import standing_worker
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.refusals import Unavailable
from yakuba.services.reading.actions import questions, sheets, uploads
from yakuba.services.reading.actions.definitions import load_form
from yakuba.services.reading.models import Batch, BatchFile, Question, Sheet

SEEDS = {"nursery-admission": (2, 31), "bus-pass": (1, 32), "resident-tax-change": (1, 33)}


@dataclass(frozen=True)
class Scans:
    """Clean scans: one application of each procedure, its pages and its true values."""

    pages: dict[str, list[Image.Image]]
    truth: dict[str, dict[str, str]]
    _kept: dict[Any, bytes] = field(default_factory=dict)

    def pdf(self, *wanted: tuple[str, int]) -> bytes:
        """A PDF of the wanted pages, (procedure, page from 1) each; the same bytes each time."""
        if wanted in self._kept:
            return self._kept[wanted]
        # copies: Pillow keeps the options of an earlier save on a picture
        pictures = [self.pages[code][page - 1].copy() for code, page in wanted]
        out = io.BytesIO()
        pictures[0].save(out, "PDF", resolution=200, save_all=True, append_images=pictures[1:])
        return self._kept.setdefault(wanted, out.getvalue())

    def jpeg(self, code: str, page: int) -> bytes:
        """One page as the renderer of uploads would store it."""
        if (code, page) not in self._kept:
            out = io.BytesIO()
            self.pages[code][page - 1].copy().save(out, "JPEG", quality=95)
            self._kept[(code, page)] = out.getvalue()
        return self._kept[(code, page)]

    def number(self, code: str) -> str:
        """The receipt number on the pages of that procedure."""
        return self.truth[code]["receipt_number"]


def generate(folder: Path) -> Scans:
    """Let the generator write one application of each procedure."""
    pages, truth = {}, {}
    script = settings.YAKUBA.samples_dir / "generator" / "generate.py"
    for code, (count, seed) in SEEDS.items():
        out = folder / code
        options = ["--only", code, "--sheets", str(count), "--seed", str(seed), "--clean", "--out", str(out)]
        subprocess.run([sys.executable, str(script), *options], check=True, capture_output=True)
        (line,) = (out / "truth.jsonl").read_text(encoding="utf-8").splitlines()
        application = json.loads(line)
        truth[code] = application["values"]
        pictures = {name: _pictures(out / name) for name in {page["file"] for page in application["pages"]}}
        pages[code] = [pictures[page["file"]][page["index"]] for page in application["pages"]]
    return Scans(pages, truth)


def _pictures(path: Path) -> list[Image.Image]:
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(str(path))
        return [page.render(scale=200 / 72).to_pil().convert("RGB") for page in document]
    with Image.open(path) as image:
        return [image.convert("RGB")]


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file."""
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


class _Lease:
    stopping = False


@dataclass
class Desk:
    """やくば市's desk with やくば市 active."""

    person: User
    scans: Scans

    def load(self, *codes: str) -> None:
        """Load the procedures and forms of these codes."""
        samples = settings.YAKUBA.samples_dir
        for code in codes:
            text = (samples / "procedures" / f"{code}.yaml").read_text(encoding="utf-8")
            load_procedure(yaml.safe_load(text), actor=self.person)
            load_form(samples / "forms" / code, actor=self.person)

    def upload(self, *files: tuple[str, bytes], **options: Any) -> Batch:
        """Take files in as one batch."""
        return uploads.upload(
            [(name, io.BytesIO(content)) for name, content in files], actor=self.person, **options
        )

    def read(self, *wanted: tuple[str, int], name: str = "束.pdf") -> Batch:
        """Let the worker read these pages, as if a file of them had been split already."""
        batch = Batch.objects.create(name="束", created_by=self.person)
        file = BatchFile.objects.create(
            batch=batch, name=name, pages=len(wanted), state=BatchFile.State.SPLIT
        )
        for index, page in enumerate(wanted):
            sheets.add_sheet(file, PageImage(index, "image/jpeg", self.scans.jpeg(*page)), 0.1)
        self.work()
        return batch

    def work(self) -> None:
        """Do what a worker does until no job waits: each handler through its row, as the engine calls it."""
        while (job := _next()) is not None:
            try:
                registry.kind(job.name).handler(JobContext(job, _Lease()), **job.arguments)
            except ZeroDivisionError:  # what a test breaks
                states.fail(job.ticket, because=Unavailable("思わぬエラー"), attempts=1)
            else:
                states.finish(job.ticket)

    def case(self, code: str) -> Case:
        """The case of the scans' application of that procedure."""
        return Case.objects.get(procedure__code=code, receipt_number=self.scans.number(code))

    def answer_all(self, code: str) -> None:
        """Answer every open question of the case with what is truly written."""
        case = self.case(code)
        while (open_ := Question.objects.filter(case=case, state="open").first()) is not None:
            true = self.scans.truth[code][open_.field]
            questions.answer(open_.pk, true, actor=self.person, seconds=2.0, insist=True)

    def sheet(self, index: int = 0) -> Sheet:
        """The n-th sheet that came in."""
        return list(Sheet.objects.order_by("pk"))[index]


def _next() -> Job | None:
    job = Job.objects.filter(state=State.WAITING).order_by("pk").first()
    return states.claim(job.ticket, standing_worker().pk) if job else None
