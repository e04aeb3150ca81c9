"""Road sections: brought by the town, or made along a drive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from yakuba.kernel.definitions import Problem
from yakuba.kernel.maps import geojson
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tables.reading import rows
from yakuba.services.vision.actions.following import measure, on_section
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine.positions import Fix
from yakuba.services.vision.engine.sections import Section, along
from yakuba.services.vision.engine.tables import REQUIRED, GivenSection, of_features, of_rows
from yakuba.services.vision.models import Analysis, Picture, RoadSection
from yakuba.services.vision.queries.roads import net_of

SOME = 500


def read(content: bytes, renamed: Mapping[str, str]) -> tuple[list[GivenSection], list[Problem]]:
    """The sections of a GeoJSON file or a table, and every fault."""
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        return of_features(geojson.read(content))
    problems: list[Problem] = []
    found, faults = of_rows(rows(content, REQUIRED, problems, renamed=renamed))
    return found, [*problems, *faults]


def load(content: bytes, renamed: Mapping[str, str]) -> int:
    """All sections of a file, or none; one whose code is there takes the place of what stood there. Returns how many. Raises Invalid."""
    found, problems = read(content, renamed)
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    if not found:
        raise Invalid("区間が1つもありません。")
    return keep(found)


@transaction.atomic
def keep(found: Sequence[GivenSection]) -> int:
    """Write them, and lay the pictures that are there on them."""
    for one in found:
        RoadSection.objects.update_or_create(
            code=one.code,
            defaults={
                "name": one.name, "line": [list(place) for place in one.line], "metres": Section(one.code, one.line).metres,
                "traffic": one.traffic, "repaired_on": one.repaired, "made": False,
            },
        )  # fmt: skip
    lay()
    return len(found)


@transaction.atomic
def make(row: Analysis, length: float) -> int:
    """Sections of `length` metres along a drive. Returns how many. Raises Invalid, Conflict."""
    if row.purpose != Purpose.ROAD:
        raise Conflict("区間は、道路の損傷の解析からだけ作れます。")
    prefix = f"R{row.pk}"
    if RoadSection.objects.filter(code__startswith=f"{prefix}-").exists():
        raise Conflict("この解析からは、もう区間を作ってあります。")
    places = Picture.objects.filter(analysis=row, state=Picture.State.SEEN).exclude(latitude=None)
    fixes = [Fix(*one) for one in places.order_by("taken_at", "index").values_list("latitude", "longitude")]
    made = along(fixes, length, prefix)
    RoadSection.objects.bulk_create(
        RoadSection(
            code=one.code,
            name=row.title,
            line=[list(place) for place in one.line],
            metres=one.metres,
            made=True,
        )
        for one in made
    )
    lay()
    return len(made)


def lay() -> None:
    """On which section each picture of a drive lies, now that there are other sections; and what each drive says of them."""
    net, numbers = net_of(RoadSection.objects.all())
    for row in Analysis.objects.filter(purpose=Purpose.ROAD).select_related("camera"):
        changed = []
        pictures = (
            Picture.objects.filter(analysis=row)
            .exclude(latitude=None)
            .only("pk", "latitude", "longitude", "section_id")
        )
        for picture in pictures:
            before = picture.section_id
            on_section(picture, net, numbers)
            if picture.section_id != before:
                changed.append(picture)
        Picture.objects.bulk_update(changed, ["section"], batch_size=SOME)
        measure(row)


@transaction.atomic
def change(row: RoadSection, given: Mapping[str, object]) -> RoadSection:
    """What is known of a section: name, traffic, repaired_on."""
    for name, value in given.items():
        setattr(row, name, value)
    row.save(update_fields=list(given))
    return row


@transaction.atomic
def remove(row: RoadSection) -> None:
    """The section goes, with what was measured of it; its pictures stay."""
    row.delete()
