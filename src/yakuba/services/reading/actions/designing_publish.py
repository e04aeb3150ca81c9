"""A designed form on its way into use: tried on filled sheets, compared with what is in use, published like any other.

Publishing goes through `kernel.bundles`, as a definition from another town does: drafted, tried together (all of it is put
into force and taken back), published. So the reader, the bundles and the API see one kind of form.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.bundles import actions as bundles
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionError, values
from yakuba.kernel.definitions.bundle import Definition, as_text, packed
from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import pages as rendered
from yakuba.kernel.files.uploads import take_upload
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.services.reading.actions import reader
from yakuba.services.reading.actions.designing import LANE, Told
from yakuba.services.reading.engine.loading import parse_form
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.models import DesignedForm, DesignedTrial, FormDefinition
from yakuba.services.reading.queries.designs import draft_of, in_force, pictures
from yakuba.services.reading.queries.pictures import pixels

MOST_SAMPLES = 20  # pages of one trial
GIVE_UP = "見本を読む途中で思わぬエラーが続いたため止めました。もう一度試してください。"


def definitions(row: DesignedForm) -> list[Definition]:
    """What would be published: the procedure where it is new or gets further fields, and the form. Raises DefinitionError
    for a form that cannot be, and where nothing has changed: a second press makes no second version."""
    draft = draft_of(row)
    _require_number(draft)
    procedure, changed = _procedure(row, draft)
    form = draft.form | {"version": _next_form(row)}
    # the numbers come first: a form file is read from its top
    order = ("form", "version", "procedure", "title", "numbering", "pages")
    form = {key: form[key] for key in order if key in form}
    found = []
    if changed:
        text = as_text(procedure)
        found.append(
            Definition(
                "procedure", procedure["procedure"], str(procedure["version"]), procedure["title"], text
            )
        )
    text = as_text(form)
    used = in_force(row)
    if not found and used is not None and used.document | {"version": 0} == values(text) | {"version": 0}:
        raise DefinitionError(f"使用中の第{used.version}版から変わったところがありません。")
    found.append(Definition("form", row.code, str(form["version"]), row.title, text, pictures(row)))
    return found


def _require_number(draft: drafting.Draft) -> None:
    """Raises DefinitionError where a case would get no receipt number, and where a doubt is left."""
    pages = draft.form["pages"]
    if "numbering" not in draft.form:
        for page in pages:
            if not any(box["field"] == drafting.NUMBER for box in page["boxes"]):
                raise DefinitionError(
                    f"{page['page']}ページ目に受付番号の枠がありません。枠を加えるか、「受付番号の付け方」を選んでください。"
                )
    if not any(box["field"] != drafting.NUMBER for page in pages for box in page["boxes"]):
        raise DefinitionError("読み取る欄がありません。欄を加えてください。")
    if draft.doubts:
        labels = [draft.fields[code]["label"] for code in draft.doubts if code in draft.fields]
        raise DefinitionError(
            f"確かめていない欄があります（{'、'.join(labels[:5])}{'ほか' if len(labels) > 5 else ''}）。"
            "紙と見比べて「確かめた」に印を付け、保存してください。"
        )
    if pairs := drafting.overlapping(draft):
        told = "、".join(f"「{one}」と「{other}」" for one, other in pairs[:3])
        raise DefinitionError(
            f"枠が重なっています（{told}）。同じ字を二度読むことになります。枠を離すか、片方を消してください。"
        )


def _procedure(row: DesignedForm, draft: drafting.Draft) -> tuple[dict[str, Any], bool]:
    """(procedure file, whether it differs from what is in force). Fields are added to a procedure that is in force, and none
    of its own is changed."""
    code = draft.form["procedure"]
    known = Procedure.objects.filter(code=code).first()
    if known is None:
        if row.borrowed:
            raise DefinitionError(f"手続「{code}」は、もう使われていません。様式を作り直してください。")
        return draft.procedure, True
    wanted = dict(draft.procedure)
    if row.borrowed:
        codes = {one["code"] for one in known.document["fields"]}
        more = [one for one in draft.procedure["fields"] if one["code"] not in codes]
        wanted = {**known.document, "fields": [*known.document["fields"], *more]}
    wanted["version"] = known.version
    if wanted == known.document:
        return wanted, False
    wanted["version"] = max(known.version, _last("procedure", code)) + 1
    return wanted, True


def _next_form(row: DesignedForm) -> int:
    last = FormDefinition.objects.filter(code=row.code).order_by("-version").values_list("version", flat=True)
    return max(last.first() or 0, _last("form", row.code)) + 1


def _last(kind: str, code: str) -> int:
    """The highest version that was ever published, so that none is given twice."""
    rows = DefinitionVersion.objects.filter(kind=kind, code=code, state__in=("published", "withdrawn"))
    return max(
        (int(version) for version in rows.values_list("version", flat=True) if version.isdecimal()), default=0
    )


class _Checked(Exception):
    """Takes back what a check has written."""


def check(row: DesignedForm) -> None:
    """Whether the draft could be published; nothing is changed. Raises what `publish` raises."""
    try:
        with transaction.atomic():
            drafts = bundles.draft(packed(row.document["procedure"], definitions(row)))
            bundles.try_out(drafts)
            raise _Checked
    except _Checked:
        pass


@transaction.atomic
def publish(form: DesignedForm, revision: int, *, actor: Actor = None) -> FormDefinition:
    """Put the draft into use. Raises DefinitionError and DefinitionRefused with what is wrong, Conflict where the draft has
    been changed since `revision`; nothing is in use then."""
    row = DesignedForm.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if row.revision != revision:
        raise Conflict("この様式は、ほかの画面で直されました。開き直して、もう一度確かめてください。")
    if row.state not in (DesignedForm.State.DRAFT, DesignedForm.State.PUBLISHED):
        raise Conflict("枠を探しています。終わってから使い始めてください。")
    drafts = bundles.draft(packed(row.document["procedure"], definitions(row)), actor=actor)
    bundles.try_out(drafts, actor=actor)
    bundles.publish(drafts, actor=actor)
    row.state = DesignedForm.State.PUBLISHED
    if not row.borrowed:
        row.procedure_document = Procedure.objects.get(code=row.document["procedure"]).document
    row.save()
    record("reading.design_published", subject=f"designed:{row.pk}", actor=actor)
    return FormDefinition.objects.get(code=row.code, current=True)


@transaction.atomic
def try_samples(form: DesignedForm, name: str, stream: BinaryIO, *, actor: Actor = None) -> DesignedTrial:
    """Read filled sheets with the draft, in the worker. Raises UploadRefused, DefinitionError."""
    stored = take_upload(name, stream, actor=actor)
    if stored.pages > MOST_SAMPLES:
        remove(stored)
        raise Invalid(f"見本は一度に{MOST_SAMPLES}ページまでにしてください。")
    trial = DesignedTrial.objects.create(
        form=form, name=stored.name, file=stored, revision=form.revision,
        created_by=known(actor),
    )  # fmt: skip
    enqueue("reading.try_form", key=f"trial-{trial.pk}", lane=LANE, trial_id=trial.pk)
    record("reading.design_tried", subject=f"designed:{form.pk}", actor=actor)
    return trial


def read_samples(trial_id: int, tell: Told) -> None:
    """Read the sheets of a trial; its file goes then. Nothing of it reaches the ledger."""
    from yakuba.services.reading.engine.library import FormLibrary
    from yakuba.services.reading.engine.reader import read_page

    trial = DesignedTrial.objects.select_related("form", "file").get(pk=trial_id)
    if trial.state != DesignedTrial.State.READING or trial.file is None:
        return
    row = trial.form
    draft = draft_of(row)
    procedure = parse_procedure(draft.procedure, row.title)
    parsed = parse_form(draft.form, row.title, {procedure.code: procedure}, pictures(row).__getitem__)
    library = FormLibrary.of([parsed], [procedure])
    result = []
    for page in rendered(trial.file):
        if page.content is None:
            raise Invalid(page.refused, place=f"{page.index + 1}ページ目")
        result.append(read_page(pixels(page.content, grey=True), library, reader.recogniser()).to_json())
        tell(page.index + 1, trial.file.pages)
    file, trial.file = trial.file, None
    trial.result, trial.state = result, DesignedTrial.State.DONE
    trial.save()
    remove(file)


def give_up_samples(refusal: Refused, *, trial_id: int) -> None:
    """The job will not read the sheets."""
    rows = DesignedTrial.objects.filter(pk=trial_id, state=DesignedTrial.State.READING)
    rows.update(state=DesignedTrial.State.FAILED, message=GIVE_UP if refusal.again else refusal.lines())


def take_up_samples(*, trial_id: int) -> None:
    """The job is begun again."""
    rows = DesignedTrial.objects.filter(pk=trial_id, state=DesignedTrial.State.FAILED)
    rows.update(state=DesignedTrial.State.READING, message="")
