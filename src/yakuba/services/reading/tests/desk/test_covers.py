"""Covers part a stack, and their number is compared with what followed."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.files.uploads import PageImage
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reading.actions import covers, sheets
from yakuba.services.reading.models import Batch, BatchFile, Cover, Sheet
from yakuba.services.reading.operations.covers import print_cover
from yakuba.services.reading.queries.covers import counted, differing

pytestmark = pytest.mark.django_db


def page(index: int, picture: Image.Image) -> PageImage:
    out = io.BytesIO()
    picture.convert("L").save(out, "PNG")
    return PageImage(index, "image/png", out.getvalue())


def paper() -> Image.Image:
    return Image.new("L", (826, 1169), 255)


def printed(cover: Cover, person: User) -> Image.Image:
    """The cover as it comes back from the scanner."""
    content = print_cover(person, cover_id=cover.pk).content
    (sheet,) = pypdfium2.PdfDocument(content)
    return sheet.render(scale=150 / 72).to_pil().rotate(1.5, fillcolor="white")


def cover_of(title: str, count: int) -> Cover:
    return covers.make(title, None, timezone.localdate(), count)


def stack(*pictures: Image.Image, more: bool = False) -> list[Batch]:
    """The batches of a file of these pages; nothing is read."""
    batch = Batch.objects.create(name="山")
    file = BatchFile.objects.create(batch=batch, name="山.pdf", pages=len(pictures), state="splitting")
    for index, picture in enumerate(pictures):
        sheets.add_sheet(file, page(index, picture), 0.1)
    BatchFile.objects.filter(pk=file.pk).update(state="split")
    Sheet.objects.filter(state="waiting").update(state="problem")
    return [one.batch for one in file.sheets.order_by("index")]


def test_a_stack_is_parted_and_counted(in_yakuba_city, clerk, client):
    one, two = cover_of("朝", 2), cover_of("昼", 2)
    found = stack(printed(one, clerk), paper(), paper(), printed(two, clerk), paper())
    assert [batch.name for batch in found] == ["朝", "朝", "朝", "昼", "昼"]
    assert len(Batch.objects.all()) == 2
    assert not counted(found[0]).differs
    short = counted(found[-1])
    assert (short.expected, short.there, short.differs) == (2, 1, True)
    assert "1枚足りません" in short.sentence
    assert [batch for batch, _ in differing()] == [found[-1]]
    client.force_login(clerk)
    address = reverse("reading:batch", args=[found[-1].pk])
    assert "1枚足りません" in client.get(address, follow=True).content.decode()
    client.post(reverse("reading:count_seen", args=[found[-1].pk]))
    assert differing() == []


def test_blank_backs_do_not_count_and_pages_before_a_cover_stay(in_yakuba_city, clerk):
    cover = cover_of("朝", 1)
    found = stack(paper(), printed(cover, clerk), paper(), paper())
    assert [batch.name for batch in found] == ["山", "朝", "朝", "朝"]
    assert counted(found[1]).sentence.endswith("確かめてください。")
    Sheet.objects.filter(index=3).update(state="blank")
    assert not counted(found[1]).differs
    assert counted(found[0]) is None


def test_a_cover_that_is_met_again_is_told(in_yakuba_city, clerk):
    picture = printed(cover_of("朝", 1), clerk)
    stack(picture, paper())
    again = counted(stack(picture, paper())[0])
    assert again.again
    assert again.differs


def test_a_cover_of_another_town_is_a_page(in_yakuba_city, clerk, neighbour_town):
    picture = printed(cover_of("朝", 1), clerk)
    with active_municipality(neighbour_town):
        cover_of("町", 1)
        assert [batch.cover for batch in stack(picture, paper())] == [None, None]


def test_a_clerk_makes_and_prints_one(in_yakuba_city, clerk, client):
    client.force_login(clerk)
    given = {"title": "朝の便", "count": "20", "day": "R8.4.1", "form": ""}
    assert client.post(reverse("reading:cover_new"), given).status_code == 302
    cover = Cover.objects.get()
    assert (cover.count, cover.day.isoformat()) == (20, "2026-04-01")
    answer = client.get(reverse("reading:cover_pdf", args=[cover.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert client.post(reverse("reading:cover_new"), given | {"count": "0"}).status_code == 422
