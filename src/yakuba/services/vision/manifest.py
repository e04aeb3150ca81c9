"""The vision room declares itself."""

from yakuba.kernel.registry import Group, Manifest, NavigationItem, Permission, PersonalData, WorkQueue

QUERIES = "yakuba.services.vision.queries"

MANIFEST = Manifest(
    name="vision",
    label="画像解析",
    description="画像解析の項目を受け付け、済ませる",
    group=Group.CITY,
    manual={"": "画像解析を使う"},
    navigation=(NavigationItem("画像解析", "vision:index", "vision.view"),),
    permissions=(
        Permission("vision.view", "画像解析を見る"),
        Permission("vision.edit", "画像解析の項目を加え、済ませる"),
    ),
    roles={"窓口担当": ("vision.view", "vision.edit"), "課長": ("vision.view",)},
    queues=(WorkQueue("画像解析：済んでいない項目", "vision.edit", f"{QUERIES}:waiting"),),
    audit_events={
        "vision.added": "画像解析の項目を加えた",
        "vision.loaded": "画像解析の項目をファイルから加えた",
        "vision.finished": "画像解析の項目を済ませた",
        "vision.tidied": "画像解析の古い項目を片付けた",
    },
    personal_data=(PersonalData("vision.Item", "画像解析", 365),),
    self_check=f"{QUERIES}:self_check",
    search=f"{QUERIES}:found",
    examples="yakuba.services.vision.tests.examples:make",
)
