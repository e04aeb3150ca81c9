"""The drafting room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData

MANIFEST = Manifest(
    name="drafting",
    label="文書作成支援",
    description="公用文を校正し、通知やあいさつ文を整える",
    group=Group.MANAGEMENT,
    manual={
        "": "公用文を校正する",
        "terms": "公用文を校正する",
        "extract": "通知や手紙を整える",
        "compare": "通知や手紙を整える",
        "letter": "通知や手紙を整える",
        "assist": "文書の下書きを作る",
        "rule": "AIの使い方を決める",
        "uses": "AIの使い方を決める",
        "templates": "AIの使い方を決める",
        "records": "AIの使い方を決める",
    },
    navigation=(
        NavigationItem("文を校正する", "drafting:index", "drafting.view"),
        NavigationItem("要点を取り出す", "drafting:extract", "drafting.view"),
        NavigationItem("二つの文を比べる", "drafting:compare", "drafting.view"),
        NavigationItem("手紙・あいさつ", "drafting:letter", "drafting.view"),
        NavigationItem("文書の下書きを作る", "drafting:assist", "drafting.view"),
        NavigationItem("町の用語集", "drafting:terms", "drafting.view"),
        NavigationItem("AIの使い方", "drafting:uses", "drafting.govern"),
        NavigationItem("AIの使用記録", "drafting:records", "drafting.govern"),
    ),
    permissions=(
        Permission("drafting.view", "文を校正し、文書を作る"),
        Permission("drafting.edit", "町の用語集とAIのひな形を直す"),
        Permission("drafting.govern", "AIの約束と使い方を決め、使用記録を見る"),
    ),
    roles={
        "窓口担当": ("drafting.view",),
        "課長": ("drafting.view", "drafting.edit", "drafting.govern"),
        "ロボット担当": ("drafting.view",),
    },
    audit_events={
        "drafting.term_written": "用語集の語を書いた",
        "drafting.terms_loaded": "用語集をファイルから取り込んだ",
        "drafting.term_removed": "用語集から語を外した",
        "drafting.kept": "文を自分用に残した",
        "drafting.forgotten": "残した文を消した",
        "drafting.rule_decided": "AIの約束を決めた",
        "drafting.rule_accepted": "AIの約束を承知した",
        "drafting.use_registered": "AIの使い方を登録・変更した",
        "drafting.use_handed_over": "AIの使い方の責任者を引き継いだ",
        "drafting.evidence_shown": "AIの使い方の根拠を書いた",
        "drafting.case_asked": "文から伏せるために、受付の氏名などを使った",
        "drafting.template_written": "AIのひな形を書いた",
        "drafting.templates_loaded": "AIのひな形の見本を加えた",
    },
    personal_data=(
        PersonalData("drafting.KeptText", "文書の作成（本人が残した文）", 365, since="kept_at"),
        PersonalData(
            "drafting.UseRecord", "AIの使用の記録（使った職員と日時。文は含まない）", 1095, since="at"
        ),
    ),
    hand_over="yakuba.services.drafting.actions.governance:hand_over",
    examples="yakuba.services.drafting.tests.examples:make",
)
