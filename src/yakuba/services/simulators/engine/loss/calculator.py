"""The calculator: closed form, simulation with a seed, and what was measured, beside one another."""

from __future__ import annotations

from math import sqrt

from yakuba.kernel.refusals import Invalid
from yakuba.services.simulators.contracts import (
    Calculator,
    Figure,
    Formula,
    Inputs,
    Outcome,
    Picture,
    Quantity,
    Row,
    Sheet,
)
from yakuba.services.simulators.engine.loss.gilbert import (
    Channel,
    Count,
    burst_share,
    count,
    fit,
    mean_burst,
    simulate,
)

DRAWN = 50


def _calculate(given: Inputs) -> Outcome:
    channel = Channel(given["p"], given["r"], given["g"], given["b"])
    n, packets = given["window"], given["packets"]
    measured = _measured(given)
    lost = simulate(channel, packets, given["seed"])
    drawn = count(lost)
    spread, alone = channel.deviation(n), channel.independent(n)
    burst = mean_burst(channel)
    figures = (
        Figure("loss", "抜ける割合", channel.loss * 100, "%", 4),
        Figure("bad", "悪い状態にいる割合", channel.bad * 100, "%", 4),
        Figure("stay", "悪い状態が続く長さ（平均）", channel.stay, "個", 2),
        Figure("burst", "続けて抜ける長さ（平均）", burst, "個", 3, "" if burst else "抜けない"),
        Figure("deviation", f"{n:,}個のうち抜ける数の標準偏差", spread, "個", 3),
        Figure("independent", "同じ割合で、ばらばらに抜けるとき", alone, "個", 3),
    )
    limit = given["limit"]
    return Outcome(
        holds=channel.loss * 100 <= limit,
        sentence=_sentence(channel, n, spread, alone, limit),
        figures=figures,
        pictures=(
            Picture("数える個数と、抜ける数の標準偏差", "数える個数", "個", "個", _spreads(channel, n), {}),
            Picture("状態の相関 λ^k", "離れた個数 k", "個", "", {"相関": _memory(channel)}, {}),
        ),
        sheets=(_compared(channel, drawn, measured, lost, n), *_fit_sheet(measured)),
        warnings=_warnings(channel, given, measured),
    )


def _measured(given: Inputs) -> Count | None:
    found = Count(given["measured_packets"], given["measured_lost"], given["measured_bursts"])
    if not found.packets:
        return None
    if not found.bursts <= found.lost <= found.packets or (found.lost and not found.bursts):
        raise Invalid(
            "測った個数、抜けた数、続いた回数は、この順に小さくなるはずです。", place="測った記録の抜けた数"
        )
    if found.bursts > found.packets - found.lost + 1:
        raise Invalid(
            f"固まりの間には届いたパケットがあるはずなので、{found.packets:,}個のうち{found.lost:,}個が抜けたなら、"
            f"固まりは{found.packets - found.lost + 1:,}回までです。",
            place="測った記録の固まりの回数",
        )
    return found


def _sentence(channel: Channel, n: int, spread: float, alone: float, limit: float) -> str:
    told = f"抜けは平均{channel.loss * 100:.2f}%で、目安の{limit:g}%{'以内です' if channel.loss * 100 <= limit else 'を超えます'}。"
    if alone and spread / alone > 1.05:
        return f"{told}抜けは固まって起き、{n:,}個ごとの数のばらつきは、ばらばらに抜けるときの{spread / alone:.1f}倍です。"
    return f"{told}抜けはほぼばらばらに起きます。"


def _spreads(channel: Channel, n: int) -> dict[str, tuple[tuple[float, float], ...]]:
    places = sorted({max(1, round(n * at / DRAWN)) for at in range(1, DRAWN + 1)})
    return {
        "この状態（式）": tuple((float(at), channel.deviation(at)) for at in places),
        "ばらばらに抜けるとき": tuple((float(at), channel.independent(at)) for at in places),
    }


def _memory(channel: Channel) -> tuple[tuple[float, float], ...]:
    """λ^k as long as it is above 1 %, at least 10 packets and at most 200."""
    end = next((k for k in range(10, 200) if abs(channel.memory) ** k < 0.01), 200)
    step = max(1, end // 50)
    return tuple((float(k), channel.memory**k) for k in range(0, end + 1, step))


def _compared(channel: Channel, drawn: Count, measured: Count | None, lost: object, n: int) -> Sheet:
    """Formula, simulation with the standard error of the formula at that length, and measurement."""
    error = channel.deviation(drawn.packets) / drawn.packets * 100
    windows = drawn.packets // n
    rows: list[Row] = [
        ("抜ける割合（%）", channel.loss * 100, drawn.lost / drawn.packets * 100, error, _share(measured, "lost")),
        ("固まりの始まる割合（%）", burst_share(channel) * 100, drawn.bursts / drawn.packets * 100, None, _share(measured, "bursts")),
        ("続けて抜ける長さ（個）", mean_burst(channel), _ratio(drawn.lost, drawn.bursts), None, _ratio(measured.lost, measured.bursts) if measured else None),
        (f"{n:,}個の標準偏差（個）", channel.deviation(n), _window_deviation(lost, n) if windows > 1 else None, _window_error(channel, n, windows), None),
    ]  # fmt: skip
    return Sheet(
        "式と試算と測った値", ("", "式", "試算", "試算の標準誤差", "測った値"), tuple(rows), (0, 4, 4, 4, 4)
    )


def _share(measured: Count | None, name: str) -> float | None:
    return getattr(measured, name) / measured.packets * 100 if measured else None


def _ratio(above: int, below: int) -> float | None:
    return above / below if below else None


def _window_deviation(lost: object, n: int) -> float:
    import numpy as np

    array = np.asarray(lost)
    sums = array[: len(array) // n * n].reshape(-1, n).sum(axis=1)
    return float(np.std(sums, ddof=1))


def _window_error(channel: Channel, n: int, windows: int) -> float | None:
    """Of a standard deviation out of that many windows, as if they were normal and independent: σ/√(2(m − 1))."""
    return channel.deviation(n) / sqrt(2 * (windows - 1)) if windows > 1 else None


def _fit_sheet(measured: Count | None) -> list[Sheet]:
    if measured is None or not 0 < measured.lost < measured.packets:
        return []
    channel = fit(measured)
    good = measured.packets - measured.lost
    rows: tuple[Row, ...] = (
        ("p（良い→悪い）", channel.p, sqrt(channel.p * (1 - channel.p) / good)),
        ("r（悪い→良い）", channel.r, sqrt(channel.r * (1 - channel.r) / measured.lost)),
    )
    return [Sheet("測った記録に当てはめた値（g = 0、b = 1）", ("", "値", "標準誤差"), rows, (0, 6, 6))]


def _warnings(channel: Channel, given: Inputs, measured: Count | None) -> tuple[str, ...]:
    told = []
    if channel.memory < 0:
        told.append(
            "p + r が1を超えています。良い状態と悪い状態が1個ごとに入れ替わりやすい、珍しい条件です。"
        )
    if given["packets"] < 20 / min(channel.p, channel.r):
        told.append("試算の個数が少なく、悪い状態が数えるほどしか来ません。試算は式から離れて見えます。")
    if measured and measured.bursts < 30:
        told.append(
            f"測った記録の抜けの固まりが{measured.bursts}回だけです。当てはめた値はまだ大きく動きます。"
        )
    return tuple(told)


_MEASURED = "測った記録"
LOSS = Calculator(
    code="loss",
    label="パケットの抜け",
    question="抜けがどのくらい固まって起きるか。測った記録はどんな状態か。",
    version=1,
    inputs=(
        Quantity("p", "良い→悪い p", "", 0.01, 1e-6, 1, 0.001, (0.001, 0.2), help="1個進むごとに、悪い状態へ移る確率です。", group="状態"),
        Quantity("r", "悪い→良い r", "", 0.2, 1e-6, 1, 0.01, (0.01, 1), help="続けて抜ける長さが平均5個なら0.2です。", group="状態"),
        Quantity("g", "良い状態で抜ける割合 g", "", 0.001, 0, 1, 0.001, (0, 0.1), help="0.001なら、1,000個に1個が抜けます。", group="状態"),
        Quantity("b", "悪い状態で抜ける割合 b", "", 0.5, 0, 1, 0.01, (0, 1), help="0.5なら、半分が抜けます。", group="状態"),
        Quantity("limit", "抜けの目安", "%", 1, 0, 100, 0.1, (0, 10), group="調べ方"),
        Quantity("window", "まとめて数える個数", "個", 1_000, 1, 100_000, 100, (100, 10_000), whole=True, help="これだけの個数ごとに抜けた数を数え、そのばらつきを見ます。", group="調べ方"),
        Quantity("packets", "試算の個数", "個", 100_000, 100, 200_000, 1_000, (1_000, 200_000), whole=True, group="調べ方"),
        Quantity("seed", "乱数の種", "", 1, 0, 1_000_000_000, whole=True, help="同じ種なら、いつでも同じ試算になります。", group="調べ方"),
        Quantity("measured_packets", "測った記録の個数", "個", 0, 0, 10**12, whole=True, help="0なら比べません。下の「測った記録を当てはめる」でも入ります。", group=_MEASURED),
        Quantity("measured_lost", "測った記録の抜けた数", "個", 0, 0, 10**12, whole=True, group=_MEASURED),
        Quantity("measured_bursts", "測った記録の固まりの回数", "回", 0, 0, 10**12, whole=True, help="続けて抜けた所を1回と数えます。", group=_MEASURED),
    ),
    calculate=_calculate,
    formulas=(
        Formula("悪い状態の割合", "π = p/(p + r)", "Gilbert (1960), Elliott (1963), Bell System Technical Journal"),
        Formula("抜ける割合", "L = (1 − π)g + πb", "同上"),
        Formula("悪い状態が続く長さ", "1/r 個", "幾何分布の平均"),
        Formula("状態の相関", "λ^k、λ = 1 − p − r", "二つの状態のマルコフ連鎖"),
        Formula("n個のうち抜ける数の分散", "n·L(1 − L) + 2(b − g)²π(1 − π)Σ(n − k)λ^k （k = 1…n − 1）", "状態の相関から"),
        Formula("当てはめ（g = 0、b = 1）", "r = 1/続けて抜ける長さの平均、p = r·L/(1 − L)", "Gilbertの単純な状態での最尤に近い値"),
    ),
    ranges=(
        "パケットが等しい間隔で送られ、状態がパケットごとに移るとき。",
        "p、r、g、bが時間によって変わらないとき（昼と夜、場所で変わるなら分けて測る）。",
        "当てはめは g = 0、b = 1 だけです。ばらばらの抜けが混じる記録では、固まりの長さを短く見積もります。",
    ),
    unknowns=(
        "抜けの理由（電波、混雑、機器）。",
        "再送や誤り訂正で取り戻せる分。",
        "記録していない時間のこと。1日だけの記録は、雨の日や催しの日を知りません。",
    ),
)  # fmt: skip
