"""The ledger declares itself."""

from yakuba.kernel.registry import (
    DefinitionKind,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    SearchSource,
)

MANIFEST = Manifest(
    name="ledger",
    label="受付簿",
    description="すべての申請の値と、その由来と、これまでの出来事",
    group=Group.INTAKE,
    manual={"": "受付簿を使う"},
    navigation=(NavigationItem("受付簿", "ledger:cases", "ledger.view"),),
    permissions=(
        Permission("ledger.view", "受付簿を見る"),
        Permission("ledger.enter", "手で入力した受付に印をつける"),
        Permission("ledger.move", "受付を審査し、補正を求め、決定を記録する"),
        Permission("ledger.export", "受付簿を書き出す"),
        Permission("ledger.reveal", "個人番号を見る"),
    ),
    roles={
        "窓口担当": ("ledger.view", "ledger.enter", "ledger.move", "ledger.export"),
        "ロボット担当": ("ledger.view", "ledger.enter"),
        "課長": ("ledger.view", "ledger.move"),
    },
    audit_events={
        "ledger.case_viewed": "受付を閲覧した",
        "ledger.searched": "受付簿を値で探した",
        "ledger.exported": "受付簿を書き出した",
        "ledger.entered_by_hand": "受付を手で入力済みにした",
        "ledger.moved": "受付を次の段階に進めた",
        "ledger.procedure_loaded": "手続を登録した",
        "ledger.reduction_loaded": "縮退表を登録した",
    },
    definitions=(
        DefinitionKind(
            "procedure",
            "手続",
            collect="yakuba.kernel.ledger.bundled:collect",
            publish="yakuba.kernel.ledger.bundled:publish",
        ),
    ),
    personal_data=(
        PersonalData("ledger.Case", "申請の処理", None),
        PersonalData("ledger.CaseValue", "申請の処理", None),
    ),
    search_sources=(
        SearchSource(
            "ledger.cases",
            "受付簿",
            keys="yakuba.kernel.ledger.found:keys",
            entries="yakuba.kernel.ledger.found:entries",
            version="yakuba.kernel.ledger.found:version",
            named="yakuba.kernel.ledger.found:named",
            asked="yakuba.kernel.ledger.found:asked",
            whole=True,
            permission="ledger.view",
            listing="ledger:cases",
        ),
    ),
    examples="yakuba.kernel.ledger.tests.examples:make",
)
