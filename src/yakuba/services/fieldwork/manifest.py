"""The fieldwork room declares itself."""

from yakuba.kernel.registry import (
    Group,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    Setting,
    WorkQueue,
)

ROOM = "yakuba.services.fieldwork"

MANIFEST = Manifest(
    name="fieldwork",
    label="現場・住民通報",
    description="住民の通報を受けて課に分け、直して答える。わなと目撃を記録し、報奨金の二重払いを防ぐ",
    group=Group.CITY,
    manual={
        "": "住民の通報に対応する",
        **dict.fromkeys(
            (
                "rounds",
                "new_round_plan",
                "round_plan",
                "round_version",
                "load_round_stops",
                "new_round_stop",
                "change_rounds",
                "round_change",
                "crews",
                "new_crew",
                "edit_crew",
                "load_crews",
                "roads",
                "round_figures",
                "round_record",
            ),
            "班の巡回を計画する",
        ),
        **dict.fromkeys(("go", "go_crew", "go_stop"), "巡回先で記録する"),
    },
    navigation=(
        NavigationItem("住民の通報", "fieldwork:index", "fieldwork.view"),
        NavigationItem("巡回計画", "fieldwork:rounds", "fieldwork.rounds"),
        NavigationItem("今日の巡回", "fieldwork:go", "fieldwork.go_rounds"),
    ),
    permissions=(
        Permission("fieldwork.view", "住民の通報を見る"),
        Permission("fieldwork.handle", "住民の通報に対応し、課を移し、答える"),
        Permission("fieldwork.rounds", "巡回計画と、その結果を見る"),
        Permission("fieldwork.plan_rounds", "班と道路を登録し、巡回を計画し、当日に変える"),
        Permission("fieldwork.go_rounds", "巡回先で、着いた・済んだ・できなかったを記録する"),
    ),
    roles={
        "窓口担当": ("fieldwork.view", "fieldwork.handle", "fieldwork.rounds", "fieldwork.go_rounds"),
        "課長": ("fieldwork.view", "fieldwork.rounds", "fieldwork.plan_rounds", "fieldwork.go_rounds"),
    },
    queues=(
        WorkQueue(
            "決めていない巡回の変更", "fieldwork.plan_rounds", f"{ROOM}.queries.rounds_waiting:waiting"
        ),
    ),
    audit_events={
        "fieldwork.crew_set": "班を登録・変更した",
        "fieldwork.roads_taken": "道路のファイルを入れた",
        "fieldwork.roads_chosen": "道のりの決め方を選んだ",
        "fieldwork.plan_made": "巡回計画を作った",
        "fieldwork.plan_changed": "巡回計画の班を変えた",
        "fieldwork.stops_added": "巡回計画に訪問先を入れた",
        "fieldwork.stop_removed": "巡回計画から訪問先を外した",
        "fieldwork.plan_begun": "巡回計画の計算を始めた",
        "fieldwork.plan_calculated": "巡回計画を計算した",
        "fieldwork.plan_published": "巡回計画を班に出した",
        "fieldwork.plan_closed": "巡回計画を終えた",
        "fieldwork.plan_printed": "巡回計画を印刷した",
        "fieldwork.plan_exported": "巡回計画を書き出した",
        "fieldwork.change_asked": "巡回の当日の変更を計算させた",
        "fieldwork.change_taken": "巡回の当日の変更を取り入れた",
        "fieldwork.change_dropped": "巡回の当日の変更を取りやめた",
        "fieldwork.visit_arrived": "班が訪問先に着いた",
        "fieldwork.visit_done": "班が訪問先で作業を済ませた",
        "fieldwork.visit_failed": "班が訪問先で作業できなかった",
    },
    ledger_events={"fieldwork.visited": "班が訪問した"},
    town_settings=(
        Setting(
            "fieldwork.skills",
            "巡回の技能",
            "草刈り、高所作業、わな",
            "班にある技能、訪問先に要る技能の一覧です。「、」で区切ります。",
            largest=400,
        ),
        Setting(
            "fieldwork.detour_percent",
            "道のりは直線の何%か",
            130,
            "道路のファイルを使わないとき、直線距離にこれを掛けます。平地で120〜140、山ではもっと大きくします。",
            least=100,
            largest=300,
        ),
        Setting(
            "fieldwork.speed",
            "巡回の速さ（時速km）",
            25,
            "道路のファイルを使わないときの、車の平均の速さです。信号や曲がり角を含めます。",
            least=1,
            largest=120,
        ),
        Setting(
            "fieldwork.search_seconds",
            "巡回計画を計算する秒数",
            20,
            "長いほど、短い回り方が見つかります。訪問先が100件を超えるときは60ほどにします。",
            least=1,
            largest=300,
        ),
    ),
    personal_data=(
        PersonalData("fieldwork.RoundStop", "巡回の訪問先の件名と場所（個人の家のことがある）", None),
        PersonalData("fieldwork.StopEvent", "巡回の記録（だれがいつ何をしたか。管理瑕疵の証拠）", None),
        PersonalData("fieldwork.VisitPhoto", "巡回の写真（位置を消し、小さくしたもの）", None),
    ),
    failures=f"{ROOM}.queries.rounds_waiting:failures",
    examples=f"{ROOM}.tests.examples:make",
)
