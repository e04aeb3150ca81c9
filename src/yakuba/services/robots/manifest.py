"""The robots room declares itself."""

from yakuba.kernel.registry import (
    DefinitionKind,
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    PlannedWork,
    WorkQueue,
)

MANIFEST = Manifest(
    name="robots",
    label="ロボット",
    description="確認の済んだ申請を基幹システムへ入力する。二度入れず、一件も失わない",
    group=Group.INTAKE,
    manual={
        "": "ロボットを動かす",
        "undecided": "ロボットが決められない申請を判断する",
        "decide": "ロボットが決められない申請を判断する",
        "load": "シナリオの書き方",
        "version": "シナリオの書き方",
    },
    navigation=(NavigationItem("ロボット", "robots:index", "robots.view"),),
    permissions=(
        Permission("robots.view", "ロボットの状況を見る"),
        Permission("robots.run", "ロボットを動かす・止める"),
        Permission("robots.decide", "ロボットが決められない申請を判断する"),
        Permission("robots.manage", "シナリオと接続先を登録する"),
    ),
    roles={
        "窓口担当": ("robots.view",),
        "ロボット担当": ("robots.view", "robots.run", "robots.decide", "robots.manage"),
        "課長": ("robots.view",),
    },
    queues=(
        WorkQueue(
            "ロボットが決められない申請",
            "robots.decide",
            "yakuba.services.robots.queries.today:undecided_queue",
        ),
        WorkQueue("入力を待つ申請", "robots.run", "yakuba.services.robots.queries.today:ready_queue"),
    ),
    audit_events={
        "robots.system_set": "接続先を登録・変更した",
        "robots.scenario_loaded": "シナリオの版を登録した",
        "robots.register_changed": "ロボットの台帳を変えた",
        "robots.run_started": "ロボットを動かした",
        "robots.run_paused": "ロボットを一時停止した",
        "robots.run_resumed": "ロボットを再開した",
        "robots.run_stopped": "ロボットの実行を中止した",
        "robots.rows_retried": "失敗した行をもう一度流した",
        "robots.row_viewed": "ロボットの行を閲覧した",
        "robots.looked_up": "基幹システムを照会した",
        "robots.decided_entered": "基幹システムに登録されていると判断した",
        "robots.decided_again": "登録されていないと判断し、もう一度入力に回した",
        "robots.decided_aside": "登録されていないと判断し、値を直すため入力待ちに戻した",
        "robots.decided_withdrawn": "申請を取り下げた",
    },
    ledger_events={
        "robots.entered": "ロボットが入力した",
        "robots.tried": "ロボットが入力を試みた",
    },
    erase="yakuba.services.robots.actions.erasing:erase",
    keeps="yakuba.services.robots.actions.erasing:keeps",
    personal_data=(
        PersonalData("robots.Row", "基幹システムへの入力", None),
        PersonalData("robots.RowEvent", "基幹システムへの入力", None),
        PersonalData("robots.RowPicture", "入力の証跡", 365),
    ),
    planned_works=(
        PlannedWork(
            "robots.start",
            "ロボットで入力する",
            "robots.run",
            choices="yakuba.services.robots.operations.planned:choices",
            begin="yakuba.services.robots.operations.planned:begin",
        ),
    ),
    definitions=(
        DefinitionKind(
            "scenario",
            "シナリオ",
            collect="yakuba.services.robots.queries.register:collect",
            publish="yakuba.services.robots.actions.scenarios:publish",
            withdraw="yakuba.services.robots.actions.scenarios:withdraw",
        ),
    ),
    failures="yakuba.services.robots.queries.today:failures",
    running="yakuba.services.robots.queries.today:running",
    self_check="yakuba.services.robots.queries.today:self_check",
    case_part="yakuba.services.robots.pages.case_part:case_part",
    hand_over="yakuba.services.robots.actions.scenarios:hand_over",
    examples="yakuba.services.robots.tests.examples:make",
)
