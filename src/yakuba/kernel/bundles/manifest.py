"""The bundles of definitions declare themselves."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="definitions",
    label="定義の束",
    description="手続・様式・シナリオ・選考基準・通知の様式を、1つのファイルで渡し、受け取る",
    group=Group.ADMINISTRATION,
    manual={"": "帳票を登録する"},
    navigation=(NavigationItem("定義の束", "definitions:versions", "definitions.manage"),),
    permissions=(Permission("definitions.manage", "定義の束を渡し、受け取り、使い始める"),),
    examples="yakuba.kernel.bundles.tests.examples:make",
    audit_events={
        "definitions.exported": "定義を束にして書き出した",
        "definitions.drafted": "受け取った定義を下書きにした",
        "definitions.published": "受け取った定義を使い始めた",
        "definitions.withdrawn": "定義の版を取り下げた",
    },
)
