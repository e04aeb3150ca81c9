"""Forms that came back, one or a ZIP of many, read as one job: each file for itself, its faults by cell.

Files are read in a process of their own, a batch at a time; killed half way the job begins anew with the files that it has
not taken, so no answer is taken twice.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files import apart, temporary
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of, remove, store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.services.surveys.actions.answers import keep
from yakuba.services.surveys.engine.bodies import register
from yakuba.services.surveys.engine.forms.layout import HIDDEN
from yakuba.services.surveys.engine.forms.reading import Form, Known, read_form
from yakuba.services.surveys.engine.forms.workbook import read_archive
from yakuba.services.surveys.models import Answers, Asked, Edition, FormFile, FormImport

JOB = "surveys.take_in"
SECONDS = 900.0  # of CPU for 3,000 files; one of 300 questions takes about 0.02
MOST_FAULTS, LONGEST_FAULT = 200, 300

Told = Callable[[int, int, str], None]


@transaction.atomic
def hand_in(
    edition: Edition, files: list[tuple[str, BinaryIO]], replace: bool, *, actor: Actor
) -> FormImport:
    """Keep the files until a worker reads them; several become one ZIP. Raises Conflict for an edition that takes no answers,
    Invalid for an empty file."""
    if edition.state != Edition.State.OPEN:
        raise Conflict(f"「{edition}」は{edition.get_state_display()}なので、答えを受けられません。")
    if not files:
        raise Invalid("ファイルを選んでください。", place="ファイル")
    with temporary.nameless_file() as held:
        _packed(files, held)
        held.seek(0)
        name = files[0][0] if len(files) == 1 else f"{files[0][0]} ほか{len(files) - 1}"
        stored = store(StoredFile.Kind.UPLOAD, name, "application/zip", held, actor=actor)
    row: FormImport = FormImport.objects.create(
        edition=edition, name=name[-255:], file=stored, replace=replace, created_by=known(actor)
    )
    enqueue(JOB, key=row.job_key, form_import_id=row.pk)
    return row


def _packed(files: list[tuple[str, BinaryIO]], held: Any) -> None:
    """One ZIP of our own making around whatever came; what is in it is opened in the process apart alone."""
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for at, (name, file) in enumerate(files, start=1):
            inside = f"{at:04d} {name[-150:]}" if len(files) > 1 else name[-150:] or "form.xlsx"
            with archive.open(inside, "w", force_zip64=True) as one:
                while piece := file.read(1 << 20):
                    one.write(piece)


def work(form_import_id: int, told: Told) -> None:
    """Read every form and take what is clear. Raises Invalid where the whole is no archive."""
    run: FormImport | None = (
        FormImport.objects.select_related("edition__survey", "file").filter(pk=form_import_id).first()
    )
    if run is None or run.state != FormImport.State.WAITING or run.file is None:
        return
    done = set(FormFile.objects.filter(run=run).values_list("name", flat=True))
    layout = Known(run.edition.definition)
    with temporary.nameless_file() as held:
        for piece in pieces_of(run.file):
            held.write(piece)
        held.seek(0)
        for at, head in enumerate(_read(held), start=1):
            if head["file"] not in done:
                _take(run, head, layout)
            told(at, max(len(done), at, int(head.get("total", 0))), f"{at:,}ファイル")
    with transaction.atomic():
        old = run.file
        run.file, run.state = None, FormImport.State.DONE
        run.save(update_fields=["file", "state"])
        remove(old)


def _read(held: Any) -> Iterator[Mapping[str, Any]]:
    """Each file under a name of its own: two folders or two ZIPs may hold files of the same name."""
    taken: set[str] = set()
    for frame in apart.read(read_archive, held, seconds=SECONDS, hidden=HIDDEN):
        with apart.understood():
            head = dict(frame.head)
            name = str(head["file"])[-200:]
            names = (name, *(f"{name}（{at}つめ）" for at in range(2, len(taken) + 3)))
            head["file"] = next(one for one in names if one not in taken)
            taken.add(head["file"])
        yield head


@transaction.atomic
def _take(run: FormImport, head: Mapping[str, Any], layout: Known) -> None:
    """One form: its answers, or why not. Both in one transaction with the note that it was read."""
    row = FormFile(run=run, name=head["file"])
    try:
        if "not_read" in head:
            raise Invalid(str(head["not_read"]))
        with apart.understood():
            form = read_form(run.edition.definition, head, layout)
        row.asked = _asked_by(run, form)
        _refuse_twice(run, row)
        faults = [str(one)[:LONGEST_FAULT] for one in form.faults[:MOST_FAULTS]]
        keep(row.asked, form.values, Answers.Way.FORM, actor=run.created_by, faults=faults)
        row.taken, row.faults = len(form.values), faults
    except Refused as refusal:
        row.not_read = str(refusal)[:1000]
    row.save()


def _asked_by(run: FormImport, form: Form) -> Asked:
    definition = run.edition.definition
    found: Asked | None = (
        Asked.objects.select_related("edition__survey").filter(edition=run.edition, code=form.body).first()
    )
    if found is not None:
        return found
    for one in definition.merged:
        if one.code == form.body:
            into = register(definition.classes_on).get(one.into)
            raise Invalid(
                f"団体コード{form.body}の団体は、{one.since.isoformat()}に{into.name if into else one.into}になりました。"
                f"{one.into}の調査票に書き写してもらってください。"
            )
    raise Invalid(f"団体コード「{form.body[:10]}」の団体は、この調査で調べる団体にありません。")


def _refuse_twice(run: FormImport, row: FormFile) -> None:
    """The same body twice in one import, or answers that are there already: the first stay. Raises Conflict."""
    before = FormFile.objects.filter(run=run, asked=row.asked, not_read="").first()
    if before is not None:
        raise Conflict(
            f"{row.asked}の調査票が二つあります。先に読んだ「{before.name}」を残しました。どちらが正しいか確かめてください。"
        )
    if not run.replace and Answers.objects.filter(asked=row.asked).exists():
        raise Conflict(
            f"{row.asked}の答えはもうあります。置き換えるときは「前の答えと置き換える」を選んで入れ直してください。"
        )


def give_up(refusal: Refused, *, form_import_id: int) -> None:
    """The job will not go on, for that reason."""
    reason = refusal.lines() or "処理が止まりました。「もう一度動かす」を押してください。"
    FormImport.objects.filter(pk=form_import_id, state=FormImport.State.WAITING).update(
        state=FormImport.State.FAILED, reason=reason
    )


def take_up(*, form_import_id: int) -> None:
    """The job is to go on. Raises Conflict where the file is gone."""
    row = FormImport.objects.get(pk=form_import_id)
    if row.file_id is None:
        raise Conflict("元のファイルはもうありません。入れ直してください。")
    row.state, row.reason = FormImport.State.WAITING, ""
    row.save()
