"""Files of the target in the house: kept encrypted with the row, one of a name, taken along and never opened."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.files.storage import blob_path, content_of
from yakuba.services.robots.actions.store import DatabaseRows
from yakuba.services.robots.contracts import Evidence, EvidenceKind
from yakuba.services.robots.models import RowPicture
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
