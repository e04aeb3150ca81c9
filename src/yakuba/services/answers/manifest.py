"""The answers room declares itself."""

from yakuba.kernel.registry import (
    Delivery,
    Exchange,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    SearchSource,
    Setting,
    WorkQueue,
)

QUERIES = "yakuba.services.answers.queries"

MANIFEST = Manifest(
    name="answers",
    label="問い合わせ応答",
    description="住民と職員の質問に、承認された答えで答える",
    group=Group.RESIDENTS,
    manual={
        "": "問い合わせの答えを書く",
        "unanswered": "答えられなかった質問を片付ける",
        "settle": "答えられなかった質問を片付ける",
        "figures": "答えられなかった質問を片付ける",
    },
    navigation=(
        NavigationItem("職員の質問", "answers:ask", "answers.ask"),
        NavigationItem("問い合わせの答え", "answers:index", "answers.view"),
        NavigationItem("答えられなかった質問", "answers:unanswered", "answers.edit"),
        NavigationItem("問い合わせの数", "answers:figures", "answers.view"),
    ),
    permissions=(
        Permission("answers.ask", "職員として質問する"),
        Permission("answers.expert", "専門の担当向けの答えを見る"),
        Permission("answers.view", "問い合わせの答えと数を見る"),
        Permission("answers.edit", "問い合わせの答えを書き、質問を片付ける"),
        Permission("answers.approve", "問い合わせの答えの公開を承認する"),
    ),
    roles={
        "窓口担当": ("answers.ask", "answers.view", "answers.edit"),
        "課長": ("answers.ask", "answers.view", "answers.approve"),
        "ロボット担当": ("answers.ask",),
    },
    queues=(
        WorkQueue("答えられなかった質問", "answers.edit", f"{QUERIES}.asked:waiting"),
        WorkQueue("期限が近い答え", "answers.edit", f"{QUERIES}.entries:expiring"),
        WorkQueue("差し戻された答え", "answers.edit", f"{QUERIES}.entries:returned"),
    ),
    audit_events={
        "answers.written": "問い合わせの答えの下書きを残した",
        "answers.loaded": "問い合わせの答えをファイルから取り込んだ",
        "answers.proposed": "問い合わせの答えの公開を起案した",
        "answers.published": "問い合わせの答えを承認し、公開した",
        "answers.sent_back": "問い合わせの答えの公開を差し戻した",
        "answers.withdrawn": "問い合わせの答えの公開をやめた",
        "answers.section_set": "担当窓口の電話と受付時間を決めた",
        "answers.slots_set": "答えの、町ごとに違うところを埋めた",  # in records of before; now `localwords.set`
        "answers.confirmed": "聞かれた質問を答えにつないだ",
        "answers.set_aside": "聞かれた質問を片付けた",
        "answers.learned": "確かめた質問から学んだ",
    },
    town_settings=(
        Setting(
            "answers.public",
            "住民のページを開く",
            False,
            "「はい」にすると、ログインなしで /ask/団体コード/ が開きます。見えるのは、公開した住民向けの答えだけです。",
        ),
        Setting(
            "answers.desk",
            "総合案内の窓口",
            "総合案内",
            "答えられない質問は、この名前の窓口の電話と受付時間を案内します。",
            largest=60,
        ),
        Setting(
            "answers.embedded_in",
            "窓を埋め込むホームページ",
            "",
            "https:// で始まるアドレスを空白で区切って書きます。空なら、ほかのページには埋め込めません。",
        ),
    ),
    personal_data=(
        PersonalData("answers.Asked", "問い合わせの分析（伏せ字にした質問）", 365, since="asked_at"),
        PersonalData("answers.Confirmed", "確かめた質問からの学習（伏せ字にした質問）", 1095, since="at"),
    ),
    exchange=Exchange(
        published=f"{QUERIES}.published:published",
        take_published="yakuba.services.answers.actions.publishing:take",
        gather="yakuba.services.answers.actions.publishing:gather",
        deliveries=(
            Delivery(
                "answers.asked",
                "問い合わせの記録",
                take="yakuba.services.answers.actions.publishing:take_asked",
            ),
        ),
    ),
    self_check=f"{QUERIES}.entries:self_check",
    slotted=f"{QUERIES}.entries:slotted",
    words_changed="yakuba.services.answers.actions.entries:words_changed",
    search_sources=(
        SearchSource(
            "answers.entries",
            "問い合わせの答え",
            keys=f"{QUERIES}.found:keys",
            entries=f"{QUERIES}.found:entries",
            permission="answers.view",
            listing="answers:index",
        ),
    ),
    examples="yakuba.services.answers.tests.examples:make",
)
