"""The calculator: two delays side by side, with their verdicts."""

from __future__ import annotations

from math import floor, inf, log10

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
    Sheet,
)
from yakuba.services.simulators.engine.delay.limit import largest_delay
from yakuba.services.simulators.engine.delay.response import (
    Figures,
    Loop,
    Response,
    figures,
    longest,
    step_response,
)
from yakuba.services.simulators.engine.drawing import drawn_points

DRAWN = 120  # points of a curve
CUT = 3.0  # where the picture of an unstable loop ends
PLANTS = {
    "double": "位置を力で動かす（二重積分：アーム、台車）",
    "single": "位置を速さで動かす（積分）",
    "first": "一次遅れ（モーターの回転など）",
}


def _calculate(given: Inputs) -> Outcome:
    plant, kp, kd, t = given["plant"], given["kp"], given["kd"], given["time_constant"]
    limit = largest_delay(plant, kp, kd, t)
    loops = [_loop(given, given[name] / 1000) for name in ("near", "far")]
    for loop in loops:
        if given["duration"] > longest(loop):
            step = 10.0 ** (floor(log10(longest(loop))) - 2)
            most = floor(longest(loop) / step + 1e-9) * step  # never rounded above what is taken
            raise Invalid(
                f"遅れ{loop.tau * 1000:g}ミリ秒のこの強さでは動きが細かいので、{most:g}秒までにしてください。",
                place="見る時間",
            )
    answers = [step_response(loop, given["duration"]) for loop in loops]
    found = [figures(one, loop.final) for loop, one in zip(loops, answers, strict=True)]
    stable = [loop.stable for loop in loops]
    names = _names(loops)
    return Outcome(
        holds=all(stable),
        sentence=_sentence(names, stable, limit),
        figures=(_limit_figure(limit), *_figures(names, loops, found, stable), _error(answers)),
        pictures=(
            Picture(
                "1だけ動かす指令への応答", "時間", "秒", "", _curves(names, answers), {"目標": loops[0].final}
            ),
            *_limit_picture(given),
        ),
        sheets=(_sheet(names, loops, found, stable, limit),),
        warnings=_warnings(given, stable, found),
    )


def _loop(given: Inputs, tau: float) -> Loop:
    on_error = given["derivative"] == "error" and given["plant"] == "double"
    return Loop(given["plant"], given["kp"], given["kd"], tau, given["time_constant"], on_error)


def _names(loops: list[Loop]) -> list[str]:
    words = [f"遅れ{loop.tau * 1000:g}ミリ秒" for loop in loops]
    return words if words[0] != words[1] else [words[0], f"{words[1]}（同じ）"]


def _sentence(names: list[str], stable: list[bool], limit: float) -> str:
    verdicts = "、".join(
        f"{name}は{'安定' if one else '不安定'}" for name, one in zip(names, stable, strict=True)
    )
    if limit == inf:
        return f"{verdicts}です。この強さでは、遅れがいくら長くても振れは広がりません。"
    if limit == 0:
        return f"{verdicts}です。この強さでは、どんなに短い遅れがあっても振れが広がります。"
    return f"{verdicts}です。遅れが{limit * 1000:.1f}ミリ秒を超えると、振れが広がって止まりません。"


def _limit_figure(limit: float) -> Figure:
    words = "限りなし" if limit == inf else ""
    return Figure(
        "limit_ms", "安定でいられる遅れの限り τ*", None if words else limit * 1000, "ミリ秒", 4, words
    )


def _figures(names: list[str], loops: list[Loop], found: list[Figures], stable: list[bool]) -> list[Figure]:
    told = []
    for code, name, one, holds in zip(("near", "far"), names, found, stable, strict=True):
        settling = one.settling if holds else None
        words = "" if settling is not None else "見た時間では収まらない" if holds else "収まらない"
        told += [
            Figure(
                f"{code}_overshoot",
                f"行き過ぎ（{name}）",
                one.overshoot if holds else None,
                "%",
                1,
                "" if holds else "不安定",
            ),
            Figure(f"{code}_settling", f"±2%に収まる時間（{name}）", settling, "秒", 3, words),
        ]
    return told


def _error(answers: list[Response]) -> Figure:
    return Figure(
        "error",
        "計算の誤差の見込み",
        max(one.error for one in answers),
        "",
        6,
        "",
        "二通りの細かさで解いた差の最大",
    )


def _curves(names: list[str], answers: list[Response]) -> dict[str, tuple[tuple[float, float], ...]]:
    return {name: _thinned(one) for name, one in zip(names, answers, strict=True)}


def _thinned(response: Response) -> tuple[tuple[float, float], ...]:
    """Until it has left the picture."""
    import numpy as np

    times, values = response.times, response.values
    outside = np.flatnonzero(np.abs(values - 1) > CUT)
    end = max(2, int(outside[0]) if len(outside) else len(times))
    return tuple((float(times[at]), float(values[at])) for at in drawn_points(values[:end], DRAWN))


def _limit_picture(given: Inputs) -> list[Picture]:
    """τ* over the damping, where there is a limit."""
    plant, kp, t = given["plant"], given["kp"], given["time_constant"]
    top = {"double": 4 * kp**0.5, "single": 0.999, "first": 0.999 * t}[plant]
    points = [(top * at / 60, largest_delay(plant, kp, top * at / 60, t) * 1000) for at in range(61)]
    if any(limit == inf for _, limit in points):
        return []
    levels = {f"比べる遅れ {given[name]:g}": float(given[name]) for name in ("near", "far")}
    return [Picture("微分の強さKdと遅れの限り", "Kd", "", "ミリ秒", {"遅れの限り τ*": tuple(points)}, levels)]


def _sheet(
    names: list[str], loops: list[Loop], found: list[Figures], stable: list[bool], limit: float
) -> Sheet:
    rows = []
    for name, loop, one, holds in zip(names, loops, found, stable, strict=True):
        share = loop.tau / limit * 100 if 0 < limit < inf else None
        cells = (one.overshoot, one.settling, one.rise) if holds else (None, None, None)
        rows.append((name, "安定" if holds else "不安定", share, *cells))
    head = (
        "遅れ",
        "判定",
        "限りに対する割合（%）",
        "行き過ぎ（%）",
        "±2%に収まる時間（秒）",
        "立ち上がり10→90%（秒）",
    )
    return Sheet("二つの遅れを並べる", head, tuple(rows), (0, 0, 1, 1, 3, 3))


def _warnings(given: Inputs, stable: list[bool], found: list[Figures]) -> tuple[str, ...]:
    told = []
    if given["plant"] != "double" and given["kd"] > 0:
        told.append(
            "微分の強さKdは、この相手では位置の変わる速さをそのまま返します（中立型）。測る装置の細かな揺れに弱くなります。"
        )
    if given["plant"] == "double" and not given["kd"]:
        told.append("微分の強さKdが0では、遅れがなくても振れは収まりません。")
    if any(holds and one.settling is None for holds, one in zip(stable, found, strict=True)):
        told.append("見る時間のうちに収まっていません。「見る時間」を長くしてください。")
    return tuple(told)


DELAY = Calculator(
    code="delay",
    label="遅れのある制御",
    question="通信の遅れが1ミリ秒の場合と50ミリ秒の場合で、離れた所から機械を安定に動かせるか。",
    version=2,
    inputs=(
        Choice("plant", "動かす相手", PLANTS, "double", group="動かす相手と強さ"),
        Quantity(
            "kp",
            "比例の強さ Kp",
            "",
            225,
            0.01,
            10_000,
            1,
            (1, 900),
            help="ずれに応じて押し戻す強さ。二重積分では ω0²（1/秒²）です。",
            group="動かす相手と強さ",
        ),
        Quantity(
            "kd",
            "微分の強さ Kd",
            "",
            30,
            0,
            1_000,
            0.5,
            (0, 100),
            help="速さを抑える強さ。二重積分では 2ζω0（1/秒）です。",
            group="動かす相手と強さ",
        ),
        Quantity(
            "time_constant",
            "時定数 T",
            "秒",
            1,
            0.001,
            1_000,
            0.05,
            (0.05, 5),
            help="一次遅れだけで使います。",
            group="動かす相手と強さ",
        ),
        Choice(
            "derivative",
            "微分のかけ方",
            {"output": "出力の速さだけ", "error": "目標とのずれの速さ（二重積分だけ）"},
            "output",
            group="動かす相手と強さ",
        ),
        Quantity(
            "near",
            "比べる遅れ（短いほう）",
            "ミリ秒",
            1,
            0,
            10_000,
            1,
            (0, 100),
            help="指令と測定の往復の合計です。",
            group="遅れ",
        ),
        Quantity("far", "比べる遅れ（長いほう）", "ミリ秒", 50, 0, 10_000, 1, (0, 200), group="遅れ"),
        Quantity("duration", "見る時間", "秒", 3, 0.01, 600, 0.5, (0.5, 20), group="遅れ"),
    ),
    calculate=_calculate,
    formulas=(
        Formula(
            "制御",
            "u(t) = Kp·(r − x) − Kd·x′ が τ だけ遅れて届く",
            "遅れのあるPD制御（フィードバック制御の教科書の定義）",
        ),
        Formula(
            "二重積分の限り",
            "ω² = (Kd² + √(Kd⁴ + 4Kp²)) / 2、τ* = atan(Kd·ω/Kp) / ω",
            "特性方程式 s² + (Kp + Kd·s)e^(−sτ) = 0 の根が虚軸に乗る条件",
        ),
        Formula(
            "積分の限り",
            "τ* = √(1 − Kd²)·(π/2 + asin Kd) / Kp （Kd < 1）",
            "特性方程式 s + (Kp + Kd·s)e^(−sτ) = 0。Kd ≥ 1 では、どんな遅れでも不安定",
        ),
        Formula(
            "一次遅れの限り",
            "ω² = (Kp² − 1)/(T² − Kd²)、τ* = (π − atan ωT + atan(Kd·ω/Kp)) / ω （Kp > 1、Kd < T）",
            "特性方程式 T·s + 1 + (Kp + Kd·s)e^(−sτ) = 0。Kp ≤ 1 では限りなし",
        ),
        Formula(
            "応答",
            "遅れの長さごとに区切って積分する（段階法、チェビシェフ点16次）",
            "遅れのある微分方程式の段階法。遅れ0は行列の指数関数",
        ),
    ),
    ranges=(
        "遅れがいつも同じ長さで、途切れがないとき。",
        "相手が線形で、力や速さに上限がないとき。",
        "行き過ぎは最後の値に対する割合、収まる時間は指令を出した時から最後に±2%の外へ出た時まで（指令が届くまでの遅れを含む）、立ち上がりは10%から90%まで。",
    ),
    unknowns=(
        "遅れの揺らぎとパケットの抜け（「走行経路の通信」「パケットの抜け」で別に見ます）。",
        "摩擦、がた、力の上限、腕のしなり。",
        "決まった間隔で測ることの影響。間隔Tごとに測って値を保つと、遅れがおよそT/2増えます。",
        "測定の雑音。微分の強さKdを上げるほど効いてきます。",
    ),
)
