"""The worklogs room declares itself."""

from yakuba.kernel.registry import (
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.worklogs"
KEPT_DAYS = 365  # of events, behind the end of their month
SUBJECT_DAYS = 400  # of a pseudonym, since it was seen last

MANIFEST = Manifest(
    name="worklogs",
    label="操作ログ分析",
    description="PCの操作ログから、どこに時間がかかり、何をくり返しているかを測り、ロボットの候補を出す",
    group=Group.MANAGEMENT,
    manual={
        "": "操作ログから時間とくり返しを測る",
        "imports": "操作ログを取り込む",
        "import": "操作ログを取り込む",
        "load": "操作ログを取り込む",
        "collected": "操作ログで何を集めているか",
    },
    navigation=(
        NavigationItem("操作ログ分析", "worklogs:index", "worklogs.view"),
        NavigationItem("ロボットの候補", "worklogs:candidates", "worklogs.view"),
    ),
    permissions=(
        Permission("worklogs.view", "操作ログの集計と候補を見る"),
        Permission("worklogs.load", "操作ログを取り込み、計算し直す"),
        Permission("worklogs.manage", "作業の決まりと候補の扱いを決める"),
        Permission("worklogs.people", "一人ずつの時間を仮名で見る"),
        Permission("worklogs.open", "理由を書いて仮名を開く"),
        Permission("worklogs.collected", "操作ログで何を集めているかを見る"),
    ),
    roles={
        "ロボット担当": ("worklogs.view", "worklogs.load", "worklogs.manage", "worklogs.collected"),
        "課長": ("worklogs.view", "worklogs.collected"),
        "窓口担当": ("worklogs.collected",),
        "職員団体": ("worklogs.collected",),
    },
    queues=(WorkQueue("決めていないロボットの候補", "worklogs.manage", f"{ROOM}.queries:waiting"),),
    audit_events={
        "worklogs.handed_in": "操作ログを取り込みに出した",
        "worklogs.prepared": "操作ログの集計を計算し直すことにした",
        "worklogs.rules_set": "作業の決まりを登録した",
        "worklogs.people_seen": "一人ずつの時間を見た",
        "worklogs.evidence_seen": "くり返しの元の操作を見た",
        "worklogs.opened": "仮名を開いた",
        "worklogs.drafted": "ロボットの候補を下書きにした",
        "worklogs.dismissed": "ロボットの候補を見送った",
        "worklogs.taken_back": "ロボットの候補の見送りをやめた",
    },
    town_settings=(
        Setting(
            "worklogs.pause",
            "操作ログの区切り（分）",
            5,
            "これより長く操作がないとき、そこで一続きの操作が終わったと数えます。変えたら、操作ログ分析で「計算し直す」を押します。",
            least=1,
            largest=120,
        ),
    ),
    personal_data=(
        PersonalData("worklogs.LogPart", "操作ログの分析（仮名にした操作）", KEPT_DAYS, since="ends_at"),
        PersonalData("worklogs.Subject", "操作ログの仮名", SUBJECT_DAYS, since="seen_at"),
        PersonalData("worklogs.LogImport", "取り込んだ操作ログの記録", KEPT_DAYS, since="created_at"),
        PersonalData("worklogs.Prepared", "操作ログの集計（仮名ごとの時間）", KEPT_DAYS, since="made_at"),
        PersonalData(
            "worklogs.Candidate", "ロボットの候補（仮名の番号を含む）", 2 * KEPT_DAYS, since="found_at"
        ),
    ),
    failures=f"{ROOM}.queries:failures",
    running=f"{ROOM}.queries:running",
    self_check=f"{ROOM}.queries:self_check",
    examples=f"{ROOM}.tests.examples:make",
)
