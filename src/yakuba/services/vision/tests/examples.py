"""One object of every kind that an address of this room names."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import (
    Analysis,
    AnalysisSource,
    Camera,
    ParkingSpace,
    Picture,
    RoadSection,
    SectionResult,
    TownHead,
)
from yakuba.services.vision.tests.pictures import jpeg


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """An analysis with a picture that waits for a person, a section, a camera, a head. The secret word is their name."""
    word = known["secret_word"]
    camera = Camera.objects.create(name=word[:60], purpose=Purpose.PARKING, latitude=35.6, longitude=138.5)
    ParkingSpace.objects.create(camera=camera, code="1", corners=[[0.1, 0.1], [0.4, 0.1], [0.4, 0.4]])
    row = Analysis.objects.create(
        title=word, purpose=Purpose.ROAD, state=Analysis.State.DONE, created_by=clerk
    )
    source = AnalysisSource.objects.create(
        analysis=row, name=word, kind=AnalysisSource.Kind.ARCHIVE, state=AnalysisSource.State.DONE, total=1
    )
    section = RoadSection.objects.create(
        code=f"S-{row.pk}", name=word, line=[[138.5, 35.6], [138.501, 35.6]], metres=90.0
    )
    picture = Picture.objects.create(
        analysis=row, source=source, index=0, name=word, width=64, height=48, section=section, answer="heavy", share=0.5, asks=True,
        file=store(StoredFile.Kind.EVIDENCE, "写真.jpg", "image/jpeg", jpeg(), actor=clerk), latitude=35.6, longitude=138.5005,
        found={"boxes": [[1, 2, 20, 30, "car", 0.9]], "lines": [[[5, 5], [40, 40]]]},
    )  # fmt: skip
    SectionResult.objects.create(
        analysis=row, section=section, on=date(2026, 4, 1), pictures=3, share=0.5, damage="heavy"
    )
    head = TownHead.objects.create(
        purpose=Purpose.ROAD, version=1, content={}, labels=20, figures={"sentence": word}, made_by=clerk
    )
    return {
        "analysis_id": row.pk,
        "vision_picture_id": picture.pk,
        "road_section_id": section.pk,
        "camera_id": camera.pk,
        "vision_head_id": head.pk,
    }
