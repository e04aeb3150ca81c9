"""The nursery room declares itself."""

from yakuba.kernel.registry import Manifest, NavigationItem, Permission, PersonalData, WorkQueue

MANIFEST = Manifest(
    name="nursery",
    label="入所選考",
    description="保育所などの入所を、決めた選考基準どおりに割り当て、理由を説明する",
    navigation=(NavigationItem("入所選考", "nursery:index", "nursery.view"),),
    permissions=(
        Permission("nursery.view", "入所選考を見る"),
        Permission("nursery.edit", "選考回を作り、申込と施設を取り込み、直す"),
        Permission("nursery.run", "選考を計算する"),
        Permission("nursery.propose", "個別の決定・辞退・確定を起案する"),
        Permission("nursery.approve", "起案された決定を承認する"),
        Permission("nursery.rules", "選考基準を登録する"),
    ),
    queues=(
        WorkQueue(
            "承認を待つ入所の決定", "nursery.approve", "yakuba.services.nursery.queries.today:decisions_queue"
        ),
        WorkQueue("選考の準備", "nursery.edit", "yakuba.services.nursery.queries.today:rounds_queue"),
    ),
    audit_events={
        "nursery.rules_loaded": "選考基準を登録した",
        "nursery.round_made": "選考回を作った",
        "nursery.round_changed": "選考回を変えた",
        "nursery.applications_taken": "申込を選考に取り込んだ",
        "nursery.facilities_taken": "施設と空き枠を取り込んだ",
        "nursery.application_corrected": "選考の項目を直した",
        "nursery.application_viewed": "選考の申込を閲覧した",
        "nursery.application_withdrawn": "申込を選考から外した",
        "nursery.application_returned": "申込を選考に戻した",
        "nursery.facility_corrected": "施設の空き枠を直した",
        "nursery.run_started": "選考の計算を始めた",
        "nursery.run_stopped": "選考の計算を中止した",
        "nursery.run_adopted": "選考結果を採用した",
        "nursery.decision_proposed": "入所の決定を起案した",
        "nursery.decision_approved": "入所の決定を承認した",
        "nursery.decision_refused": "入所の決定を差し戻した",
        "nursery.withdrawn": "入所の辞退を受けた",
        "nursery.frozen": "選考結果を確定した",
        "nursery.handed_over": "選考結果を入力に回した",
        "nursery.exported": "選考のデータを書き出した",
        "nursery.notices_made": "入所の通知を作った",
    },
    jobs=("nursery.run", "nursery.hand_over"),
    stages=("ready", "withdrawn"),
    personal_data=(
        PersonalData("nursery.Application", "入所の選考", 1825),
        PersonalData("nursery.Snapshot", "選考の計算の再現", 1825),
        PersonalData("nursery.Run", "選考の計算と証明", 1825),
        PersonalData("nursery.Placement", "選考結果と理由の説明", 1825),
        PersonalData("nursery.Decision", "入所の決定", 1825),
        PersonalData("nursery.HandOver", "基幹システムへの入力", 1825),
    ),
    failures="yakuba.services.nursery.queries.today:failures",
    running="yakuba.services.nursery.queries.today:running",
    self_check="yakuba.services.nursery.queries.today:self_check",
)
