"""The vision room declares itself."""

from yakuba.kernel.registry import (
    ApprovalKind,
    Group,
    Manifest,
    MeterKind,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.vision"
PICTURES = f"{ROOM}.queries.pictures"
ROADS = "道路の傷みを写真で調べる"
CAMERAS = "カメラの写真で数える"
WEIGHING = "0にすると数えません。5つの重みの合計が100でなくてもかまいません。"

MANIFEST = Manifest(
    name="vision",
    label="画像解析",
    description="道路の損傷、通行量、駐車場、わなの写真を見て、町の判断で学ぶ",
    group=Group.CITY,
    manual={
        "": "写真を解析する",
        **dict.fromkeys(("sections", "section", "load_sections", "edit_section", "priorities"), ROADS),
        **dict.fromkeys(("counts", "cameras", "camera", "new_camera", "edit_camera", "spaces"), CAMERAS),
        **dict.fromkeys(("queue", "judge", "heads", "head"), "写真を判断して学ばせる"),
    },
    navigation=(
        NavigationItem("画像解析", "vision:index", "vision.view"),
        NavigationItem("写真の判断", "vision:queue", "vision.review"),
        NavigationItem("道路の区間", "vision:sections", "vision.view"),
        NavigationItem("修繕の順番", "vision:priorities", "vision.view"),
        NavigationItem("カメラと台数", "vision:cameras", "vision.view"),
    ),
    permissions=(
        Permission("vision.view", "画像解析の結果を見る"),
        Permission("vision.begin", "写真や動画を入れて解析する"),
        Permission("vision.review", "写真の結果を判断する"),
        Permission("vision.set", "道路の区間とカメラを登録する"),
        Permission("vision.teach", "職員の判断から学ばせ、使うことを起案する"),
        Permission("vision.approve", "学習したものを使うことを承認する"),
        Permission("vision.export", "解析の結果を書き出す"),
    ),
    roles={
        "窓口担当": ("vision.view", "vision.review"),
        "道路担当": (
            "vision.view",
            "vision.begin",
            "vision.review",
            "vision.set",
            "vision.teach",
            "vision.export",
        ),
        "課長": (
            "vision.view",
            "vision.begin",
            "vision.review",
            "vision.set",
            "vision.teach",
            "vision.approve",
            "vision.export",
        ),
    },
    queues=(WorkQueue("判断を待つ写真", "vision.review", f"{PICTURES}:waiting"),),
    audit_events={
        "vision.begun": "画像の解析を始めた",
        "vision.looked": "画像の解析が済んだ",
        "vision.judged": "写真の結果を判断した",
        "vision.sections_loaded": "道路の区間をファイルから入れた",
        "vision.sections_made": "道路の区間を走った道から作った",
        "vision.section_changed": "道路の区間を直した",
        "vision.section_removed": "道路の区間を消した",
        "vision.camera_set": "カメラを登録・変更した",
        "vision.spaces_set": "駐車ますを描いた",
        "vision.compared_again": "写真をもう一度比べさせた",
        "vision.taught": "職員の判断から学ばせた",
        "vision.head_proposed": "学習したものを使うことを起案した",
        "vision.head_live": "学習したものを使い始めた",
        "vision.head_put_away": "学習したものを使うのをやめた",
        "vision.taken_along": "画像解析の結果を書き出した",
    },
    approvals=(
        ApprovalKind(
            "vision.head", "学習したものを使うこと", "vision.approve", f"{ROOM}.actions.learning:switched_on"
        ),
    ),
    town_settings=(
        Setting(
            "vision.sure_from",
            "画像解析で、人に聞かない確からしさ（%）",
            80,
            "学習したものの確からしさがこれより低い写真は、人の判断にまわします。",
            least=50,
            largest=99,
        ),
        Setting("vision.weight_damage", "修繕の順番：損傷の程度の重み", 50, WEIGHING, largest=100),
        Setting("vision.weight_length", "修繕の順番：延長の重み", 10, "100m以上で満点です。", largest=100),
        Setting(
            "vision.weight_traffic", "修繕の順番：交通量の重み", 20, "1日1万台以上で満点です。", largest=100
        ),
        Setting(
            "vision.weight_age",
            "修繕の順番：前の修繕からの年数の重み",
            10,
            "20年以上で満点です。",
            largest=100,
        ),
        Setting(
            "vision.weight_reports",
            "修繕の順番：近くの通報の重み",
            10,
            "区間から50m以内の終わっていない通報が5件以上で満点です。",
            largest=100,
        ),
    ),
    meters=(MeterKind("vision.pictures", "解析した写真", "枚"),),
    personal_data=(
        PersonalData(
            "vision.Original", "見る前の元の写真と動画（封をして待つあいだだけ）", 7, since="came_at"
        ),
        PersonalData("vision.Picture", "解析した写真（顔とナンバーをぼかしたもの）と撮った場所・日時", 365),
        PersonalData("vision.Judgement", "写真の結果への職員の判断", None),
    ),
    failures=f"{PICTURES}:failures",
    running=f"{PICTURES}:running",
    self_check=f"{PICTURES}:self_check",
    models=f"{ROOM}.queries.standing:all_models",
    search=f"{PICTURES}:found",
    first_step=f"{PICTURES}:first_step",
    erasable=f"{ROOM}.actions.erasing:units",
    examples=f"{ROOM}.tests.examples:make",
)
