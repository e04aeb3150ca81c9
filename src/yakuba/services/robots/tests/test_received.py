"""Files of the target in the house: kept encrypted with the row, one of a name, taken along and never opened."""

from __future__ import annotations

from dataclasses import replace

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.files.storage import blob_path, content_of
from yakuba.kernel.values.types import TYPES
from yakuba.services.robots.actions.store import DatabaseRows
from yakuba.services.robots.contracts import Evidence, EvidenceKind
from yakuba.services.robots.models import RowPicture
from yakuba.services.robots.pages import rows
from yakuba.services.robots.tests.office import Office

SAID = b"%PDF-1.4 K-0042"


def keep(run, content: bytes) -> None:
    evidence = Evidence(EvidenceKind.RECEIVED, content, "application/pdf", timezone.now(), "受付票.pdf")
    DatabaseRows(run).keep(1, evidence)


def test_a_received_file_is_kept_unreadable_once_and_handed_out_as_a_file(
    office: Office, client, django_capture_on_commit_callbacks
) -> None:
    run = office.start(1)
    with django_capture_on_commit_callbacks(execute=True):
        keep(run, b"%PDF-1.4 of a try before")
        keep(run, SAID)
    (kept,) = RowPicture.objects.select_related("file")
    assert content_of(kept.file) == SAID
    assert b"K-0042" not in blob_path(kept.file).read_bytes()
    client.force_login(office.person)
    row = office.row(run, 1)
    page = client.get(reverse("robots:row", args=[row.pk])).content.decode()
    assert f"{row.case.receipt_number}-受付票.pdfを保存する" in page
    answer = client.get(reverse("robots:picture", args=[kept.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer.content == SAID


def test_where_a_case_has_a_my_number_only_who_may_see_it_takes_the_file(
    office: Office, client, make_staff, monkeypatch
) -> None:
    """The target's file is not covered."""
    run = office.start(1)
    keep(run, SAID)
    kept, row = RowPicture.objects.get(), office.row(run, 1)
    colleague = make_staff(office.person.municipality, "robots.view")
    client.force_login(colleague)
    where = reverse("robots:picture", args=[kept.pk])
    assert client.get(where).status_code == 200
    monkeypatch.setattr(rows, "TYPES", {one: replace(found, masked=True) for one, found in TYPES.items()})
    assert client.get(where).status_code in (403, 404)
    shown = client.get(reverse("robots:row", args=[row.pk])).content.decode()
    assert where not in shown
    assert "個人番号を見る権限のある職員だけ" in shown
