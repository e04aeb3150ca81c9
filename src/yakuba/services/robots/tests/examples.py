"""One object of every kind that an address of this room names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.exchange import sealing
from yakuba.services.robots import facade
from yakuba.services.robots.actions import catalogue as actions
from yakuba.services.robots.actions.stations import keys
from yakuba.services.robots.engine.drafts import document_of
from yakuba.services.robots.models import (
    Recording,
    RecordingPicture,
    Row,
    RowPicture,
    Scenario,
    Station,
    System,
)
from yakuba.services.robots.queries import catalogue as queries


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A run with one row, the case that the reading room made ready, a picture, and a recording."""
    run_id = facade.start_run(known["code"], clerk)
    row = Row.objects.get(run_id=run_id)
    picture = RowPicture.objects.create(
        row=row, file=known["image"], kind="confirmation", taken_at=timezone.now() - timedelta(minutes=1)
    )
    recording = Recording.objects.create(
        name=f"{known['secret_word']}の録画",
        person=clerk,
        case=row.case,
        system=row.run.scenario.system,
        state="draft",
        draft=document_of(row.run.version.text),
    )
    recorded = RecordingPicture.objects.create(
        recording=recording, target="欄「氏名」", file=known["image"], taken_at=timezone.now()
    )
    scenario = Scenario.objects.get(procedure__code=known["code"])
    actions.set_group("見本の集まり", [clerk.municipality])
    shared = actions.share(
        scenario, title="乗車券の登録", section="その他", description="申請を登録します。", actor=clerk
    )
    taken = actions.take(queries.entry("overtime"), actor=clerk).row
    sign, seal = sealing.new_keys()
    station = Station.objects.create(
        name="見本の端末",
        role=Station.Role.STATION,
        sign=sealing.text_of(sealing.signing_public_of(sign)),
        seal=sealing.text_of(sealing.public_of(seal)),
        accepted_at=timezone.now(),
    )
    keys.make(actor=clerk)
    return {
        "station_id": station.pk,
        "shared_id": shared.pk,
        "taken_id": taken.pk,
        "template": f"{clerk.municipality.code}.{shared.code}",
        "recording_id": recording.pk,
        "recorded_id": recorded.pk,
        "picture_id": picture.pk,
        "row_id": row.pk,
        "run_id": run_id,
        "scenario_id": scenario.pk,
        "system_id": System.objects.first().pk,
    }
