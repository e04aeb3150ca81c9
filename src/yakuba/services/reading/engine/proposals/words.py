"""What printed labels say about a field: the words of Japanese forms, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """A type of field, the name of its code, and words that a label of it holds. whole: the label is one of them."""

    type: str
    code: str
    words: tuple[str, ...]
    whole: bool = False


# The first that fits decides; what is more precise stands first.
MEANINGS = (
    Meaning("receipt_number", "receipt_number", ("受付番号", "受付No", "受付NO"), whole=True),
    Meaning("my_number", "my_number", ("個人番号", "マイナンバー")),
    Meaning("insurance_number", "insurance_number", ("後期高齢者医療被保険者番号",)),
    Meaning("kana", "kana", ("フリガナ", "ふりがな", "カナ", "振り仮名", "ヨミ")),
    Meaning("postal_code", "postal_code", ("郵便番号", "〒")),
    Meaning("phone", "phone", ("電話", "TEL", "Tel", "連絡先", "携帯", "FAX", "ファックス")),
    Meaning("date", "birth", ("生年月日", "誕生日")),
    Meaning("date", "application_date", ("申請日", "申請年月日", "届出日", "届出年月日", "提出日", "申込日", "記入日", "請求日")),
    Meaning("date", "date", ("年月日", "期日", "月日", "開始日", "終了日", "希望日", "異動日", "利用日", "使用日", "予定日", "日付")),
    Meaning("digits", "number", ("番号", "No", "ナンバー", "コード")),
    Meaning("number", "amount", ("金額", "税額", "収入", "所得", "報酬", "料金", "費用", "済額", "総額", "合計", "価格", "家賃")),
    Meaning("number", "count", ("人数", "日数", "時間数", "就労時間", "回数", "個数", "台数", "枚数", "面積", "年齢", "頭数", "件数", "数量")),
    Meaning("address", "address", ("住所", "所在地", "居所", "本籍", "送付先", "転居先", "現住")),
    Meaning("name", "name", ("氏名", "名前", "お名前", "代表者", "担当者", "保護者", "申請者", "世帯主", "児童名", "きょうだい")),
    Meaning("text", "organisation", ("名称", "勤務先", "会社", "団体", "施設", "学校", "屋号")),
    Meaning("text", "reason", ("理由", "事由", "目的", "内容", "備考", "用途")),
)  # fmt: skip

# What stands behind a box says what is in it.
UNITS = {
    "円": ("number", "amount"),
    "人": ("number", "count"),
    "名": ("number", "count"),
    "日": ("number", "count"),
    "時間": ("number", "count"),
    "回": ("number", "count"),
    "枚": ("number", "count"),
    "台": ("number", "count"),
    "歳": ("number", "count"),
    "頭": ("number", "count"),
    "個": ("number", "count"),
    "㎡": ("number", "count"),
}
ERAS = {"明治": "meiji", "大正": "taisho", "昭和": "showa", "平成": "heisei", "令和": "reiwa"}
DATE_PARTS = {"年": "year", "月": "month", "日": "day"}
SEAL = ("印", "㊞")
# Questions to which several answers may be marked.
MANY = ("複数", "すべて", "全て", "いくつでも", "曜日", "路線", "添付", "希望する")
# Parts of the page that the office writes on.
OFFICE = (
    "受付", "受付印", "収受", "収受印", "受理", "入力", "照合", "点検", "審査", "決裁", "資格確認", "交付番号", "発券", "課長",
    "係長", "係員", "処理", "処理欄", "台帳", "確認者", "備考", "調整指数", "指数", "起案", "供覧", "世帯の確認", "階層",
)  # fmt: skip


def meaning(label: str) -> Meaning | None:
    """What a label is about, or None where no word of it is known."""
    bare = label.replace(" ", "").replace("\u3000", "")
    for one in MEANINGS:
        if bare in one.words or (not one.whole and any(word in bare for word in one.words)):
            return one
    return None


def unit(text: str) -> tuple[str, str] | None:
    """Type and code of what is counted in a unit; None for a text that begins with none."""
    return next((found for word, found in UNITS.items() if text.startswith(word)), None)
