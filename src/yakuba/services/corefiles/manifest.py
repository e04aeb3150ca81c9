"""The room declares itself."""

from yakuba.kernel.registry import (
    DefinitionKind,
    Group,
    Manifest,
    MeterKind,
    NavigationItem,
    Permission,
    PersonalData,
    WorkQueue,
)

ROOM = "yakuba.services.corefiles"

MANIFEST = Manifest(
    name="corefiles",
    label="連携ファイル",
    description="確認の済んだ受付を、基幹システムが取り込むファイルにして渡す。二度渡さず、一件も失わない",
    group=Group.INTAKE,
    manual={"": "連携ファイルで渡す", "layout": "連携レイアウトを作る", "layouts": "連携レイアウトを作る"},
    navigation=(NavigationItem("連携ファイル", "corefiles:index", "corefiles.view"),),
    permissions=(
        Permission("corefiles.view", "連携ファイルの状況を見る"),
        Permission("corefiles.make", "連携ファイルを作り、取り出し、結果を入れる"),
        Permission("corefiles.manage", "連携レイアウトを作り、変える"),
    ),
    roles={
        "窓口担当": ("corefiles.view", "corefiles.make"),
        "ロボット担当": ("corefiles.view", "corefiles.make", "corefiles.manage"),
        "課長": ("corefiles.view",),
    },
    queues=(
        WorkQueue("結果を待つ連携ファイル", "corefiles.make", f"{ROOM}.queries:waiting_queue"),
        WorkQueue("基幹システムに取り込まれなかった受付", "corefiles.make", f"{ROOM}.queries:refused_queue"),
    ),
    audit_events={
        "corefiles.layout_set": "連携レイアウトを登録・変更した",
        "corefiles.layout_retired": "連携レイアウトを使わないことにした",
        "corefiles.made": "連携ファイルを作った",
        "corefiles.taken": "連携ファイルを取り出した",
        "corefiles.settled": "連携ファイルの結果を入れた",
        "corefiles.undone": "連携ファイルを取り消した",
        "corefiles.again": "取り込まれなかった受付を次に渡すことにした",
    },
    meters=(MeterKind("corefiles.cases", "連携ファイルで渡した受付", "件"),),
    personal_data=(
        PersonalData("corefiles.FiledCase", "基幹システムへの引き渡し", None),
        PersonalData("corefiles.CoreFileContent", "基幹システムに渡したファイル", 90, since="made_at"),
    ),
    definitions=(
        DefinitionKind(
            "layout",
            "連携レイアウト",
            collect=f"{ROOM}.queries:collect",
            publish=f"{ROOM}.actions.layouts:publish",
            withdraw=f"{ROOM}.actions.layouts:withdraw",
        ),
    ),
    erase=f"{ROOM}.actions.erasing:erase",
    keeps=f"{ROOM}.queries:kept_cases",
    self_check=f"{ROOM}.queries:self_check",
    examples=f"{ROOM}.tests.examples:make",
)
