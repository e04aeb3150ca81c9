"""The minutes room declares itself."""

from yakuba.kernel.registry import (
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    SearchSource,
    Setting,
    WorkQueue,
)

QUERIES = "yakuba.services.minutes.queries"

MANIFEST = Manifest(
    name="minutes",
    label="会議録",
    description="文字起こしを直して、会議録にまとめる",
    group=Group.MANAGEMENT,
    manual={
        "": "会議録を作る",
        "consultation": "相談の記録を受付の項目にする",
        "record": "会議録にまとめて公開する",
        "matter": "会議録にまとめて公開する",
        "documents": "会議録にまとめて公開する",
        "marks": "会議録にまとめて公開する",
        "points": "会議録にまとめて公開する",
        "propose": "会議録にまとめて公開する",
        "publication": "会議録にまとめて公開する",
    },
    navigation=(NavigationItem("会議録", "minutes:index", "minutes.view"),),
    permissions=(
        Permission("minutes.view", "会議録を見る"),
        Permission("minutes.edit", "会議録を取り込み、直す"),
        Permission("minutes.consult", "相談の記録を見て、直す"),
        Permission("minutes.enter", "相談の記録から受付に値を入れる"),
        Permission("minutes.approve", "会議録の公開を承認する"),
    ),
    roles={
        "窓口担当": ("minutes.view", "minutes.edit", "minutes.consult", "minutes.enter"),
        "課長": ("minutes.view", "minutes.consult", "minutes.approve"),
        "議会事務局": ("minutes.view", "minutes.edit"),
    },
    queues=(
        WorkQueue("直す会議録", "minutes.edit", f"{QUERIES}.meetings:waiting"),
        WorkQueue("差し戻された会議録", "minutes.edit", f"{QUERIES}.meetings:returned"),
    ),
    audit_events={
        "minutes.taken_in": "文字起こしを取り込んだ",
        "minutes.edited": "会議録を直した",
        "minutes.sound_taken": "会議の音声を取り込んだ",
        "minutes.sound_dropped": "会議の音声を消した",
        "minutes.found": "伏せる所と決定・宿題・要点を探した",
        "minutes.proposed": "会議録の公開を起案した",
        "minutes.published": "会議録を承認し、公開した",
        "minutes.sent_back": "会議録の公開を差し戻した",
        "minutes.withdrawn": "会議録の公開をやめた",
    },
    town_settings=(
        Setting(
            "minutes.public",
            "会議録のページを開く",
            False,
            "「はい」にすると、ログインなしで /records/団体コード/ が開きます。見えるのは、公開を承認した会議録だけです。",
        ),
        Setting(
            "minutes.terms",
            "聞き違えやすい言葉",
            "",
            "「誤=正」を「、」で区切って書きます。例：女節=除雪、市民化=市民課",
            largest=2000,
        ),
    ),
    personal_data=(
        PersonalData("minutes.Speech", "会議録の作成", None),
        PersonalData("minutes.Publication", "会議録の公開", None),
        PersonalData("minutes.Change", "会議録の変更の記録", None),
        PersonalData("minutes.Sound", "会議録を作る間の音声", 180, since="taken_at"),
    ),
    erasable="yakuba.services.minutes.actions.erasing:units",
    search_sources=(
        SearchSource(
            "minutes.speeches",
            "会議録",
            keys=f"{QUERIES}.found:keys",
            entries=f"{QUERIES}.found:entries",
            permission="minutes.view",
            listing="minutes:index",
        ),
    ),
    examples="yakuba.services.minutes.tests.examples:make",
)
