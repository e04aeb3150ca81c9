"""One object of every kind that an address of this room names."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import (
    boards,
    devices,
    forecasts,
    harvests,
    keeping,
    opendata,
    surveyfiles,
    surveymeasures,
    surveyshares,
)
from yakuba.services.cityhub.engine.register import GivenDevice, GivenMeasure
from yakuba.services.cityhub.models import (
    Alarm,
    BrokerAside,
    MonthFile,
    OtherUnit,
    PutAside,
    ReadingFile,
    ReadingFolder,
    Series,
    Shelter,
)
from yakuba.services.cityhub.tests.survey_files import geotiff_bytes, hill


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A series with a reading, an alarm of it, a device, a folder with a file, a data set, and a month that has gone."""
    word = known["secret_word"]
    facade.bring(
        [{"id": "secret-river", "type": "WaterLevelObserved", "waterLevel": {"type": "Number", "value": 1.5}}]
    )
    series = Series.objects.get()
    other = OtherUnit.objects.create(series=series, unit=word, first_came_at=timezone.now())
    alarm = Alarm.objects.create(rule="水位", series=series, began_at=timezone.now(), sentence=word)
    measures = [GivenMeasure("battery", "bat", "V")]
    device = devices.save(
        GivenDevice("WL-1", word, "secret-river", "WaterLevelObserved", measures=measures), actor=clerk
    )
    PutAside.objects.create(
        device=device, day=timezone.localdate(), reason=word, last_at=timezone.now(), given="x"
    )
    BrokerAside.objects.create(
        day=timezone.localdate(), topic=word, reason=word, given=word, last_at=timezone.now()
    )
    folder = ReadingFolder.objects.create(name="見本", created_by=clerk)
    ReadingFile.objects.create(folder=folder, entry="a", name=word, size=1, changed=1, filed=True)
    chosen = {"code": "secret", "title": word, "description": word, "entity_type": "WaterLevelObserved"}
    rest = {"ids": [], "attributes": ["waterLevel"], "placed": True, "detail": "last", "days": 0}
    dataset = opendata.write(chosen | rest | {"licence": "CC BY 4.0", "cycle": "毎日"}, actor=clerk)
    file = store(StoredFile.Kind.OUTPUT, "2020-01.parquet", keeping.PARQUET, b"PAR1", actor=clerk)
    month = MonthFile.objects.create(
        month=date(2020, 1, 1), until=0, file=file, readings=0, last_pk=0, done_at=timezone.now()
    )
    head = {"title": word, "department_id": None, "is_draft": False, "is_start": True}
    board = boards.save(None, **head, span="day", compared="", actor=clerk)
    of = {"entity_type": "WaterLevelObserved", "attribute": "waterLevel", "ids": [], "span": ""}
    tile = boards.save_tile(board.pk, None, kind="number", title=word, **of, actor=clerk)
    forecast = forecasts.save(series.pk, title=word, ahead=24, spaces=9, actor=clerk)
    shelter = Shelter.objects.create(name=word, entered_by=clerk)
    crop = {"begin": date(2026, 4, 1), "base": 5.0, "target": 900.0, "source": word}
    plan = harvests.save(None, title=word, series_id=series.pk, **crop, actor=clerk)
    survey = surveyfiles.hand_in(
        "a.tif",
        io.BytesIO(geotiff_bytes(hill(20, 20))),
        title=word,
        flown_on=date(2026, 4, 1),
        years=5,
        actor=clerk,
    )
    survey.state, survey.code = "done", 6677
    survey.picture = store(StoredFile.Kind.OUTPUT, "a.png", "image/png", b"PNG", actor=clerk)
    survey.save()
    given = {"survey_id": survey.pk, "region": "11495, 22001\n11495, 22005\n11492, 22005", "way": "plane"}
    measure = surveymeasures.begin("area", word, given, actor=clerk)
    set_values({"cityhub.survey_links": True}, actor=clerk)
    share, _ = surveyshares.share(survey.pk, word, word, 3, False, actor=clerk)
    set_values({"cityhub.survey_links": False}, actor=clerk)
    return {
        "other_id": other.pk,
        "survey_id": survey.pk,
        "measure_id": device.measures.get().pk,
        "survey_measure_id": measure.pk,
        "share_id": share.pk,
        "share_key": "nobody-has-it",
        "plan_id": plan.pk,
        "shelter_id": shelter.pk,
        "disaster_id": shelter.pk,
        "disaster_sort": "shelters",
        "forecast_id": forecast.pk,
        "board_id": board.pk,
        "tile_id": tile.pk,
        "series_id": series.pk,
        "alarm_id": alarm.pk,
        "device_id": device.pk,
        "reading_folder_id": folder.pk,
        "dataset_id": dataset.pk,
        "dataset_code": "secret",
        "month_id": month.pk,
        "table_form": "utf-8",
        "data_form": "utf-8",
    }
