"""The outreach room declares itself."""

from yakuba.kernel.registry import (
    ApprovalKind,
    Group,
    LetterField,
    LetterKind,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    WorkQueue,
)

ROOM = "yakuba.services.outreach"
KEPT_DAYS = 1826  # five years
FIELDS = (
    LetterField("宛名", "氏名。「様」は付きません", "見本一郎"),
    LetterField("郵便番号", "郵便番号。〒は付きません", "999-0001"),
    LetterField("住所", "住所", "○○市東町1丁目2番3号"),
    LetterField("整理番号", "施策と人の番号。宛名番号ではありません", "K1-12"),
    LetterField("文書番号", "空です。様式に書き足せます", ""),
    LetterField("日付", "施策の印刷日", "令和8年7月1日"),
    LetterField("名義", "市町村長の名義", "○○市長　見本一郎"),
    LetterField("件名", "文面の件名", "特定健診のお知らせ"),
    LetterField("前文", "文面の本文。差し込みを終えたもの", "見本一郎さん、健診の時期です。"),
    LetterField("問い合わせ先", "お問い合わせ先", "○○市健康課　電話00-0000-0000"),
)
REQUIRED = ("宛名", "住所", "整理番号", "件名", "前文")

MANIFEST = Manifest(
    name="outreach",
    label="勧奨・予測",
    description="だれに何を送るかを決め、送った効果を確かめる。リスク、数の予測、血圧、似た事例",
    group=Group.MANAGEMENT,
    manual={
        "": "勧奨の効果を確かめる",
        "tables": "勧奨の表と目的を用意する",
        "load_table": "勧奨の表と目的を用意する",
        "table": "勧奨の表と目的を用意する",
        "purposes": "勧奨の表と目的を用意する",
        "optouts": "勧奨の表と目的を用意する",
        "series_list": "数を予測する",
        "load_series": "数を予測する",
        "series": "数を予測する",
        "pressure": "家庭血圧の平均を見る",
        "load_pressure": "家庭血圧の平均を見る",
        "pressure_notice": "家庭血圧の平均を見る",
        "similar": "似た事例を調べる",
        "care_look": "似た事例を調べる",
        "models": "リスクのモデルを作る",
        "new_model": "リスクのモデルを作る",
        "model": "リスクのモデルを作る",
    },
    navigation=(
        NavigationItem("勧奨の施策", "outreach:index", "outreach.view"),
        NavigationItem("リスクのモデル", "outreach:models", "outreach.view"),
        NavigationItem("数の予測", "outreach:series_list", "outreach.forecast"),
        NavigationItem("家庭血圧", "outreach:pressure", "outreach.pressure"),
        NavigationItem("似た事例", "outreach:similar", "outreach.care"),
    ),
    permissions=(
        Permission("outreach.view", "施策・モデルと、その数を見る（個人は見えない）"),
        Permission("outreach.load", "勧奨の表と受診者の一覧を入れ、消す"),
        Permission("outreach.optout", "勧奨を望まない人を見て、加える"),
        Permission("outreach.plan", "目的と施策を作り、割り付け、結果を見る"),
        Permission("outreach.approve", "目的・施策・モデルを承認する"),
        Permission("outreach.persons", "対象者の手紙と一覧を取り出し、一人の割り付けを調べる"),
        Permission("outreach.model", "リスクのモデルを作る"),
        Permission("outreach.forecast", "数を入れ、予測を見る"),
        Permission("outreach.pressure", "家庭血圧の測定を入れ、平均を見る（看護職）"),
        Permission("outreach.care", "似た事例を調べ、決めたことを記録する"),
    ),
    roles={
        "保健担当": (
            "outreach.view",
            "outreach.load",
            "outreach.optout",
            "outreach.plan",
            "outreach.persons",
            "outreach.model",
            "outreach.forecast",
        ),
        "看護職": ("outreach.pressure",),
        "介護担当": ("outreach.care",),
        "課長": ("outreach.view", "outreach.approve", "outreach.forecast"),
    },
    queues=(
        WorkQueue("次の手順を待つ施策", "outreach.plan", f"{ROOM}.queries.home:waiting"),
        WorkQueue("看護職が見る血圧", "outreach.pressure", f"{ROOM}.queries.home:waiting_pressure"),
    ),
    audit_events={
        "outreach.table_handed_in": "勧奨の表を入れた",
        "outreach.table_defined": "勧奨の表の列を決めた",
        "outreach.table_removed": "勧奨の表を消した",
        "outreach.purpose_asked": "勧奨の目的を申し出た",
        "outreach.purpose_ended": "勧奨の目的を終えた",
        "outreach.opted_out": "勧奨を望まない人を加えた",
        "outreach.optouts_listed": "勧奨を望まない人の一覧を見た",
        "outreach.opted_in": "勧奨を望まない人から外した",
        "outreach.drawn_up": "施策の計画を書いた",
        "outreach.changed": "施策の計画を直した",
        "outreach.proposed": "施策の承認を求めた",
        "outreach.assigning": "施策の割り付けを始めた",
        "outreach.assigned": "施策の対象者を割り付けた",
        "outreach.withdrawn": "印刷の前に受診した人を除いた",
        "outreach.printing": "勧奨の手紙を作り始めた",
        "outreach.printed": "勧奨の手紙を作った",
        "outreach.letters_taken": "勧奨の手紙を取り出した",
        "outreach.list_taken": "勧奨の対象者の一覧を取り出した",
        "outreach.results_taken": "受診者の一覧を入れた",
        "outreach.looked": "施策の結果を見た",
        "outreach.report_taken": "施策の結果の表を取り出した",
        "outreach.person_seen": "一人の割り付けを調べた",
        "outreach.series_taken": "予測する数を入れた",
        "outreach.pressure_taken": "家庭血圧の測定を入れた",
        "outreach.pressure_listed": "家庭血圧の一覧を見た",
        "outreach.pressure_seen": "一人の血圧の平均を見た",
        "outreach.pressure_done": "血圧の知らせにしたことを記録した",
        "outreach.care_looked": "似た事例を調べた",
        "outreach.care_seen": "調べた似た事例を見た",
        "outreach.care_decided": "似た事例を見て決めたことを記録した",
        "outreach.training": "リスクのモデルの学習を始めた",
        "outreach.model_proposed": "リスクのモデルの承認を求めた",
        "outreach.model_ended": "リスクのモデルを使うのをやめた",
    },
    approvals=(
        ApprovalKind(
            "outreach.purpose",
            "勧奨に情報を使う目的",
            "outreach.approve",
            f"{ROOM}.actions.purposes:approved",
        ),
        ApprovalKind(
            "outreach.campaign", "勧奨の施策", "outreach.approve", f"{ROOM}.actions.campaigns:approved"
        ),
        ApprovalKind(
            "outreach.model", "リスクのモデル", "outreach.approve", f"{ROOM}.actions.risks:approved"
        ),
    ),
    letters=(
        LetterKind(
            "outreach.invitation", "勧奨の手紙", FIELDS, REQUIRED, f"{ROOM}.actions.letters:beginning"
        ),
    ),
    personal_data=(
        PersonalData(
            "outreach.Member",
            "勧奨の対象者と割り付け、受診した日（健康の情報）",
            KEPT_DAYS,
            since="assigned_at",
        ),
        PersonalData("outreach.InvitationPrint", "勧奨の手紙", 366, since="created_at"),
        PersonalData(
            "outreach.TownTable", "勧奨と予測に使う表（健康の情報を含む）", KEPT_DAYS, since="created_at"
        ),
        PersonalData("outreach.PressureFile", "家庭血圧の測定（健康の情報）", KEPT_DAYS, since="created_at"),
        PersonalData(
            "outreach.PressureNotice",
            "家庭血圧の平均と、したこと（健康の情報）",
            KEPT_DAYS,
            since="created_at",
        ),
        PersonalData(
            "outreach.CareLook", "似た事例と、決めたこと（介護の情報）", KEPT_DAYS, since="created_at"
        ),
        PersonalData("outreach.OptOut", "勧奨を望まない人", KEPT_DAYS * 2, since="created_at"),
    ),
    failures=f"{ROOM}.queries.home:failures",
    running=f"{ROOM}.queries.home:running",
    self_check=f"{ROOM}.queries.home:self_check",
    first_step=f"{ROOM}.queries.home:first_step",
    examples=f"{ROOM}.tests.examples:make",
)
