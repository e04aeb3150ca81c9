"""The catalogue as a town sees it: what comes with the house, what its group shares, and what it has taken of both.

Rows of other towns are read here alone, and only those of the town's own group: without one nothing of them is seen.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.db.models import QuerySet

from yakuba.kernel.accounts.models import User
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionError, DefinitionRefused
from yakuba.kernel.definitions.bundle import as_text
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Missing, attempt
from yakuba.kernel.tenancy import current_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.robots.engine import catalogue, drafts
from yakuba.services.robots.engine import scenario as language
from yakuba.services.robots.engine.catalogue import ReadyTemplate, Slot
from yakuba.services.robots.models import RecordingState, SharedTemplate, System, TakenTemplate, TownGroup

_OF_MANY = (
    "city",
    "town",
    "village",
    "pref",
    "core",
    "local",
    "localhost",
    "internal",
    "intra",
)  # in names of hosts
FOLDER = Path(__file__).parents[1] / "catalogue"
NOWHERE = "http://127.0.0.1"


@dataclass(frozen=True)
class Entry:
    """A template of the catalogue. origin: 団体コード of the town that shares it, empty for the house's own.  town: its
    name.  taken: the town's own row, None while it has not taken it."""

    template: ReadyTemplate
    origin: str = ""
    town: str = ""
    taken: TakenTemplate | None = None

    @property
    def key(self) -> str:
        """By which addresses and programs name it: `overtime`, `131016.overtime`."""
        return f"{self.origin}.{self.template.code}" if self.origin else self.template.code

    @property
    def is_newer(self) -> bool:
        """Whether the town has taken an older version."""
        return self.taken is not None and self.taken.version < self.template.version

    @property
    def from_group(self) -> bool:
        """Whether a town shares it."""
        return bool(self.origin)

    @property
    def order(self) -> tuple[int, bool, str]:
        """By field of work, the house's own first."""
        return (
            catalogue.FIELDS_OF_WORK.index(self.template.section),
            self.from_group,
            self.template.title,
        )


@dataclass(frozen=True)
class Todo:
    """One thing that a town does before a taken template runs. place: the page's name; argument: what its address takes."""

    done: bool
    text: str
    why: str = ""
    place: str = ""
    argument: str | int | None = None
    label: str = ""


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, ReadyTemplate]:
    """What comes with the house, by code; read once."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml")))
    return {one.code: one for one in map(catalogue.read, texts)}


def group() -> TownGroup | None:
    """The active town's group."""
    found: TownGroup | None = TownGroup.objects.first()
    return found


def group_towns() -> list[Municipality]:
    """The towns of the active town's group, itself among them; none where it has none."""
    own = group()
    if own is None:
        return []
    rows = TownGroup.all_municipalities.filter(name=own.name).select_related("municipality")
    with every_municipality("a group is of several towns"):
        return sorted((row.municipality for row in rows), key=lambda town: town.code)


def shared() -> list[SharedTemplate]:
    """What the active town has put into its group."""
    return list(SharedTemplate.objects.select_related("scenario", "shared_by").order_by("code"))


def private_words(scenario: drafts.Document) -> list[str]:
    """What of the words of a scenario is the town's own: its name and code, its targets' names and hosts, those that the
    scenario itself says too, and its staff."""
    town = current_municipality()
    named = scenario.get("システム")
    said = named if isinstance(named, dict) else {}
    targets = [(one.name, one.base_url) for one in System.objects.all()]
    targets.append((str(said.get("名前", "")), str(said.get("住所", ""))))
    staff = User.objects.filter(municipality=town).values_list("display_name", flat=True)
    found = [town.name, town.name.rstrip("都道府県市区町村"), town.code, *staff]
    for name, address in targets:
        host = urlsplit(address).hostname or ""
        found += [name, host, *(one for one in host.split(".") if len(one) > 3 and one not in _OF_MANY)]
    return list(dict.fromkeys(one.strip() for one in found if len(one.strip()) > 1))


def entries() -> list[Entry]:
    """All that the active town may take."""
    taken = {(row.origin, row.code): row for row in TakenTemplate.objects.select_related("system")}
    found = [Entry(one, taken=taken.get(("", one.code))) for one in shipped().values()]
    for row, template in _visible():
        origin = row.municipality.code
        found.append(Entry(template, origin, row.municipality.name, taken.get((origin, row.code))))
    return sorted(found, key=lambda one: one.order)


def entry(key: str) -> Entry:
    """One of them. Raises Missing."""
    found = next((one for one in entries() if one.key == key), None)
    if found is None:
        raise Missing(f"ひな形「{key[:80]}」はありません。一覧で確かめてください。")
    return found


def _visible() -> list[tuple[SharedTemplate, ReadyTemplate]]:
    """What the town and those of its group share; what cannot be read any more is left out."""
    towns = {current_municipality().pk, *(one.pk for one in group_towns())}
    rows = SharedTemplate.all_municipalities.filter(municipality__in=towns).select_related("municipality")
    with every_municipality("the towns of a group show each other what they share"):
        shown = list(rows)
    found = []
    for row in shown:
        with suppress(DefinitionRefused, DefinitionError):
            template = catalogue.read(row.text)
            catalogue.procedure_of(template)
            found.append((row, template))
    return found


def template_of(row: TakenTemplate) -> ReadyTemplate:
    """The template as it was taken. Raises DefinitionRefused where a newer release reads it no more."""
    return catalogue.read(row.text)


def readable(row: TakenTemplate) -> ReadyTemplate | None:
    """The template as it was taken; None where a newer release reads it no more."""
    with suppress(DefinitionRefused, DefinitionError):
        return template_of(row)
    return None


def procedure_stands(template: ReadyTemplate) -> bool:
    """Whether the town's procedure of that code has all the fields that the steps need, and no draft of it waits."""
    row = Procedure.objects.filter(code=template.procedure_code).first()
    return row is not None and fits(row, template) and not waiting(template.procedure_code).exists()


def waiting(code: str) -> QuerySet[DefinitionVersion]:
    """The drafts of a procedure that are not in use yet."""
    states = (DefinitionVersion.State.DRAFT, DefinitionVersion.State.TRIED)
    found: QuerySet[DefinitionVersion] = DefinitionVersion.objects.filter(
        kind="procedure", code=code, state__in=states
    )
    return found


def fits(row: Procedure, template: ReadyTemplate) -> bool:
    """Whether a procedure has every field of the template, of the same type and name."""
    stands = {one.code: (one.type, one.label) for one in row.definition.fields}
    wanted = catalogue.procedure_of(template).fields
    return all(stands.get(one.code) == (one.type, one.label) for one in wanted)


def scenario_text(template: ReadyTemplate, row: TakenTemplate | None) -> str:
    """Its scenario in the town's words."""
    system = row.system if row else None
    document = catalogue.scenario_document(
        template,
        row.words if row else {},
        system=system.name if system else "（接続先を選んでください）",
        address=system.base_url if system else NOWHERE,
    )
    return drafts.text_of(document)


def steps_of(template: ReadyTemplate, row: TakenTemplate | None = None) -> language.Scenario:
    """Its scenario in the town's words, read. Raises DefinitionRefused."""
    return catalogue.checked(template, row.words if row else None)


def difference(row: TakenTemplate, newer: ReadyTemplate) -> list[tuple[str, str]]:
    """What a newer version changes: (`+`, `-` or ` `, line), of the procedure and of the scenario in the town's words."""
    before = readable(row)
    found: list[tuple[str, str]] = []
    texts = [
        [as_text(catalogue.procedure_document(one)), scenario_text(one, row)] if one else ["", ""]
        for one in (before, newer)
    ]
    for old, new in zip(*texts, strict=True):
        compared = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
        found += [(line[:1], line[1:]) for line in list(compared)[2:] if not line.startswith("@@")]
    return found


def slots_of(row: TakenTemplate) -> list[tuple[Slot, str]]:
    """Where towns differ, each with what this town says; empty where it has said nothing."""
    return [(one, row.words.get(one.key, "")) for one in catalogue.slots(template_of(row))]


def todo(row: TakenTemplate) -> list[Todo]:
    """What the town still does, in the order of the work; to take it anew where this release reads it no more."""
    template, unfit = attempt(template_of, row)
    checked, unsaid = attempt(catalogue.checked, template, row.words) if template else (None, unfit)
    if template is None or checked is None:
        return [Todo(False, "この版のひな形は読めません。新しい版を取り込んでください", str(unsaid))]
    system, recording = row.system, row.recording
    lacking = [one for one in checked.secrets if system is None or one not in system.credential_names]
    missing = catalogue.missing(template, row.words)
    opened = recording is not None
    return [
        Todo(
            procedure_stands(template),
            "手続の下書きを使い始める",
            "「定義の束」に下書きがあります。項目を見て、使い始めます。",
            "definitions:look",
            label="下書きを見る",
        ),
        Todo(system is not None, "接続先を選ぶ", "下の「この自治体の言葉」で選びます。"),
        Todo(
            system is not None and not lacking,
            "接続先に秘密を登録する",
            f"要るもの：{'、'.join(lacking)}" if lacking else "",
            "robots:system" if system else "",
            system.pk if system else None,
            "接続先を開く",
        ),
        Todo(
            not missing,
            "ひな形では決められない言葉を入れる",
            f"まだ入っていないもの：{'、'.join(missing)}" if missing else "",
        ),
        Todo(opened, "シナリオの下書きを開く", "見本の受付を一件選んで、下で開きます。"),
        Todo(
            recording is not None and recording.state == RecordingState.PUBLISHED,
            "試して、公開の承認を受ける",
            "下書きのページで、3件で試してから承認を求めます。",
            "robots:recording" if recording else "",
            recording.pk if recording else None,
            "下書きを見る",
        ),
    ]
