"""The operations of the fieldwork room."""

from yakuba.kernel.operations import Operations

OPERATIONS = Operations(
    "fieldwork",
    {
        "report": "通報: 分け、直し、答え、公開する",
        "rules": "通報の決まり",
        "sighting": "目撃",
        "trap": "わな: 登録し、見回り、外す",
        "bounty": "報奨金: 申請を入れ、見比べ、決める",
        "crew": "班",
        "roads": "道路のファイル",
        "advice": "農作業の助言: 圃場、気象と土の表、決まり、植生指数",
        "rounds": "巡回: 計画し、班に出し、当日に変え、記録する",
    },
)
