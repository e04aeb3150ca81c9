"""個人情報ファイル簿: the columns of the law, and every file that the house declares."""

from __future__ import annotations

from django.urls import reverse

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.registry import manifests
from yakuba.kernel.retention import actions, filebook

DOCUMENT = {
    "procedure": "visits", "title": "訪問の申請", "version": 1,
    "baseline": {"minutes_per_case": 1.0, "kind": "estimated", "source": "試験"},
    "fields": [{"code": "name", "label": "氏名", "type": "name"}],
}  # fmt: skip


def test_every_declared_file_and_every_procedure_is_told(in_yakuba_city, clerk):
    ledger.load_procedure(DOCUMENT)
    actions.state("ledger:visits", 365, actor=clerk)
    table = filebook.table()
    rows = [dict(zip(table.head, row, strict=True)) for row in table.rows]
    (visits,) = [row for row in rows if row["個人情報ファイルの名称"] == "訪問の申請ファイル"]
    assert visits["記録項目"] == "氏名"
    assert visits["保存期間"] == "処理の終わりから365日"
    assert visits["行政機関等の名称"] == "やくば市長"
    declared = sum(not d.model.startswith("ledger.") for one in manifests() for d in one.personal_data)
    assert len(rows) == declared + 1
    assert all(row["利用目的"] for row in rows)


def test_it_is_a_page_and_a_file(in_yakuba_city, clerk, client):
    client.force_login(clerk)
    assert "利用目的" in client.get(reverse("retention:register")).content.decode()
    answer = client.get(reverse("retention:register_file"), {"form": "utf-8"})
    assert "開示請求等を受理する組織" in b"".join(answer).decode()
