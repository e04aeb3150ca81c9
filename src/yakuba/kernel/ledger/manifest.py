"""The ledger declares itself."""

from yakuba.kernel.registry import DefinitionKind, Group, Manifest, NavigationItem, Permission, PersonalData

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
        Permission("ledger.export", "受付簿を書き出す"),
        Permission("ledger.reveal", "個人番号を見る"),
    ),
    roles={
        "窓口担当": ("ledger.view", "ledger.enter", "ledger.export"),
        "ロボット担当": ("ledger.view", "ledger.enter"),
        "課長": ("ledger.view",),
    },
    audit_events={
        "ledger.case_viewed": "受付を閲覧した",
        "ledger.searched": "受付簿を値で探した",
        "ledger.exported": "受付簿を書き出した",
        "ledger.entered_by_hand": "受付を手で入力済みにした",
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
    search="yakuba.kernel.ledger.found:found_cases",
    examples="yakuba.kernel.ledger.tests.examples:make",
)
