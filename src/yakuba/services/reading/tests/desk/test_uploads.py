"""Taking in files that hold others, and files that would hold up other towns."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from PIL import Image

from yakuba.kernel.files.tests import pdf_files
from yakuba.kernel.jobs import registry
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.services.reading.actions import arrival_folders, arrivals
from yakuba.services.reading.actions.uploads import upload
from yakuba.services.reading.models import BatchFile

pytestmark = pytest.mark.usefixtures("in_yakuba_city")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (400, 500), 250).save(out, "PNG")
    return out.getvalue()


def test_attachments_become_rows_that_are_read_or_told() -> None:
    portfolio = pdf_files.portfolio(("申込.png", picture()), ("一覧.xlsx", b"PK\3\4" + b"x" * 26 + b"xl/"))
    batch = upload([("束.pdf", io.BytesIO(portfolio)), ("写真.heic", io.BytesIO(b"\0\0\0\x18ftypheic"))])
    rows = [(row.name, row.state, row.pages) for row in batch.files.order_by("pk")]
    taken, refused = BatchFile.State.SPLITTING, BatchFile.State.REFUSED
    assert rows == [
        ("束.pdf", taken, 1),
        ("束.pdf の添付 申込.png", taken, 1),
        ("束.pdf の添付 一覧.xlsx", refused, 0),
        ("写真.heic", refused, 0),
    ]
    told = dict(batch.files.filter(state=refused).values_list("name", "message"))
    assert told["束.pdf の添付 一覧.xlsx"].startswith("Excelなどの表です。")
    assert told["写真.heic"].startswith("HEIC（iPhoneなどの写真）です。")


def test_each_town_has_a_lane_of_its_own_for_opening_files(neighbour_town) -> None:  # type: ignore[no-untyped-def]
    upload([("a.png", io.BytesIO(picture()))])
    with active_municipality(neighbour_town):
        upload([("a.png", io.BytesIO(picture()))])
    rows = Job.all_municipalities.filter(name="reading.split_file").values_list("lane", flat=True)
    with every_municipality("both towns' lanes"):
        lanes = list(rows)
    assert sorted(lanes) == ["reading-split:990019", "reading-split:990027"]
    assert {registry.lane_limit(lane) for lane in lanes} == {1}, "or one town's files would hold every thread"


def test_a_scanners_folder_waits_in_its_towns_lane(clerk, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """What is taken from a folder is opened as well, and a file that opens for ever holds no other town up."""
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", tmp_path)
    folder = arrival_folders.add("窓口スキャナ", "scans", "keep", actor=clerk)
    (town,) = tmp_path.iterdir()
    (town / "窓口スキャナ" / "a.png").write_bytes(picture())
    for _ in range(2):
        arrivals.look(folder.pk)
    assert Job.objects.get().lane == "reading-split:990019"
