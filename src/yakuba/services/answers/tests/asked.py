"""A small FAQ of an invented town and questions to it, enough for something to be learned: each topic is asked in several
ways, and no two topics share their words."""

from __future__ import annotations

from yakuba.services.answers.contracts import Entry
from yakuba.services.answers.engine.evaluating import Query

TOPICS = {
    "juminhyo": (
        "住民票の写しはどこで取れますか",
        "市民課の窓口で請求できます。本人確認書類をお持ちください。",
    ),
    "sodai": ("粗大ごみの出し方を教えてください", "電話で申し込み、収集日の朝に出してください。"),
    "inu": ("犬の登録はどうすればよいですか", "飼い始めたら環境課で登録してください。"),
    "hoiku": ("保育所の申込みはいつですか", "申込みの期間はこども課にお問い合わせください。"),
    "zei": ("固定資産税の納期を知りたい", "納税通知書に書かれた期限までに納めてください。"),
    "tosho": ("図書館の本は何冊借りられますか", "貸出の冊数は図書館の利用案内にあります。"),
    "suido": ("水道の使用を始めたい", "使い始める前に上下水道課へ連絡してください。"),
    "kaigo": ("要介護認定を受けるには", "本人か家族が長寿課で申請してください。"),
    "bosai": ("避難所はどこですか", "防災地図で最寄りの避難所を確かめてください。"),
    "senkyo": ("期日前投票はできますか", "投票日に予定がある方は期日前投票所で投票できます。"),
}
WAYS = (
    "{}について教えて",
    "{}のこと",
    "すみません、{}",
    "{}、どこに聞けばよいでしょう",
    "{}は休みの日もできますか",
)
NAMES = {
    "juminhyo": ("住民票", "じゅうみんひょう", "世帯全員の写し"),
    "sodai": ("粗大ごみ", "ソファーのごみ", "タンスの処分"),
    "inu": ("犬の登録", "子犬の届出", "飼い犬"),
    "hoiku": ("保育園", "保育所の入所", "子どもの保育園の申込"),
    "zei": ("固定資産税", "家の税金", "土地の税金の期限"),
    "tosho": ("図書館", "本を借りる", "貸出冊数"),
    "suido": ("水道を使う", "水道の開始", "引越しの水道"),
    "kaigo": ("介護認定", "要介護の申請", "親の介護認定"),
    "bosai": ("避難所", "ひなんじょ", "避難場所"),
    "senkyo": ("期日前投票", "投票日に行けない", "選挙"),
}


def entries() -> list[Entry]:
    """One for each topic."""
    return [Entry(key, question, answer) for key, (question, answer) in TOPICS.items()]


def queries() -> list[Query]:
    """Fifteen for each topic."""
    return [
        Query(way.format(name), {key: 2.0}) for key, names in NAMES.items() for name in names for way in WAYS
    ]
