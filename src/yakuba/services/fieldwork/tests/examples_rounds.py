"""One object of every kind that an address of rounds names."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.services.fieldwork.actions import rounds_answers, rounds_changes, rounds_plans, rounds_visits
from yakuba.services.fieldwork.contracts import ChangeKind, VisitKind
from yakuba.services.fieldwork.engine.rounds.graphs import packed
from yakuba.services.fieldwork.engine.rounds.roads import read
from yakuba.services.fieldwork.engine.rounds.solving import Effort
from yakuba.services.fieldwork.models import RoadFile
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.tests.rounds_town import ALL_DAY, crew, picture, plan, roads, stop


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A plan that is under way, with a crew, a stop that was visited, a change of the day, and a road file."""

    word = known["secret_word"]
    one = crew(clerk, word, hours=ALL_DAY, breaks="")
    made = plan(clerk, [one], [stop(word), stop("二つめ", 2)], timezone.localdate(), 2)
    rounds_plans.begin(made.pk, actor=clerk)
    rounds_answers.work(made.pk, within=Effort(iterations=10))
    rounds_plans.publish(made.pk, actor=clerk)
    at = queries.stops_of(made)[0]
    said = rounds_visits.Said(VisitKind.DONE, note=word, photos=[BytesIO(picture())])
    event = rounds_visits.note(at.pk, one.pk, said, "example-visit", actor=clerk)
    change = rounds_changes.ask(made.pk, ChangeKind.OUT, crew_id=one.pk, actor=clerk)
    head, body = packed(read(roads(bridge=True)))
    file = store(StoredFile.Kind.OUTPUT, "roads.bin", "application/octet-stream", body, actor=clerk)
    road_file = RoadFile.objects.create(name=word, file=file, head=head | {"kilometres": 1.0}, source=word)
    return {
        "crew_id": one.pk,
        "round_plan_id": made.pk,
        "round_stop_id": at.pk,
        "round_change_id": change.pk,
        "version_number": 1,
        "visit_photo_id": event.photos.get().pk,
        "road_file_id": road_file.pk,
        "rounds_form": "utf-8",
    }
