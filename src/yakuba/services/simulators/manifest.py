"""The simulators room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, WorkQueue

QUERIES = "yakuba.services.simulators.queries"

MANIFEST = Manifest(
    name="simulators",
    label="通信シミュレータ",
    description="通信シミュレータの項目を受け付け、済ませる",
    group=Group.CITY,
    manual={"": "通信シミュレータを使う"},
    navigation=(NavigationItem("通信シミュレータ", "simulators:index", "simulators.view"),),
    permissions=(
        Permission("simulators.view", "通信シミュレータを見る"),
        Permission("simulators.edit", "通信シミュレータの項目を加え、済ませる"),
    ),
    roles={"窓口担当": ("simulators.view", "simulators.edit"), "課長": ("simulators.view",)},
    queues=(WorkQueue("通信シミュレータ：済んでいない項目", "simulators.edit", f"{QUERIES}:waiting"),),
    audit_events={
        "simulators.added": "通信シミュレータの項目を加えた",
        "simulators.loaded": "通信シミュレータの項目をファイルから加えた",
        "simulators.finished": "通信シミュレータの項目を済ませた",
        "simulators.tidied": "通信シミュレータの古い項目を片付けた",
    },
    personal_data=(PersonalData("simulators.Item", "通信シミュレータ", 365),),
    self_check=f"{QUERIES}:self_check",
    search=f"{QUERIES}:found",
    examples="yakuba.services.simulators.tests.examples:make",
)
