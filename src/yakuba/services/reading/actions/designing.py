"""Forms designed on the screen: a blank file becomes a draft, its boxes are proposed, a clerk corrects them.

The draft is the pair of files that the reader loads (`engine.proposals.drafting`); nothing here knows another format.
"""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.files.uploads import pages as rendered
from yakuba.kernel.files.uploads import take_upload
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.services.reading.actions import reader
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.engine.proposals.drafting import Draft, Row
from yakuba.services.reading.engine.proposals.places import moved
from yakuba.services.reading.models import DesignedForm, DesignedPage, FormDefinition
from yakuba.services.reading.queries.designs import draft_of
from yakuba.services.reading.queries.pictures import in_grey

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANE = "reading-design"
MOST_PAGES = 12
SMALLEST_SIDE, LARGEST_SIDE = 400, 5000  # pixels of a page at 200 dpi
COPIED_BY = 70  # pixels that a copy stands below its original
GIVE_UP = (
    "枠を探す途中で思わぬエラーが続いたため止めました。もう一度動かすか、別の形式（PDF）で入れてください。"
)
CHANGED = "この様式は、ほかの画面で直されました。開き直してから、もう一度直してください。"
Told = Callable[[int, int], None]


@transaction.atomic
def begin(
    name: str, stream: BinaryIO, *, title: str = "", procedure: Procedure | None = None, actor: Actor = None
) -> DesignedForm:
    """A draft of a blank form; its boxes are looked for in the worker. procedure: one that is in use and whose fields the
    form carries; without it one is made out of the form. Raises UploadRefused and Invalid."""
    stored = take_upload(name, stream, actor=actor)
    if stored.pages > MOST_PAGES:
        remove(stored)
        raise Invalid(f"{MOST_PAGES}ページまでの様式を入れてください（このファイルは{stored.pages}ページ）。")
    code = _new_code()
    document = procedure.document if procedure else drafting.own_procedure(code, title.strip() or code)
    draft = drafting.new_draft(code, document, title.strip())
    row = DesignedForm.objects.create(
        code=code,
        title=title.strip()[:120],
        owner=known(actor),
        upload=stored,
        pages_expected=stored.pages,
        document=draft.form,
        procedure_document=draft.procedure,
        borrowed=[one["code"] for one in document["fields"]] if procedure else [],
    )
    enqueue("reading.design_form", key=f"designed-{row.pk}", lane=LANE, form_id=row.pk)
    record("reading.design_begun", subject=f"designed:{row.pk}", actor=actor)
    return row


def _new_code() -> str:
    """A code that no form has. Nobody reads it: staff see titles."""
    while True:
        code = f"form-{secrets.token_hex(4)}"
        if (
            not FormDefinition.objects.filter(code=code).exists()
            and not Procedure.objects.filter(code=code).exists()
        ):
            return code


def look(form_id: int, tell: Told) -> None:
    """Look for the boxes of every page that has none yet; `tell(done, total)` in hundredths of all pages."""
    row = DesignedForm.objects.select_related("upload").get(pk=form_id)
    if row.state != DesignedForm.State.LOOKING or row.upload is None:
        return
    first = row.pages.count()
    for page in rendered(row.upload, first):
        if page.content is None:
            raise Invalid(page.refused, place=f"{page.index + 1}ページ目")
        _look_at(row, page.index, page.content, tell)
    _looked(form_id)


def _look_at(row: DesignedForm, index: int, content: bytes, tell: Told) -> None:
    from yakuba.services.reading.engine.proposals.finding import propose
    from yakuba.services.reading.engine.proposals.straight import darker, straightened

    grey, changed = straightened(_grey(content))

    def told(done: int, total: int) -> None:
        tell(100 * index + 100 * done // max(1, total), 100 * row.pages_expected)

    found = propose(darker(grey) if changed else grey, reader.recogniser(), told)
    with transaction.atomic():
        locked = DesignedForm.objects.select_for_update().get(pk=row.pk)
        draft = draft_of(locked)
        name = f"page-{index + 1}.png"
        drafting.add_page(draft, name, found)
        image = store(StoredFile.Kind.PAGE, f"{locked.code}-{name}", "image/png", _png(grey))
        height, width = grey.shape
        DesignedPage.objects.create(form=locked, number=index + 1, image=image, width=width, height=height)
        if not locked.title and found.title:
            _entitle(locked, draft, found.title)
        _store(locked, draft)


def _grey(content: bytes) -> NDArray[Any]:
    """The page as the form file keeps it. Raises Invalid for one that no form has."""
    page = in_grey(content)
    if not SMALLEST_SIDE <= min(page.shape) <= max(page.shape) <= LARGEST_SIDE:
        height, width = page.shape
        raise Invalid(
            f"紙の大きさ（{width}×{height}画素）が様式に合いません。200 dpi・A3までの用紙を入れてください。"
        )
    return page


def _png(grey: NDArray[Any]) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(grey).save(out, "PNG", dpi=(200, 200))
    return out.getvalue()


@transaction.atomic
def _looked(form_id: int) -> None:
    row = DesignedForm.objects.select_for_update(of=("self",)).select_related("upload").get(pk=form_id)
    draft = draft_of(row)
    drafting.settle(draft)
    row.state, row.message, upload, row.upload = DesignedForm.State.DRAFT, "", row.upload, None
    _store(row, draft)
    if upload is not None:
        remove(upload)


def give_up(refusal: Refused, *, form_id: int) -> None:
    """The job will not look for the boxes."""
    rows = DesignedForm.objects.filter(pk=form_id, state=DesignedForm.State.LOOKING)
    rows.update(state=DesignedForm.State.FAILED, message=GIVE_UP if refusal.again else refusal.lines())


def take_up(*, form_id: int) -> None:
    """The job is begun again."""
    rows = DesignedForm.objects.filter(pk=form_id, state=DesignedForm.State.FAILED)
    rows.update(state=DesignedForm.State.LOOKING, message="")


def _entitle(row: DesignedForm, draft: Draft, title: str) -> None:
    row.title = draft.form["title"] = title[:120]
    if not row.borrowed:
        draft.procedure = {**draft.procedure, "title": title[:120]}


def _store(row: DesignedForm, draft: Draft) -> None:
    row.document, row.procedure_document, row.doubts = draft.form, draft.procedure, draft.doubts
    row.revision += 1
    row.save()


@transaction.atomic
def save(
    form: DesignedForm, revision: int, page: int, rows: Sequence[Row], free: str, title: str, numbering: str
) -> DesignedForm:
    """Take over a page's table as a clerk left it. Raises Unfit with each row's faults, and Conflict where somebody else
    has changed the draft since `revision`."""
    row = _locked(form, revision)
    draft = drafting.take_rows(draft_of(row), page, rows, free)
    title = title.strip()
    if not title:
        raise Invalid("様式の名前を入れてください。")
    _entitle(row, draft, title)
    _number(draft, numbering)
    _store(row, draft)
    return row


def _number(draft: Draft, numbering: str) -> None:
    """Where the receipt numbers come from. Raises Invalid."""
    printed = any(box["field"] == drafting.NUMBER for page in draft.form["pages"] for box in page["boxes"])
    if numbering == drafting.ORDER and len(draft.form["pages"]) > 1:
        raise Invalid("順番に受付番号を付けられるのは、1ページの様式だけです。")
    draft.form.pop("numbering", None)
    if not printed and numbering in (drafting.ORDER, drafting.LABEL):
        draft.form["numbering"] = numbering


@transaction.atomic
def copy_box(form: DesignedForm, revision: int, page: int, codes: Sequence[str]) -> DesignedForm:
    """A second box like each of these, below it, as a field of its own."""
    row = _locked(form, revision)
    draft = draft_of(row)
    content = draft.page(page)
    size = draft.sizes[page]
    if len(content["boxes"]) + len(codes) > drafting.MOST_ROWS:
        raise Invalid(f"1ページの欄は{drafting.MOST_ROWS}個までです。要らない欄を消してから写してください。")
    for box in [one for one in content["boxes"] if one["field"] in codes and one["field"] != drafting.NUMBER]:
        known = draft.fields[box["field"]]
        code = drafting.free_code(draft, re.sub(r"_\d+$", "", known["code"]))
        label = f"{known['label']}の写し"[: drafting.LONGEST_LABEL]
        kept = {
            key: value for key, value in known.items() if key not in (*drafting.REFERENCES, "sum_of", "after")
        }
        draft.procedure["fields"].append(kept | {"code": code, "label": label})
        draft.doubts[code] = ["写した欄です。名前と場所を確かめてください。"]
        content["boxes"].append(moved(box, 0, COPIED_BY, size) | {"field": code})
    _store(row, draft)
    return row


@transaction.atomic
def align(form: DesignedForm, revision: int, page: int, codes: Sequence[str], side: str) -> DesignedForm:
    """Put the boxes of these fields in line with the first of them. side: left or top."""
    row = _locked(form, revision)
    draft = draft_of(row)
    content = draft.page(page)
    chosen = [box for box in content["boxes"] if box["field"] in codes]
    if len(chosen) < 2:
        raise Invalid("そろえる欄を2つ以上選んでください。")
    edge = _corner(chosen[0])
    for at, box in enumerate(content["boxes"]):
        if box["field"] in codes:
            left, top = _corner(box)
            across, down = (edge[0] - left, 0) if side == "left" else (0, edge[1] - top)
            content["boxes"][at] = moved(box, across, down, draft.sizes[page])
    _store(row, draft)
    return row


def _corner(box: dict[str, Any]) -> tuple[int, int]:
    from yakuba.services.reading.engine.proposals.places import rects_of

    rects = rects_of(box)
    return min(rect[0] for rect in rects), min(rect[1] for rect in rects)


@transaction.atomic
def throw_away(form: DesignedForm, *, actor: Actor = None) -> None:
    """Delete a draft with its pictures. What was published of it stays."""
    row = DesignedForm.objects.select_for_update().get(pk=form.pk)
    if row.state == DesignedForm.State.LOOKING:
        raise Conflict("枠を探している間は消せません。終わってから消してください。")
    files = [page.image for page in row.pages.select_related("image")]
    files += [trial.file for trial in row.trials.select_related("file") if trial.file is not None]
    files += [row.upload] if row.upload is not None else []
    record("reading.design_deleted", subject=f"designed:{row.pk}", actor=actor)
    row.delete()
    for file in files:
        remove(file)


def _locked(form: DesignedForm, revision: int) -> DesignedForm:
    row = DesignedForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if row.state not in (DesignedForm.State.DRAFT, DesignedForm.State.PUBLISHED):
        raise Conflict("枠を探しています。終わってから直してください。")
    if row.revision != revision:
        raise Conflict(CHANGED)
    return row
