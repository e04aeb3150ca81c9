"""Analyses, their pictures, and the pile that waits for a person."""

from __future__ import annotations

import io
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from PIL import Image, ImageDraw

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import works_of
from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.kernel.registry import CheckResult, Failure, FirstStep, Found, QueueState, RunningWork
from yakuba.kernel.registry.queues import queued
from yakuba.services.vision.contracts import AnalysisFacts, Purpose, Verdict
from yakuba.services.vision.models import Analysis, Judgement, Original, Picture
from yakuba.services.vision.queries import standing
from yakuba.services.vision.queries.answers import words

JOB = "vision.look"
MOST_FOUND = 21
MOST_MAPPED = 1_500
CYAN, ORANGE, WHITE = (0, 160, 190), (230, 90, 0), (245, 245, 245)
NAMES = {"person": "人", "bicycle": "自転車", "car": "車", "bus": "バス", "truck": "トラック", "motorcycle": "バイク", "change": "変わったところ", "face": "顔"}  # fmt: skip


def analyses() -> QuerySet[Any]:
    """The newest first, each with how many pictures were seen, refused, and wait for a person."""
    return Analysis.objects.select_related("camera", "created_by").annotate(
        seen=Count("pictures", filter=Q(pictures__state=Picture.State.SEEN)),
        refused=Count("pictures", filter=Q(pictures__state=Picture.State.REFUSED)),
        asking=Count("pictures", filter=Q(pictures__asks=True)),
    ).order_by("-created_at", "-pk")  # fmt: skip


def facts(row: Analysis) -> AnalysisFacts:
    """As other rooms see it."""
    counted = Picture.objects.filter(analysis=row).values_list("state")
    found = dict(counted.annotate(number=Count("pk")))
    return AnalysisFacts(
        row.pk, row.title, row.purpose, row.state, found.get("seen", 0), found.get("refused", 0)
    )


def pictures(analysis_id: int | None = None) -> QuerySet[Any]:
    """Of an analysis or of all, in the order in which they were taken."""
    rows = Picture.objects.select_related("analysis", "section").defer("feature")
    if analysis_id is not None:
        rows = rows.filter(analysis=analysis_id)
    return rows.order_by("taken_at", "source", "index")


def asking(user: User | None = None) -> QuerySet[Any]:
    """Pictures that wait for a person, the oldest first; for one person without those that they were not sure of themselves."""
    rows = Picture.objects.filter(asks=True, state=Picture.State.SEEN).exclude(file=None)
    if user is not None:
        own = Judgement.objects.filter(by=user, verdict=Verdict.UNSURE).values("picture")
        rows = rows.exclude(pk__in=own)
    return rows.select_related("analysis__camera", "section").defer("feature").order_by("made_at", "pk")


def result(row: Picture) -> str:
    """What was found on a picture, in words."""
    if row.state == Picture.State.REFUSED:
        return "開けない"
    told = [words(row.analysis.purpose, row.answer)] if row.answer else []
    if row.spaces is not None:
        told.append(f"{row.spaces}ます中{row.taken}台")
    counts = (("人", row.people), ("自転車", row.bicycles), ("車", row.vehicles))
    told += [f"{name}{number}" for name, number in counts if number]
    return "、".join(told) or ("見つからない" if row.people == 0 else "判定できない")


def drawn(row: Picture) -> bytes:
    """The picture with what was found drawn over it, JPEG: cracks orange, boxes blue with their number in the table, the road that
    was looked at white, parking spaces by their state."""
    assert row.file is not None
    with Image.open(io.BytesIO(content_of(row.file))) as opened:
        picture = opened.convert("RGB")
    pen, found = ImageDraw.Draw(picture), row.found
    thick = max(2, picture.width // 400)
    if found.get("road"):
        _outline(pen, found["road"], WHITE, thick)
    for line in found.get("lines", []):
        if len(line) > 1:
            pen.line([tuple(one) for one in line], fill=ORANGE, width=thick + 1)
    for number, (left, top, right, bottom, *_) in enumerate(found.get("boxes", []), 1):
        pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=CYAN, width=thick)
        pen.text(
            (left + thick + 2, top + thick), str(number), fill=CYAN, font_size=max(14, picture.width // 60)
        )
    _draw_spaces(pen, row, picture, thick)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _outline(pen: Any, corners: Any, colour: tuple[int, int, int], thick: int) -> None:
    points = [tuple(one) for one in corners]
    pen.line([*points, points[0]], fill=colour, width=thick)


def _draw_spaces(pen: Any, row: Picture, picture: Image.Image, thick: int) -> None:
    camera = row.analysis.camera
    if row.analysis.purpose != Purpose.PARKING or camera is None:
        return
    told = row.found.get("spaces", {})
    for space in camera.spaces.all():
        corners = [(x * picture.width, y * picture.height) for x, y in space.corners]
        taken = told.get(space.code, [""])[0] == "使用中"
        _outline(pen, corners, ORANGE if taken else CYAN, thick * (2 if taken else 1))
        pen.text(
            corners[0], space.code, fill=ORANGE if taken else CYAN, font_size=max(14, picture.width // 60)
        )


def lines_of(row: Picture) -> list[dict[str, object]]:
    """The same as a table, for who does not see the picture."""
    told: list[dict[str, object]] = []
    for number, (left, top, right, bottom, label, score) in enumerate(row.found.get("boxes", []), 1):
        told.append(
            {
                "number": number,
                "what": NAMES.get(label, label),
                "where": where(row, (left + right) / 2, (top + bottom) / 2),
                "score": f"{score:.2f}",
            }
        )
    for number, line in enumerate(row.found.get("lines", []), 1):
        if line:
            x, y = line[len(line) // 2]
            told.append({"number": number, "what": "ひび割れ", "where": where(row, x, y), "score": "―"})
    for code, state in row.found.get("spaces", {}).items():
        told.append(
            {"number": code, "what": f"駐車ます：{state[0]}", "where": "―", "score": f"{state[1]:.2f}"}
        )
    return told


def where(row: Picture, x: float, y: float) -> str:
    """A place in the picture, in words."""
    across = ("左", "中央", "右")[min(2, int(3 * x / max(1, row.width)))]
    down = ("上", "中ほど", "下")[min(2, int(3 * y / max(1, row.height)))]
    return f"{across}の{down}"


def picture_map(analysis_id: int) -> Map | None:
    """Where an analysis' pictures were taken."""
    rows = list(pictures(analysis_id).exclude(latitude=None)[:MOST_MAPPED])
    if not rows:
        return None
    mapped = [
        Mapped(f"{number}：{row.name}", None if row.share is None else row.share * 100, Shape(points=((row.longitude, row.latitude),)), note=result(row))
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    return value_map(
        mapped, title="写真の場所", unit="%" if rows[0].analysis.purpose == Purpose.ROAD else "", first="写真"
    )


def waiting(user: Any) -> QueueState:
    """What waits for a person's eye."""
    return queued(asking(user), "made_at", reverse("vision:queue"), "写真を見る")


def running(user: Any) -> list[RunningWork]:
    """Analyses under way."""
    if not allowed(user, "vision.view"):
        return []
    rows = {row.job_key: row for row in Analysis.objects.filter(state=Analysis.State.WORKING)}
    works = works_of(JOB, rows)
    return [
        works[key].on_home(f"画像解析 {row}", reverse("vision:analysis", args=[row.pk]))
        for key, row in rows.items()
        if key in works
    ]


def failures(user: Any, most: int | None = None) -> list[Failure]:
    """Analyses that stopped."""
    if not allowed(user, "vision.view"):
        return []
    rows = Analysis.objects.filter(state=Analysis.State.STOPPED).order_by("-created_at")[:most]
    return [
        Failure(
            f"画像解析 {row}",
            row.reason,
            reverse("vision:analysis", args=[row.pk]),
            "解析を見る",
            row.created_at,
        )
        for row in rows
    ]


def found(user: Any, text: str) -> list[Found]:
    """What the search of the whole house finds here."""
    if not allowed(user, "vision.view"):
        return []
    rows = Analysis.objects.filter(title__icontains=text).order_by("-created_at")[:MOST_FOUND]
    return [Found(row.title, reverse("vision:analysis", args=[row.pk])) for row in rows]


def first_step(user: Any) -> FirstStep | None:
    """What is done first where nothing was looked at yet."""
    if Analysis.objects.exists() or not allowed(user, "vision.begin"):
        return None
    return FirstStep(
        "道路、駐車場、わなの写真を入れると、損傷や台数を数えます。", reverse("vision:new"), "写真を入れる"
    )


def self_check() -> list[CheckResult]:
    """Whether what hides people is there, and whether an original has been left."""
    blurs = standing.can_blur()
    advice = "顔か車を見つけるモデルがないか、使えません。写真を残せる目的が限られます。「使っているモデル」を見てください。"
    stopped = Original.objects.filter(source__analysis__state=Analysis.State.STOPPED).count()
    left = f"止まった解析に、まだ見ていない元の写真が{stopped}件あります（封をしてあり、7日で消えます）。解析を開いて、続けるか入れ直してください。"
    return [
        CheckResult("人と車をぼかすモデル", blurs, "" if blurs else advice),
        CheckResult("見ていない元の写真", not stopped, left if stopped else "", counts=True),
    ]
