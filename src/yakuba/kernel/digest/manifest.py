"""The digest declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, Setting

MANIFEST = Manifest(
    name="digest",
    label="失敗のまとめ",
    description="1日に失敗したことを、理由と、することを付けて1か所に",
    group=Group.ADMINISTRATION,
    manual={"": "失敗のまとめを見る"},
    navigation=(NavigationItem("失敗のまとめ", "digest:day", "digest.view"),),
    permissions=(Permission("digest.view", "失敗のまとめを見る"),),
    roles={"ロボット担当": ("digest.view",), "課長": ("digest.view",), "運用担当": ("digest.view",)},
    town_settings=(
        Setting(
            "digest.mail_to",
            "失敗のまとめを送るメールアドレス",
            "",
            help="毎朝、前の日の件数だけを送ります。カンマで区切ります。空なら送りません。",
        ),
    ),
    personal_data=(PersonalData("digest.Entry", "失敗の理由の確認", 92, since="noticed_at"),),
)
