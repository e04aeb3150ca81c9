"""The drafting room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData

MANIFEST = Manifest(
    name="drafting",
    label="文書作成支援",
    description="公用文を校正し、通知やあいさつ文を整える",
    group=Group.MANAGEMENT,
    manual={"": "公用文を校正する", "terms": "公用文を校正する"},
    navigation=(
        NavigationItem("文を校正する", "drafting:index", "drafting.use"),
        NavigationItem("町の用語集", "drafting:terms", "drafting.use"),
    ),
    permissions=(
        Permission("drafting.use", "文を校正し、文書を作る"),
        Permission("drafting.edit", "町の用語集を直す"),
    ),
    roles={
        "窓口担当": ("drafting.use",),
        "課長": ("drafting.use", "drafting.edit"),
        "ロボット担当": ("drafting.use",),
    },
    audit_events={
        "drafting.term_written": "用語集の語を書いた",
        "drafting.terms_loaded": "用語集をファイルから取り込んだ",
        "drafting.term_removed": "用語集から語を外した",
        "drafting.kept": "文を自分用に残した",
        "drafting.forgotten": "残した文を消した",
    },
    personal_data=(PersonalData("drafting.KeptText", "文書の作成（本人が残した文）", 365, since="kept_at"),),
    examples="yakuba.services.drafting.tests.examples:make",
)
