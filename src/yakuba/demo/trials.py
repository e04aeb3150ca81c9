"""Kept results of the simulators, and trials with their indicators: two of やくば市, which are invented, and two whose targets were
published, with their source and without a measured value."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from yakuba.demo import town
from yakuba.services.simulators import facade as simulators

SOURCE = "総務省「地域課題の解決に向けた総務省のICT施策」（2024年1月16日、地域情報化促進セミナー）"
PLACES = "市役所屋上, 局, 34.3980, 132.5200\n駅前広場, 地点, 34.3972, 132.5210\n中橋, 地点, 34.4002, 132.5170\n北山, 地点, 34.4250, 132.5250"
KEPT: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("delay", "建設機械　専用の回線と公衆の回線", "往復の遅れ1ミリ秒と50ミリ秒", {}),
    ("delay", "建設機械　ゆっくり動かす", "強さを下げると、50ミリ秒でも安定", {"kp": "100", "kd": "20"}),
    ("coverage", "市役所の周り　4.7 GHz", "街路、見通しなし", {"places": PLACES}),
    (
        "coverage",
        "市役所の周り　見通しのある所",
        "同じ出力で見通しがあるとき",
        {"model": "umi_los", "sigma": "4", "places": PLACES},
    ),
    ("chain", "遠隔操作の遅れ　今の構成", "", {}),
    ("chain", "遠隔操作の遅れ　許せる時間を150ミリ秒に", "", {"budget": "150"}),
    ("route", "駅前から市役所　5局", "", {}),
    (
        "route",
        "駅前から市役所　ヒステリシスなし",
        "すぐ戻る切り替えが増える",
        {"hysteresis": "0", "trigger": "0"},
    ),
    ("loss", "固まって抜ける回線", "", {}),
)
HEAD = "実験,ねらい,相手,始まり,終わり,出典,結果,指標,単位,始めの値,目標,目標の年度,向き,測った日,値,根拠"
PUBLISHED = (
    f"周防大島町のローカル5G（公表された目標）,廃校に置いたローカル5Gで企業と仕事を呼ぶ,周防大島町ほか,,,{SOURCE},目標だけが公表されています。測った値は町の発表で確かめます。,誘致した企業,社,,5,2025,多いほどよい,,,",
    "周防大島町のローカル5G（公表された目標）,,,,,,,地元の雇用,人,,5,,多いほどよい,,,",
    "周防大島町のローカル5G（公表された目標）,,,,,,,町内への移住者,人,,2,,多いほどよい,,,",
    f"無人自動運転の移動サービス（国の目標）,限定した地域の無人自動運転を広げる,国,,,{SOURCE},,2025年度の地域,か所,,50,2025,多いほどよい,,,",
    "無人自動運転の移動サービス（国の目標）,,,,,,,2027年度の地域,か所,,100,2027,多いほどよい,,,",
)


def _own(today: date) -> list[str]:
    """Of やくば市, within the last months."""
    title, begin = "駅前の巡回バスの通信（見本）", today - timedelta(days=120)
    of_trial = f"{title},バスの通信が途切れずに届くかを測る,見本通信株式会社,{begin},,見本の計画書,ヒステリシスを3 dBにしてから、すぐ戻る切り替えが減った。雨の日はまだ測っていない。"
    lines = []
    for at, (gaps, loss) in enumerate(((4.1, 2.6), (2.2, 1.4), (0.9, 0.7))):
        day = begin + timedelta(days=30 * (at + 1))
        lines.append(
            f"{of_trial},1 kmあたりの途切れ,秒,4.1,1,,少ないほどよい,{day},{gaps},見本の測定記録{at + 1}"
        )
        lines.append(
            f"{of_trial},パケットの抜け,%,2.6,0.5,,少ないほどよい,{day},{loss},見本の測定記録{at + 1}"
        )
    return lines


def load() -> None:
    """Load it, unless something is there. やくば市 must be active."""
    if not simulators.is_empty():
        return
    clerk = town.user("kanri")
    for code, name, note, inputs in KEPT:
        simulators.keep(code, name, note, inputs, actor=clerk)
    table = "\n".join([HEAD, *PUBLISHED, *_own(timezone.localdate())])
    simulators.load_trials(table.encode(), actor=clerk)
