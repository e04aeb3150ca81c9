"""Survey files taken in: looked at before they are kept, read by a worker, put on the map; and let go.

What a worker makes of a file (small picture, surfaces) is stored all at once at the end. A worker that dies leaves nothing but the
file as it came, and the next one begins with it anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.apart import room
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of, remove, store
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.files.uploads import bare_name
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.adapters import surveyfiles as reading
from yakuba.services.cityhub.engine.survey import systems
from yakuba.services.cityhub.engine.survey.surfaces import Frame
from yakuba.services.cityhub.models import SurveyFile, SurveySurface

JOB = "cityhub.read_survey"
LARGEST = 30_000_000_000  # bytes
YEARS = {1: "1年", 3: "3年", 5: "5年", 10: "10年", 30: "30年"}
TO_CHOOSE = (
    "このファイルは座標系を示していません。書き出した人に聞いて、座標系を選んでください（推測はしません）。"
)
UNKNOWN = "このファイルの座標系（EPSG:{code}）は、ここでは測れません。平面直角座標系かUTM（JGD2011）で書き出し直してください。"
OLD = "このファイルは日本測地系（旧）です。世界測地系（JGD2011）に変換してから入れ直してください。"
IMPLAUSIBLE = "この座標系では、ファイルの位置が日本の外になります。座標系と、XとYの並びを確かめてください。"
NOT_METRES = "長さか高さの単位がメートルではありません。メートルで書き出し直してください。"
FULL = "もう一度動かすと、はじめから読み直します。"
Told = Callable[[int, int, str], None]


def hand_in(
    name: str,
    content: BinaryIO,
    *,
    title: str,
    flown_on: date,
    years: int,
    order: str = "",
    note: str = "",
    actor: Actor,
) -> SurveyFile:
    """Keep a file until a worker reads it. Raises Invalid for what is none by its header, and then keeps nothing."""
    if not title.strip():
        raise Invalid("空です。書いてください。", place="題名")
    if years not in YEARS:
        raise Invalid("1、3、5、10、30年から選んでください。", place="残す期間")
    if flown_on > timezone.localdate() or flown_on.year < 1990:
        raise Invalid("撮影・計測した日を確かめてください。", place="撮影・計測した日")
    content.seek(0, 2)
    if content.tell() > LARGEST:
        raise Invalid(f"ファイルが大きすぎます（{LARGEST // 1_000_000_000}GBまで）。区域を分けてください。")
    facts = reading.look(content, order)
    if facts["metres"] is False:
        raise Invalid(NOT_METRES)
    content.seek(0)
    # Before the transaction: who waits for a large file to be encrypted must not hold up everybody who writes.
    file = store(StoredFile.Kind.UPLOAD, bare_name(name), "application/octet-stream", content, actor=actor)
    with transaction.atomic():
        row: SurveyFile = SurveyFile.objects.create(
            title=title.strip(),
            name=file.name,
            file=file,
            sort=facts["sort"],
            flown_on=flown_on,
            note=note.strip(),
            order=order,
            facts=facts,
            kept_until=timezone.now() + timedelta(days=366 * years),
            created_by=known(actor),
        )
        record("cityhub.survey_taken", subject=f"survey:{row.pk}", actor=actor, bytes=file.size)
        _ask(row)
    return row


def _ask(row: SurveyFile) -> None:
    enqueue(JOB, key=row.job_key, lane=lane(), survey_id=row.pk)


def lane() -> str:
    """Of a town one survey at a time: it takes a processor and up to two gigabytes for minutes."""
    return f"survey:{current_municipality().code}"


def give_up(refusal: Refused, *, survey_id: int) -> None:
    """The job will not go on, for that reason."""
    SurveyFile.objects.filter(pk=survey_id, state=SurveyFile.State.WAITING).update(
        state=SurveyFile.State.FAILED, reason=refusal.lines() or FULL
    )


def take_up(*, survey_id: int) -> None:
    """The job is to begin anew."""
    SurveyFile.objects.filter(pk=survey_id).update(state=SurveyFile.State.WAITING, reason="")


def work(survey_id: int, told: Told) -> None:
    """Read a file. Raises Invalid for what cannot be read, with what is wrong."""
    row: SurveyFile | None = SurveyFile.objects.select_related("file").filter(pk=survey_id).first()
    if row is None or row.state != SurveyFile.State.WAITING:
        return
    with nameless_file() as came:
        with room():
            for piece in pieces_of(row.file):
                came.write(piece)
            came.flush()
        degrees = _is_degrees(row.facts.get("code"))
        taken = reading.read(
            cast(BinaryIO, came), row.order, degrees, lambda done, of: told(done, of, "中身を読んでいます")
        )
    if taken.facts["metres"] is False:
        raise Invalid(NOT_METRES)
    told(1, 1, "しまっています")
    _keep(row, taken)


def _is_degrees(code: int | None) -> bool:
    found = systems.system(code)
    return found is not None and found.plane is None


def _keep(row: SurveyFile, taken: reading.Taken) -> None:
    picture = store(StoredFile.Kind.OUTPUT, f"survey-{row.pk}.png", "image/png", taken.picture)
    surfaces = []
    for layer, grid in taken.grids.items():
        with grid.file:
            grid.file.seek(0)
            file = store(
                StoredFile.Kind.OUTPUT, f"survey-{row.pk}-{layer}", "application/octet-stream", grid.file
            )
        place = {
            name: getattr(grid.frame, name) for name in ("rows", "columns", "left", "top", "cell_x", "cell_y")
        }
        surfaces.append(
            SurveySurface(layer=layer, grid=file, low=grid.low, high=grid.high, known=grid.known, **place)
        )
    with transaction.atomic():
        now = (
            SurveyFile.objects.select_for_update(of=("self",))
            .filter(pk=row.pk, state=SurveyFile.State.WAITING)
            .first()
        )
        if (
            now is None
        ):  # another worker was faster, or it was given up: what was stored names nothing, and goes
            return
        for one in surfaces:
            one.survey = now
            one.save()
        now.facts, now.sort, now.picture = taken.facts, taken.facts["sort"], picture
        now.state, now.reason = SurveyFile.State.DONE, ""
        code = taken.facts["code"]
        now.said_by_file = code is not None
        known_ = systems.system(code)
        if known_ is not None and systems.is_plausible(known_, *box_of(now)):
            _place(now, known_)
        now.save()


def _place(row: SurveyFile, known_: systems.System) -> None:
    row.code, row.outline = known_.code, [list(one) for one in systems.outline(known_, box_of(row))]


def box_of(row: SurveyFile) -> tuple[float, float, float, float]:
    """West, south, east, north of what was read."""
    surface = row.surfaces.order_by("pk").first()
    if surface is not None:
        return frame_of(surface).box
    facts: dict[str, Any] = row.facts
    frame = Frame(
        int(facts["height"]),
        int(facts["width"]),
        facts["left"],
        facts["top"],
        facts["cell_x"],
        facts["cell_y"],
    )
    return frame.box


def frame_of(row: SurveySurface) -> Frame:
    """Where its cells lie."""
    return Frame(row.rows, row.columns, row.left, row.top, row.cell_x, row.cell_y)


def trouble_of(row: SurveyFile) -> str:
    """Why it has no place on the map, with what to do; empty where it has one."""
    if row.state != SurveyFile.State.DONE or row.code is not None:
        return ""
    code = row.facts.get("code")
    if code is None:
        return TO_CHOOSE
    if code in systems.OLD:
        return OLD
    return UNKNOWN.format(code=code) if systems.system(code) is None else IMPLAUSIBLE


def plausible(row: SurveyFile) -> list[tuple[int, str]]:
    """The coordinate systems in which the file lies in Japan."""
    box = box_of(row)
    points = row.sort == SurveyFile.Sort.POINTS
    return [
        (one.code, one.label)
        for one in systems.systems().values()
        if systems.is_plausible(one, *box) and not (points and one.plane is None)
    ]


@transaction.atomic
def choose_system(survey_id: int, code: int, *, actor: Actor) -> SurveyFile:
    """A person says in which coordinate system the file is. Raises Conflict where the file says another one, Invalid where it would
    not lie in Japan."""
    row = _held(survey_id)
    if row.state != SurveyFile.State.DONE:
        raise Conflict("まだ読んでいます。読み終わってから選んでください。")
    if row.said_by_file:
        raise Conflict(
            "このファイルは座標系を示しているので、選べません。違うときは、書き出し直してください。"
        )
    found = systems.system(code)
    if found is None:
        raise Invalid("一覧から選んでください。", place="座標系")
    if not systems.is_plausible(found, *box_of(row)):
        raise Invalid(IMPLAUSIBLE, place="座標系")
    if row.measures.exists() and row.code != code:
        raise Conflict("もう測っています。測った結果を消してから、座標系を選び直してください。")
    _place(row, found)
    row.save()
    record("cityhub.survey_placed", subject=f"survey:{row.pk}", actor=actor, code=code)
    return row


def _held(survey_id: int) -> SurveyFile:
    row: SurveyFile | None = SurveyFile.objects.select_for_update(of=("self",)).filter(pk=survey_id).first()
    if row is None:
        raise Missing(f"{survey_id}番の測量ファイルがありません。番号を確かめてください。")
    return row


@transaction.atomic
def remove_survey(survey_id: int, *, actor: Actor) -> SurveyFile:
    """Away with it, its surfaces, what was measured on it and its links. Raises Missing, Conflict where another file's volume
    was measured against it."""
    row = _held(survey_id)
    from yakuba.services.cityhub.models import SurveyMeasure

    if SurveyMeasure.objects.filter(other__survey=row).exclude(survey=row).exists():
        raise Conflict("ほかのファイルとの比較に使っています。先に、その結果を消してください。")
    files = [row.file, row.picture, *(one.grid for one in row.surfaces.select_related("grid"))]
    record("cityhub.survey_removed", subject=f"survey:{row.pk}", actor=actor)
    key = row.pk
    row.delete()
    remove(*(one for one in files if one is not None))
    row.pk = key
    return row
