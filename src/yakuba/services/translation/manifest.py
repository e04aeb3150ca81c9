"""The translation room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, Setting

QUERIES = "yakuba.services.translation.queries"


def _unchecked(about: str, label: str) -> Setting:
    return Setting(
        f"translation.unchecked_{about}",
        f"母語話者の確認がない、{label}の言い方を外国語でも示す",
        False,
        "「いいえ」の間は、確認した人のいない文は示さず、日本語とやさしい日本語だけを示します。",
    )


MANIFEST = Manifest(
    name="translation",
    label="多言語",
    description="窓口で、相手の言葉とやさしい日本語で伝える",
    group=Group.RESIDENTS,
    manual={
        "": "外国語で窓口の話をする",
        "captions": "文字で話す",
        "caption": "文字で話す",
        "caption-add": "文字で話す",
        "caption-correct": "文字で話す",
        "texts": "文を訳す",
        "text-keep": "文を訳す",
        "text-kept": "文を訳す",
        "terms": "文を訳す",
        "plain": "やさしい日本語にする",
        "phrases": "窓口の言い方を直す",
        "phrase": "窓口の言い方を直す",
        "phrase-new": "窓口の言い方を直す",
        "phrase-load": "窓口の言い方を直す",
        "phrase-check": "窓口の言い方を直す",
        "phrase-reword": "窓口の言い方を直す",
    },
    navigation=(
        NavigationItem("窓口のやりとり", "translation:index", "translation.view"),
        NavigationItem("文字で話す", "translation:captions", "translation.view"),
        NavigationItem("やさしい日本語", "translation:plain", "translation.view"),
        NavigationItem("文の翻訳", "translation:texts", "translation.view"),
        NavigationItem("窓口の言い方", "translation:phrases", "translation.view"),
    ),
    permissions=(
        Permission("translation.view", "窓口のやりとり、やさしい日本語、文の翻訳を使う"),
        Permission("translation.edit", "窓口の言い方と訳語を直す"),
        Permission("translation.kept", "残した窓口のやりとりを読む"),
    ),
    roles={
        "窓口担当": ("translation.view", "translation.edit"),
        "課長": ("translation.view", "translation.kept"),
    },
    audit_events={
        "translation.talk_begun": "窓口のやりとりを始めた",
        "translation.talk_kept": "窓口のやりとりを理由を付けて残した",
        "translation.talk_forgotten": "窓口のやりとりを終え、記録を消した",
        "translation.phrases_written": "窓口の言い方を書いた",
        "translation.phrases_checked": "窓口の言い方に、確認した人の名前を残した",
        "translation.sentences_kept": "訳した文を残した",
        "translation.sentence_forgotten": "訳した文を消した",
        "translation.term_set": "町の訳語を決めた",
        "translation.talk_opened": "残した窓口のやりとりを開いた",
    },
    town_settings=(
        _unchecked("money", "お金"),
        _unchecked("deadline", "期限"),
        _unchecked("health", "健康"),
    ),
    personal_data=(
        PersonalData("translation.Talk", "窓口のやりとり（理由を付けて残したもの）", 365, since="begun_at"),
    ),
    self_check=f"{QUERIES}.phrases:self_check",
    examples="yakuba.services.translation.tests.examples:make",
)
