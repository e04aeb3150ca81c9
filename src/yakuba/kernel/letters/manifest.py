"""The letters declare themselves."""

from yakuba.kernel.registry import (
    DefinitionKind,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    SearchSource,
    Setting,
)

MANIFEST = Manifest(
    name="letters",
    label="通知",
    description="通知の紙面を作り、あて先ごとのページであることを読み返して確かめる",
    group=Group.ADMINISTRATION,
    manual={"": "通知の様式をWordで直す"},
    navigation=(NavigationItem("通知の様式", "letters:kinds", "letters.templates"),),
    permissions=(Permission("letters.templates", "通知の様式（Word）を入れ替える"),),
    audit_events={
        "letters.template_taken": "通知の様式（Word）を入れた",
        "letters.template_used": "通知の様式（Word）の使い始めを決めた",
        "letters.template_withdrawn": "通知の様式（Word）を取り下げた",
        "letters.template_downloaded": "通知の様式（Word）を取り出した",
    },
    town_settings=(
        Setting(
            "letters.mayor",
            "市町村長の名義",
            "",
            "通知の差出人です。例：市長　役場花子。空欄なら団体名に「長」を付けます。",
            largest=120,
        ),
        Setting(
            "letters.desk",
            "お問い合わせ先",
            "",
            "担当課、住所、電話番号。通知ごとに書き直せます。",
            largest=300,
        ),
        Setting(
            "letters.appeal", "不服申立ての教示", "", "空欄なら、Yakubaに入っている文例です。", largest=800
        ),
    ),
    personal_data=(PersonalData("letters.LetterPart", "作成中の通知の紙面", 1),),
    optional="yakuba.kernel.letters.press:optional",
    search_sources=(
        SearchSource(
            "letters.kinds",
            "通知の様式",
            keys="yakuba.kernel.letters.found:keys",
            entries="yakuba.kernel.letters.found:entries",
            version="yakuba.kernel.letters.found:version",
            permission="letters.templates",
        ),
    ),
    definitions=(
        DefinitionKind(
            "letter",
            "通知の様式",
            collect="yakuba.kernel.letters.bundled:collect",
            publish="yakuba.kernel.letters.bundled:publish",
            check="yakuba.kernel.letters.bundled:check",
            withdraw="yakuba.kernel.letters.bundled:withdraw",
        ),
    ),
    examples="yakuba.kernel.letters.tests.examples:make",
)
