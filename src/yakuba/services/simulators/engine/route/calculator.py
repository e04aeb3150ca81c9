"""The calculator: several drives with seeds, and one of them in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from yakuba.kernel.refusals import Invalid
from yakuba.services.simulators.contracts import (
    Calculator,
    Choice,
    Figure,
    Formula,
    Inputs,
    Outcome,
    Picture,
    Quantity,
    Row,
    Sheet,
)
from yakuba.services.simulators.engine.coverage.budget import sensitivity
from yakuba.services.simulators.engine.coverage.models import MODELS
from yakuba.services.simulators.engine.drawing import drawn_points
from yakuba.services.simulators.engine.route.handover import (
    Drive,
    Rules,
    crossing,
    drive,
    quality,
    shadowing,
)
from yakuba.services.simulators.engine.route.layout import (
    STATIONS,
    UNHEARD,
    WAY,
    Layout,
    along,
    layout_of,
    levels,
)

DRAWN = 120
MOST_LISTED = 30
TRIGGERS = (0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560, 5120)  # TS 36.331


@dataclass(frozen=True)
class _Result:
    """Of one drive. in_gaps, outside: packets lost; sent: packets."""

    drive: Drive
    levels: Any
    gaps: list[float]
    sent: int
    in_gaps: int
    outside: int


def _calculate(given: Inputs) -> Outcome:
    model, layout = MODELS[given["model"]], layout_of(given)
    model.require(given["frequency"], given["station_height"], given["mobile_height"], "車のアンテナの高さ")
    rules, speed = _rules(given), given["speed"] / 3.6
    points = along(layout, speed, rules.step, given["repeats"])
    mean = levels(given, model, layout, points)
    if mean.max() <= UNHEARD:
        raise Invalid(
            "道のどこにも電波が届きません。基地局の場所と道を確かめてください。", place=STATIONS.label
        )
    results = [_one(given, rules, points, mean, given["seed"] + at) for at in range(given["repeats"])]
    km = speed * rules.step * (len(points) - 1) / 1000
    loss = _loss(results)
    return Outcome(
        holds=loss <= given["limit"],
        sentence=_sentence(results, km, loss, given["limit"]),
        figures=(*_figures(results, km, loss), *_closed_form(given, layout, speed)),
        pictures=(_picture(results[0], points, layout, speed * rules.step),),
        sheets=(_drives(results, km), _list(results[0], layout, speed * rules.step)),
        warnings=_warnings(given, results, mean),
    )


def _rules(given: Inputs) -> Rules:
    if given["q_in"] < given["q_out"]:
        raise Invalid("Q_inはQ_out以上にしてください。", place="Q_in")
    names = ("interruption", "t310", "reconnect", "step")
    seconds = {name: given[name] / 1000 for name in names}
    return Rules(
        hysteresis=given["hysteresis"], trigger=int(given["trigger"]) / 1000, q_out=given["q_out"], q_in=given["q_in"], **seconds
    )  # fmt: skip


def _one(given: Inputs, rules: Rules, points: Any, mean: Any, seed: int) -> _Result:
    generator = np.random.default_rng(seed)
    moves = np.hypot(*np.diff(points, axis=0).T)
    received = mean + shadowing(moves, mean.shape[1], given["sigma"], given["correlation"], generator)
    noise = sensitivity(given["bandwidth"], given["noise_figure"], 0)
    driven = drive(received, quality(received, noise, given["load"] / 100), rules)
    down = int(np.count_nonzero(driven.down))
    each = rules.step / (given["interval"] / 1000)  # packets a step
    sent, in_gaps = round(len(points) * each), round(down * each)
    outside = int(generator.binomial(max(0, sent - in_gaps), given["base_loss"] / 100))
    return _Result(driven, received, driven.gaps(rules.step), sent, in_gaps, outside)


def _loss(results: Sequence[_Result]) -> float:
    return sum(one.in_gaps + one.outside for one in results) / max(1, sum(one.sent for one in results)) * 100


def _sentence(results: Sequence[_Result], km: float, loss: float, limit: float) -> str:
    longest = max((max(one.gaps, default=0.0) for one in results), default=0.0)
    changes = _mean([len(one.drive.handovers) / km for one in results])[0]
    verdict = "以内です" if loss <= limit else "を超えます"
    return f"1 kmあたり{changes:.1f}回切り替わり、パケットの{loss:.2f}%が抜けます（目安の{limit:g}%{verdict}）。いちばん長い途切れは{longest:.2f}秒です。"


def _mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error."""
    mean = sum(values) / len(values)
    if len(values) < 2:
        return mean, 0.0
    return mean, sqrt(sum((one - mean) ** 2 for one in values) / (len(values) - 1) / len(values))


def _figures(results: Sequence[_Result], km: float, loss: float) -> list[Figure]:
    changes, error = _mean([len(one.drive.handovers) / km for one in results])
    handovers = sum(len(one.drive.handovers) for one in results)
    back = sum(one.drive.ping_pongs for one in results)
    failures = sum(len(one.drive.failures) for one in results)
    sent = max(1, sum(one.sent for one in results))
    return [
        Figure(
            "per_km",
            "切り替え（1 kmあたり）",
            changes,
            "回",
            2,
            "",
            f"{len(results)}回の平均、標準誤差{error:.2f}",
        ),
        Figure(
            "ping_pong",
            "すぐ戻る切り替えの割合",
            back / handovers * 100 if handovers else None,
            "%",
            1,
            "" if handovers else "切り替えなし",
            "1秒以内に元の局へ戻るもの",
        ),
        Figure("failures", "つながりが切れた回数（1 kmあたり）", failures / km / len(results), "回", 3),
        Figure(
            "longest",
            "いちばん長い途切れ",
            max((max(one.gaps, default=0.0) for one in results), default=0.0),
            "秒",
            2,
        ),
        Figure("in_gaps", "途切れの間に抜けた割合", sum(one.in_gaps for one in results) / sent * 100, "%", 3),
        Figure("outside", "ほかで抜けた割合", sum(one.outside for one in results) / sent * 100, "%", 3),
        Figure("loss", "抜けの合計", loss, "%", 3),
    ]


def _closed_form(given: Inputs, layout: Layout, speed: float) -> list[Figure]:
    """Where the first hand-over comes without shadowing, where there is a formula for it."""
    if given["model"] != "free" or given["places"].strip() or given["way"].strip() or len(layout.names) < 2:
        return []
    x = crossing(given["spacing"], given["aside"], 2.0, given["hysteresis"])
    if x is None:
        return []
    place = x + speed * int(given["trigger"]) / 1000
    if place > layout.length:
        return []  # the road ends before
    return [
        Figure(
            "closed_form",
            "影がないときの最初の切り替え（式）",
            place,
            "m",
            1,
            "",
            "ヒステリシスに届く所 ＋ 速さ×TTT",
        )
    ]


def _picture(result: _Result, points: Any, layout: Layout, move: float) -> Picture:
    best = result.levels.max(axis=1)
    served = np.flatnonzero(result.drive.serving >= 0)
    level = result.levels[served, result.drive.serving[served]]
    used = tuple((float(served[i] * move), float(level[i])) for i in drawn_points(level, DRAWN))
    strongest = tuple((float(i * move), float(best[i])) for i in drawn_points(best, DRAWN))
    return Picture(
        "走った距離と受信の強さ（1回目）",
        "走った距離",
        "m",
        "dBm",
        {"つながっている局": used, "いちばん強い局": strongest},
        {},
    )


def _drives(results: Sequence[_Result], km: float) -> Sheet:
    head = (
        "回",
        "切り替え（回/km）",
        "すぐ戻る（回）",
        "切れた（回）",
        "途切れの合計（秒）",
        "最長の途切れ（秒）",
        "途切れで抜けた（個）",
        "ほかで抜けた（個）",
        "送った（個）",
    )
    rows = tuple(
        (
            f"{at}回目",
            len(one.drive.handovers) / km,
            one.drive.ping_pongs,
            len(one.drive.failures),
            sum(one.gaps),
            max(one.gaps, default=0.0),
            one.in_gaps,
            one.outside,
            one.sent,
        )
        for at, one in enumerate(results, start=1)
    )
    return Sheet("走った回ごと", head, rows, (0, 2, 0, 0, 2, 2, 0, 0, 0))


def _list(result: _Result, layout: Layout, move: float) -> Sheet:
    told: list[tuple[int, str, str, str]] = [
        (at, "切り替え", layout.names[before], layout.names[after])
        for at, before, after in result.drive.handovers
    ]
    told += [(at, "切れた", "", "") for at in result.drive.failures]
    rows: tuple[Row, ...] = tuple(
        (at * move, what, before, after) for at, what, before, after in sorted(told)[:MOST_LISTED]
    )
    more = f"（はじめの{MOST_LISTED}件）" if len(told) > MOST_LISTED else ""
    return Sheet(f"1回目に起きたこと{more}", ("場所（m）", "こと", "前の局", "次の局"), rows, (1, 0, 0, 0))


def _warnings(given: Inputs, results: Sequence[_Result], mean: Any) -> tuple[str, ...]:
    told = []
    if len(results) < 3:
        told.append("くり返しが少ないので、影の出方しだいで答えが大きく変わります。")
    if given["sigma"] and given["correlation"] < given["speed"] / 3.6 * given["step"] / 1000:
        told.append("影のつながる距離が、測る間に走る距離より短いので、すぐ戻る切り替えを多く見積もります。")
    if (mean.max(axis=1) <= UNHEARD).any():
        told.append("道の一部は、どの局からも式の範囲より離れています。そこでは電波がないものとしています。")
    return tuple(told)


ROUTE = Calculator(
    code="route",
    label="走行経路の通信",
    question="走る車の通信が、基地局の切り替えでどのくらい途切れるか。",
    version=1,
    inputs=(
        Quantity("stations", "基地局の数", "局", 5, 1, 20, 1, (1, 20), whole=True, group="経路と基地局"),
        Quantity("spacing", "基地局の間隔", "m", 250, 1, 20_000, 10, (50, 1_000), group="経路と基地局"),
        Quantity("aside", "道から基地局までの離れ", "m", 20, 0, 5_000, 5, (0, 200), group="経路と基地局"),
        STATIONS,
        WAY,
        Quantity("speed", "速さ", "km/h", 30, 0.1, 400, 5, (5, 120), group="経路と基地局"),
        Choice("model", "伝搬の式", {code: one.label for code, one in MODELS.items() if one.scenario or code == "free"}, "umi_los", group="電波"),
        Quantity("frequency", "周波数", "MHz", 4_700, 30, 100_000, 100, (700, 30_000), help="4.7 GHzは4700、28 GHzは28000と書きます。", group="電波"),
        Quantity("station_height", "基地局アンテナの高さ", "m", 10, 1, 150, 1, (5, 50), group="電波"),
        Quantity("mobile_height", "車のアンテナの高さ", "m", 1.5, 0.5, 13, 0.5, (1, 4), group="電波"),
        Quantity("eirp", "送信の強さと利得の合計（EIRP）", "dBm", 41, -30, 100, 1, (0, 70), help="送信の強さにアンテナの利得を足し、ケーブルで弱まる分を引いた数です。", group="電波"),
        Quantity("bandwidth", "帯域幅", "MHz", 100, 0.001, 2_000, 1, (1, 400), group="電波"),
        Quantity("noise_figure", "受信機の雑音指数", "dB", 9, 0, 30, 0.5, (0, 15), help="受信機が自分で出す雑音の大きさです。機器の仕様書にあります。", group="電波"),
        Quantity("load", "ほかの局が電波を出している割合", "%", 30, 0, 100, 5, (0, 100), help="大きいほど、電波どうしがじゃまをします。", group="電波"),
        Quantity("sigma", "影のばらつき σ", "dB", 4, 0, 20, 0.5, (0, 12), help="同じ距離でも、建物や木のかげで強さがばらつく大きさです。", group="電波"),
        Quantity("correlation", "影のつながる距離", "m", 10, 0.1, 1_000, 1, (1, 100), help="影の相関が1/eになる距離です。街路で10〜13 mと言われます（3GPP TR 38.901、確かめてから使ってください）。", group="電波"),
        Quantity("hysteresis", "ヒステリシス", "dB", 3, 0, 15, 0.5, help="次の局がこれだけ強くなったら、切り替えを考えます。", group="切り替え"),
        Choice("trigger", "続く時間（TTT）", {str(one): f"{one}ミリ秒" for one in TRIGGERS}, "256", help="次の局の強い状態がこれだけ続いたら、切り替えます。短いと、行ったり来たりが増えます。", group="切り替え"),
        Quantity("interruption", "切り替えの間の途切れ", "ミリ秒", 40, 0, 5_000, 10, (0, 500), help="切り替えるとき、何も届かない時間です。", group="切り替え"),
        Quantity("q_out", "Q_out", "dB", -8, -30, 20, 0.5, (-15, 5), help="SINR（ほかの局の電波と雑音に比べた強さ）がこれを下回ると、届かなくなります。", group="切れたとき"),
        Quantity("q_in", "Q_in", "dB", -6, -30, 20, 0.5, (-15, 5), help="SINRがここまで戻ると、また届きます。", group="切れたとき"),
        Quantity("t310", "切れたと決めるまで（T310）", "ミリ秒", 1_000, 0, 10_000, 50, (0, 2_000), help="届かない状態がこれだけ続くと、切れたとみなします。", group="切れたとき"),
        Quantity("reconnect", "つなぎ直し", "ミリ秒", 500, 0, 60_000, 50, (0, 3_000), help="切れてから、またつながるまでの時間です。", group="切れたとき"),
        Quantity("interval", "パケットの間隔", "ミリ秒", 20, 0.1, 10_000, 5, (5, 200), group="数え方"),
        Quantity("base_loss", "途切れ以外で抜ける割合", "%", 0.1, 0, 100, 0.1, (0, 5), group="数え方"),
        Quantity("limit", "抜けの目安", "%", 1, 0, 100, 0.1, (0, 10), group="数え方"),
        Quantity("step", "測る間隔", "ミリ秒", 40, 1, 1_000, 10, (10, 200), group="数え方"),
        Quantity("repeats", "くり返し", "回", 4, 1, 20, 1, (1, 20), whole=True, group="数え方"),
        Quantity("seed", "乱数の種", "", 1, 0, 1_000_000_000, whole=True, help="同じ種なら、いつでも同じ答えになります。", group="数え方"),
    ),
    calculate=_calculate,
    formulas=(
        Formula("切り替え（A3）", "次の局の強さ > 今の局の強さ + ヒステリシス が、TTTの間ずっと続いたら切り替える", "3GPP TS 36.331 5.5.4.4（オフセットは0）"),
        Formula("影", "S(x + Δx) = ρS(x) + √(1 − ρ²)·σN、ρ = e^(−Δx/つながる距離)", "Gudmundson, Electronics Letters 27 (1991)"),
        Formula("SINR", "強さ − 10 log(雑音 + 負荷·Σほかの局)", "ほかの局の電波を雑音とみなす"),
        Formula("切れたとき", "SINRがQ_outを下回りT310の間Q_inに戻らなければ、つなぎ直す", "3GPP TR 36.839の考え方（−8 dB、−6 dB、1秒は記憶による値。確かめてから使ってください）"),
        Formula("影がない2局", "(D − x)² + a² = k(x² + a²)、k = 10^(−H/(5n))。切り替えは x + 速さ×TTT", "自由空間（n = 2）のときの答え合わせ"),
    ),
    ranges=(
        "伝搬の式の範囲の中（「基地局のカバー範囲」と同じ式）。範囲より近い所は近い端の値、遠い局は聞こえないものとします。",
        "一定の速さで走り、止まらないとき。",
        "測る間隔より細かい出来事は見えません。TTTなどの時間は、測る間隔の倍数に切り上げます。",
    ),
    unknowns=(
        "交差点やビルかげでの急な変化、大型車の陰。",
        "数センチメートルごとの強弱（速いフェージング）。",
        "基地局の混み具合の変化、切り替え先が満員のとき。",
        "実際の基地局の設定。通信事業者に尋ねるか、走って測った値を使ってください。",
    ),
)  # fmt: skip
