"""The page of the town's table of reduced characters."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.models import ReductionTable

URL = "ledger:reduction"


def test_a_table_is_loaded_shown_and_corrected_on_its_page(in_yakuba_city, make_staff, yakuba_city, client):
    client.force_login(make_staff(yakuba_city, "definitions.manage"))
    page = client.get(reverse(URL)).content.decode()
    assert "文字,縮退先" in page
    assert "CSVファイル（UTF-8）" in page
    file = SimpleUploadedFile("t.csv", "文字,縮退先\n邉,辺\n".encode())
    assert client.post(reverse(URL), {"file": file}).status_code == 302
    assert ReductionTable.in_use() == {"邉": "辺"}
    assert "邉,辺" in client.get(reverse(URL)).content.decode()
    wrong = client.post(reverse(URL), {"text": "文字,縮退先\n邉,\n髙,高\n"})
    assert (wrong.status_code, "2行目" in wrong.content.decode()) == (422, True)
    assert ReductionTable.in_use() == {"邉": "辺"}, "a table with a fault changes nothing"
    client.post(reverse(URL), {"text": "文字,縮退先\n邉,辺\n髙,高\n"})
    assert ReductionTable.in_use() == {"邉": "辺", "髙": "高"}
    assert AuditEvent.objects.filter(name="ledger.reduction_loaded").count() == 2
    client.force_login(make_staff(yakuba_city, "ledger.view"))
    assert client.get(reverse(URL)).status_code == 403
