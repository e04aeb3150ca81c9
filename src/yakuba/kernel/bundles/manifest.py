"""The bundles of definitions declare themselves."""

from yakuba.kernel.registry import Manifest

MANIFEST = Manifest(
    name="definitions",
    label="定義の束",
    description="手続・様式・シナリオ・選考基準を、1つのファイルで渡し、受け取る",
    audit_events={
        "definitions.exported": "定義を束にして書き出した",
        "definitions.drafted": "受け取った定義を下書きにした",
        "definitions.published": "受け取った定義を使い始めた",
        "definitions.withdrawn": "定義の版を取り下げた",
    },
)
