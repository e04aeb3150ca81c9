"""個人情報ファイル簿: what the law asks a town to tell of its files of personal data (個人情報の保護に関する法律 第75条第1項,
第74条第1項各号; for towns since April 2023), from what the parts and rooms declare and what the town's procedures record."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.registry import Manifest, PersonalData, manifests
from yakuba.kernel.retention.models import Rule
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tenancy import current_municipality

HEAD = (
    "個人情報ファイルの名称",
    "行政機関等の名称",
    "利用に供される事務をつかさどる組織の名称",
    "利用目的",
    "記録項目",
    "記録範囲",
    "収集方法",
    "要配慮個人情報",
    "経常的提供先",
    "開示請求等を受理する組織の名称と所在地",
    "訂正・利用停止に関する他の法令の特別の手続",
    "個人情報ファイルの種別",
    "保存期間",
)
TO_FILL = "（町が記入）"  # what only the town knows
KIND = "法第60条第2項第1号（電算処理ファイル）"


def table() -> Table:
    """A row a file: each procedure's cases, then each table that a part or room declares."""
    rows = [*_procedures(), *_declared()]
    return Table("個人情報ファイル簿", HEAD, rows)


def _procedures() -> Iterator[list[str]]:
    rules = dict(Rule.objects.values_list("unit", "days"))
    for row in Procedure.objects.order_by("title"):
        items = "、".join(item.label for item in row.definition.fields)
        days = rules.get(f"ledger:{row.code}")
        yield _row(
            f"{row.title}ファイル",
            f"{row.title}の受付、審査と決定",
            items,
            f"{row.title}を申請した者と、申請に記された者",
            "本人からの申請書",
            f"処理の終わりから{days}日" if days else "定めていない",
        )


def _declared() -> Iterator[list[str]]:
    for manifest in manifests():
        for one in manifest.personal_data:
            if not one.model.startswith("ledger."):  # told by procedure
                yield _of_table(manifest, one)


def _of_table(manifest: Manifest, one: PersonalData) -> list[str]:
    model = apps.get_model(one.model)
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    items = "、".join(
        str(f.verbose_name) for f in fields if f.name != "municipality" and not str(f.verbose_name).isascii()
    )
    days = f"{one.retention_days}日" if one.retention_days else "もとの受付と同じ"
    name = f"{manifest.label}　{model._meta.verbose_name}ファイル"
    return _row(name, one.purpose, items, TO_FILL, "申請書、他の業務システム、または職員の入力", days)


def _row(name: str, purpose: str, items: str, scope: str, way: str, kept: str) -> list[str]:
    town = str(current_municipality().name)
    return [
        name, f"{town}長", TO_FILL, purpose, items, scope, way, TO_FILL, TO_FILL, TO_FILL, TO_FILL, KIND, kept,
    ]  # fmt: skip
