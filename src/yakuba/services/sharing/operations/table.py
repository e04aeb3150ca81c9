"""The operations of the sharing room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "sharing",
    {
        "group": "取り決め: 参加団体、費用、負担の割合",
        "month": "月: 費用の額、利用量、試算、締め",
        "bill": "請求書: 一覧、書き出し",
        "price": "価格: 入れる、取り込む、比べる",
        "grant": "補助金・交付税: 規則と計算",
        "advisor": "アドバイザー: 登録、募集の案",
        "support": "支援の依頼: 受ける、探す、日を決める、報告する",
        "case": "事例: 書く、公開する",
        "register": "台帳: 書く、取り込む、印刷する",
    },
)
