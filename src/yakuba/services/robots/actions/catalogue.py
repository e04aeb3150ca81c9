"""The catalogue: taking a template as drafts, saying the town's own words, opening the draft, and sharing a scenario.

Nothing here lets a robot run: a procedure is put into use among the definitions, a scenario is tried and approved as any
draft is (`actions.publishing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.bundles import actions as bundles
from yakuba.kernel.definitions.bundle import Definition, as_text, packed
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.refusals import Conflict, Invalid, Problem
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.robots.engine import catalogue, drafts, sharing
from yakuba.services.robots.engine.catalogue import ReadyTemplate
from yakuba.services.robots.models import (
    Recording,
    RecordingState,
    Scenario,
    SharedTemplate,
    System,
    TakenTemplate,
    TownGroup,
)
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.catalogue import Entry

LONGEST_GROUP = 60


@dataclass(frozen=True)
class Taken:
    """The town's row. was_there: whether this version had been taken before, so that nothing was done."""

    row: TakenTemplate
    was_there: bool = False


@transaction.atomic
def take(entry: Entry, *, actor: Actor) -> Taken:
    """Make the template's procedure a draft among the definitions and keep its scenario for the town's words; the same
    version again does nothing, a newer one takes the older one's place and leaves the town's words. Raises
    DefinitionRefused, DefinitionError, and Conflict where a procedure of that code is another one."""
    template = entry.template
    row = (
        TakenTemplate.objects.select_for_update(of=("self",))
        .filter(origin=entry.origin, code=template.code)
        .first()
    )
    if row is not None and row.version >= template.version:
        return Taken(row, was_there=True)
    catalogue.checked(template)
    _draft_procedure(template, queries.readable(row) if row else None, actor=actor)
    if row is None:
        row = TakenTemplate(origin=entry.origin, code=template.code)
    known = {one.key for one in catalogue.slots(template)}
    row.words = {key: word for key, word in row.words.items() if key in known}
    row.version, row.title, row.text = template.version, template.title[:120], template.text
    row.recording, row.taken_by = None, actor
    _save(row)
    record(
        "robots.template_taken",
        subject=f"template:{entry.key}",
        actor=actor,
        version=template.version,
        procedure=template.procedure_code,
    )
    return Taken(row)


def _draft_procedure(template: ReadyTemplate, before: ReadyTemplate | None, *, actor: Actor) -> None:
    """A draft that is tried. None where the town's own procedure has all the fields, and none for a newer version whose
    procedure is the one that was taken before."""
    stands = Procedure.objects.filter(code=template.procedure_code).first()
    if stands is not None and before is None:
        if not queries.fits(stands, template):
            raise Conflict(
                f"手続「{stands.title}」（{stands.code}）がすでにあり、項目がひな形と違うため、取り込めません。"
                "手続に足りない項目を加えるか、そのシナリオを録画で作ってください。"
            )
        return
    if before is not None and before.procedure == template.procedure:
        return
    definition = _definition(template, stands)
    own = [definition] if before is None else [definition, _definition(before, stands), _definition(before)]
    _require_no_other_draft(template.procedure_code, own)
    with _told_at_once():
        made = bundles.draft(packed(template.procedure_code, [definition]), actor=actor)
    bundles.try_out(made, actor=actor)


def _definition(template: ReadyTemplate, stands: Procedure | None = None) -> Definition:
    """Its procedure. stands: the town's, whose measured time stays and whose version it follows."""
    document = catalogue.procedure_document(template)
    if stands is not None:
        document["baseline"] = stands.document.get("baseline", document["baseline"])
        document["version"] = max(int(document["version"]), stands.version + 1)
    version, title = str(document["version"]), str(document["title"])
    return Definition("procedure", template.procedure_code, version, title, as_text(document))


def _require_no_other_draft(code: str, own: Iterable[Definition]) -> None:
    """A draft that somebody else has put there is not written over, nor is another put beside it. Raises Conflict."""
    known = [packed("", [one]) for one in own]
    for row in queries.waiting(code):
        if bytes(row.content) not in known:
            raise Conflict(
                f"手続「{row.title}」（{code}）の下書きが「定義の束」にあり、ひな形と違うため、取り込めません。"
                "その下書きを使い始めるか取り下げてから、もう一度取り込んでください。"
            )


@transaction.atomic
def set_words(
    row: TakenTemplate, system: System | None, words: Mapping[str, str], *, actor: Actor
) -> TakenTemplate:
    """Say the target and the town's words; an empty word is the template's own again, what is not named stays. A draft that
    was opened before stays as it is: the next one has the new words. Raises Invalid with every fault."""
    row = _locked(row)
    template = queries.template_of(row)
    given = {key.strip(): word.strip() for key, word in words.items()}
    faults = [fault for key, word in given.items() if (fault := catalogue.fault_of(template, key, word))]
    if faults:
        problems = [Problem(0, "", one) for one in faults]
        raise Invalid(f"直すところが{len(faults)}か所あるので、変えていません。", problems=problems)
    usual = {one.key: one.word for one in catalogue.slots(template)}
    kept = {**row.words, **given}
    kept = {key: word for key, word in kept.items() if word and word != usual[key]}
    catalogue.checked(template, kept)
    if (kept, system) == (row.words, row.system):
        return row
    row.words, row.system, row.recording = kept, system, None
    row.save()
    record(
        "robots.template_worded",
        subject=f"template:{row.pk}",
        actor=actor,
        words=len(kept),
        system=system.pk if system else None,
    )
    return row


@transaction.atomic
def open_draft(row: TakenTemplate, case: Case, *, actor: User) -> Recording:
    """The scenario in the town's words as a draft, with a sample case, to be tried and published as a recorded one; the one
    that was opened before where nothing has changed since. Raises Conflict with what is missing, and PlaceHidden."""
    require_open(actor, KIND, case.pk)
    row = _locked(row)
    template = queries.template_of(row)
    if row.recording is not None and row.recording.state != RecordingState.PUBLISHED:
        return row.recording
    if case.procedure.code != template.procedure_code or not queries.fits(case.procedure, template):
        raise Conflict(
            f"見本の受付には、手続「{catalogue.procedure_of(template).title}」のものを選んでください。"
        )
    if row.system is None:
        raise Conflict("先に接続先を選んでください。")
    if missing := catalogue.missing(template, row.words):
        raise Conflict(f"先に、ひな形では決められない言葉を入れてください：{'、'.join(missing)}")
    draft = catalogue.scenario_document(
        template, row.words, system=row.system.name, address=row.system.base_url
    )
    recording: Recording = Recording.objects.create(
        name=str(draft["名前"])[:120],
        person=actor,
        case=case,
        system=row.system,
        state=RecordingState.DRAFT,
        draft=draft,
    )
    row.recording = recording
    row.save()
    return recording


@transaction.atomic
def share(scenario: Scenario, *, title: str, section: str, description: str, actor: Actor) -> SharedTemplate:
    """Put the version that runs into the catalogue of the town's group, or a newer one in its place. Raises Conflict where
    the town has no group or nothing runs, Invalid with what cannot be handed over."""
    if queries.group() is None:
        raise Conflict("この自治体は、ひな形を分け合う集まりに入っていません。運用者に頼んでください。")
    row = SharedTemplate.objects.select_for_update().filter(scenario=scenario).first()
    code = row.code if row else _free_code(scenario)
    version = row.version if row else 1
    text = shared_text(scenario, code, version, title, section, description)
    if row is not None and row.text == text:
        return row
    if row is None:
        row = SharedTemplate(scenario=scenario, code=code)
    else:
        row.version = version + 1
        text = shared_text(scenario, code, row.version, title, section, description)
    row.text, row.shared_by = text, actor
    _save(row)
    record(
        "robots.template_shared",
        subject=f"scenario:{scenario.pk}",
        actor=actor,
        code=code,
        version=row.version,
        group=str(queries.group()),
    )
    return row


def shared_text(
    scenario: Scenario, code: str, version: int, title: str, section: str, description: str
) -> str:
    """What the group would see of a scenario. Raises Conflict, Invalid, DefinitionRefused and DefinitionError."""
    latest = register.latest_version(scenario)
    if latest is None:
        raise Conflict("公開された版がないため、出せません。")
    document = drafts.document_of(latest.text)
    text = sharing.template_text(
        code,
        title.strip(),
        version,
        section,
        description.strip(),
        scenario.procedure.definition,
        scenario.procedure.document,
        document,
        queries.private_words(document),
    )
    catalogue.checked(catalogue.read(text))
    return text


def _free_code(scenario: Scenario) -> str:
    code = str(scenario.procedure.code).lower().replace("_", "-")[:50]
    taken = SharedTemplate.objects.filter(code=code).exists()
    return f"{code}-{scenario.pk}" if taken else code


@transaction.atomic
def unshare(row: SharedTemplate, *, actor: Actor) -> str:
    """Take it out of the group's catalogue; who has taken it keeps a copy. Returns its code."""
    code = str(row.code)
    record("robots.template_withdrawn", subject=f"scenario:{row.scenario_id}", actor=actor, code=code)
    row.delete()
    return code


@transaction.atomic
def set_group(name: str, towns: Iterable[Municipality]) -> list[Municipality]:
    """These towns, and no others, share templates under that name; each stands in one group, the one named last. Only who
    operates the installation calls this. Raises Invalid."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_GROUP:
        raise Invalid(f"集まりの名称は{LONGEST_GROUP}文字までで書いてください。")
    wanted = list(dict.fromkeys(towns))
    with every_municipality("a group is of several towns"):
        before_all = list(TownGroup.all_municipalities.filter(name=name).select_related("municipality"))
    for row in before_all:
        if row.municipality not in wanted:
            with active_municipality(row.municipality):
                row.delete()
                record("robots.group_left", subject="group", actor=None, group=name)
    for town in wanted:
        with active_municipality(town):
            before = TownGroup.objects.first()
            if before is None or before.name != name:
                TownGroup.objects.update_or_create(defaults={"name": name}, municipality=town)
                record("robots.group_joined", subject="group", actor=None, group=name, towns=len(wanted))
    return wanted


def _save(row: TakenTemplate | SharedTemplate) -> None:
    """Keep a row that another person may be making at the same time. Raises Conflict."""
    with _told_at_once():
        row.save()


@contextmanager
def _told_at_once() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict("ほかの職員が同時に同じことをしました。画面を開き直してください。") from None


def _locked(row: TakenTemplate) -> TakenTemplate:
    """The row as it stands when nobody else changes it any more. What it refers to is read after that: PostgreSQL gives who
    had to wait the new row with the joined ones of before."""
    found: TakenTemplate = TakenTemplate.objects.select_for_update().get(pk=row.pk)
    return found
