"""The pages on which a town takes its letters to Word and back: looked at first, used from a day, kept."""

from __future__ import annotations

import io
from datetime import date, timedelta

import docx
import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.letters import actions, queries
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.letters.tests.word_files import a4, a_town_letter, saved
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import letter_kinds
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import active_municipality

HELD = "nursery.held"


def send(client, content: bytes, kind: str = HELD, name: str = "通知.docx"):
    return client.post(
        reverse("letters:kind", args=[kind]), {"file": SimpleUploadedFile(name, content)}, follow=True
    )


def whole(*more: str) -> bytes:
    """A Word file with all that the notice needs."""
    document = a4()
    for name in letter_kinds()[HELD].required:
        if name != "理由":
            document.add_paragraph(f"{{{name}}}")
    document.add_table(1, 1).cell(0, 0).text = "{理由}"
    for said in more:
        document.add_paragraph(said)
    return saved(document)


@pytest.fixture
def page(client, clerk):
    client.force_login(clerk)
    return client


def test_a_town_takes_the_letter_to_word_and_back_and_uses_it_from_a_day(page, in_yakuba_city, clerk):
    taken = page.get(reverse("letters:beginning", args=[HELD]))
    document = docx.Document(io.BytesIO(taken.content))
    document.add_paragraph("やくば市の独自の一文です。")
    shown = send(page, saved(document)).content.decode()
    row = LetterTemplate.objects.get()
    assert (row.number, row.faults, row.is_draft) == (1, [], True)
    assert "まだ使っていません" in shown
    assert reverse("letters:picture", args=[row.pk]) in shown
    assert page.get(reverse("letters:picture", args=[row.pk]))["Content-Type"] == "image/png"
    preview = pypdfium2.PdfDocument(page.get(reverse("letters:preview", args=[row.pk])).content)
    said = preview[0].get_textpage().get_text_bounded()
    preview.close()
    assert "やくば市の独自の一文です。" in said
    assert "見本花子" in said
    assert queries.in_use(HELD, date(2099, 1, 1)) is None, "a draft changes nothing"
    tomorrow = timezone.localdate() + timedelta(1)
    answer = page.post(
        reverse("letters:version", args=[row.pk]), {"since": tomorrow.isoformat()}, follow=True
    )
    assert "使い始める日を決めました" in answer.content.decode()
    assert queries.in_use(HELD, tomorrow - timedelta(1)) is None
    assert queries.in_use(HELD, tomorrow) == row
    names = list(AuditEvent.objects.filter(name__startswith="letters.").values_list("name", flat=True))
    assert set(names) == {"letters.template_downloaded", "letters.template_taken", "letters.template_used"}
    again = page.get(reverse("letters:word_file", args=[row.pk]))
    assert again.content == content_of(row.file)


def test_every_fault_is_shown_with_the_preview_and_such_a_file_is_not_used(page, in_yakuba_city, clerk):
    shown = send(page, a_town_letter("{児童名}")).content.decode()
    row = LetterTemplate.objects.get()
    assert "「児童氏名」ではありませんか" in shown
    assert "差し込み項目「郵便番号」がありません" in shown
    assert "この日から使う" not in shown
    assert page.get(reverse("letters:preview", args=[row.pk])).content.startswith(b"%PDF")
    with pytest.raises(Conflict):
        actions.use(row, timezone.localdate(), actor=clerk)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"PK\x03\x04", "ではありません"), (b"\xd0\xcf\x11\xe0", "パスワード"), (b"x" * 10_000_001, "10MBまで")],
)
def test_what_is_no_word_file_is_told_on_the_page_and_not_kept(page, in_yakuba_city, content, told):
    answer = send(page, content)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not LetterTemplate.objects.exists()


def test_versions_follow_one_another_by_their_day_and_a_withdrawn_one_gives_way(in_yakuba_city, clerk):
    kind, today = letter_kinds()[HELD], timezone.localdate()
    first, second, third = (actions.take(kind, f"{n}.docx", whole(str(n)), actor=clerk) for n in range(3))
    assert [one.faults for one in (first, second, third)] == [[], [], []]
    actions.use(first, today, actor=clerk)
    actions.use(third, today + timedelta(10), actor=clerk)
    actions.use(second, today + timedelta(5), actor=clerk)
    at = [queries.in_use(HELD, today + timedelta(days)) for days in (-1, 0, 5, 10)]
    assert at == [None, first, second, third]
    actions.withdraw(second, actor=clerk)
    assert queries.in_use(HELD, today + timedelta(5)) == first
    with pytest.raises(Conflict):
        actions.withdraw(second, actor=clerk)
    with pytest.raises(Conflict):
        actions.use(first, today, actor=clerk)
    fourth = actions.take(kind, "4.docx", whole(), actor=clerk)
    with pytest.raises(Invalid):
        actions.use(fourth, today - timedelta(1), actor=clerk)


def test_a_neighbour_and_who_lacks_the_permission_see_nothing(
    page, client, in_yakuba_city, clerk, neighbour, neighbour_town, make_staff, yakuba_city
):
    row = actions.take(letter_kinds()[HELD], "秘密の様式.docx", whole(), actor=clerk)
    names = ("version", "word_file", "preview", "picture")
    client.force_login(neighbour)
    assert {client.get(reverse(f"letters:{name}", args=[row.pk])).status_code for name in names} == {404}
    assert "秘密の様式" not in client.get(reverse("letters:kind", args=[HELD])).content.decode()
    with active_municipality(neighbour_town):
        assert not queries.versions(HELD)
    client.force_login(make_staff(yakuba_city, "nursery.view", "townsettings.change"))
    assert client.get(reverse("letters:kinds")).status_code == 403
    client.force_login(clerk)
    UnusedRoom.objects.create(room="nursery")
    assert client.get(reverse("letters:kind", args=[HELD])).status_code == 404
    assert HELD not in client.get(reverse("letters:kinds")).content.decode()
