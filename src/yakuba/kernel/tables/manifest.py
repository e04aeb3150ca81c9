"""The tables declare themselves."""

from yakuba.kernel.registry import Manifest, PersonalData

MANIFEST = Manifest(
    name="tables",
    label="表",
    description="CSVとExcelの読み書き、列の対応",
    audit_events={"tables.columns_chosen": "取り込む表の列の対応を決めた"},
    personal_data=(PersonalData("tables.WaitingTable", "取り込む前に確かめる", 1, "created_at"),),
)
