"""遅延の内訳: the latency of a chain of steps against a budget, under three stated assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from yakuba.kernel.refusals import Problem
from yakuba.services.simulators.contracts import (
    Bars,
    Calculator,
    Figure,
    Formula,
    Inputs,
    Lines,
    Outcome,
    Quantity,
    Row,
    Sheet,
)
from yakuba.services.simulators.engine.reading import cell, name, read_lines, refuse

DRAWS, SEED = 20_000, 1
MOST = 1_000_000.0  # ms
MOST_RATIO = 100  # of standard deviation to mean
LINES = Lines(
    "steps",
    "区間の表",
    ("区間", "いつもかかる分（ミリ秒）", "揺れる分の平均", "揺れる分の標準偏差"),
    "カメラと圧縮, 20, 8, 3\n無線（上り）, 4, 6, 5\n基地局からサーバー, 2, 1, 0.5\n判断のプログラム, 10, 12, 6\n無線（下り）, 4, 4, 4\n機械が動き出す, 15, 0, 0",
    30,
    help="1行に1区間。ミリ秒で、コンマで区切ります。「揺れる分」はそのたびに変わる時間、「標準偏差」はその変わり方の大きさです（いつも同じなら0）。Excelから貼り付けたタブ区切りも読めます。",
    group="区間",
)


@dataclass(frozen=True)
class Step:
    """fixed: what it always takes; mean and sd of what comes on top and varies. ms."""

    name: str
    fixed: float
    mean: float
    sd: float

    @property
    def total(self) -> float:
        """On average."""
        return self.fixed + self.mean


def steps_of(text: str) -> list[Step]:
    """Raises Invalid with the lines at fault."""
    problems: list[Problem] = []
    found, taken = [], set[str]()
    for line, cells in enumerate(read_lines(LINES, text), start=1):
        if not cells:
            continue
        label = name(line, "区間", cells[0], taken, problems)
        columns = zip(("いつもかかる分", "揺れる分の平均", "揺れる分の標準偏差"), cells[1:], strict=True)
        fixed, mean, sd = (cell(line, column, text or "0", 0, MOST, problems) for column, text in columns)
        if sd > MOST_RATIO * mean:
            told = f"標準偏差があるときは、その{MOST_RATIO}分の1以上の数を書いてください。"
            problems.append(Problem(line, "揺れる分の平均", told))
        found.append(Step(label, fixed, mean, sd))
    if not sum(step.total for step in found) and not problems:
        problems.append(Problem(0, "", "合計が0です。かかる時間を書いてください。"))
    refuse(problems, LINES.label)
    return found


def mean(steps: list[Step]) -> float:
    """Σ (fixed + mean): holds whatever the steps have to do with one another."""
    return sum(step.total for step in steps)


def deviation(steps: list[Step]) -> float:
    """√Σ sd²: where the steps vary independently."""
    return sqrt(sum(step.sd**2 for step in steps))


def independent(steps: list[Step], percent: float) -> float:
    """The percentile where the steps are independent and their sum is near a normal distribution: mean + z √Σ sd²."""
    return mean(steps) + NormalDist().inv_cdf(percent / 100) * deviation(steps)


def together(steps: list[Step], percent: float) -> float:
    """The percentile where all steps are slow at the same time: mean + z Σ sd, the sum of the steps' own percentiles."""
    return mean(steps) + NormalDist().inv_cdf(percent / 100) * sum(step.sd for step in steps)


def together_drawn(steps: list[Step], percent: float) -> float:
    """The same where what varies is gamma distributed, which has the longer tail: the sum of the steps' own percentiles."""
    from scipy.special import gammaincinv

    total = sum(step.fixed if step.sd else step.total for step in steps)
    for step in steps:
        if step.sd:
            shape = (step.mean / step.sd) ** 2
            total += float(gammaincinv(shape, percent / 100)) * step.mean / shape
    return total


def at_most(steps: list[Step], percent: float) -> float:
    """What the percentile cannot exceed, whatever the distribution and however the steps hang together: Cantelli's inequality,
    mean + s √(p/(1 − p)) with s = Σ sd."""
    share = percent / 100
    return mean(steps) + sum(step.sd for step in steps) * sqrt(share / (1 - share))


def drawn(steps: list[Step], percent: float, seed: int = SEED, draws: int = DRAWS) -> tuple[float, float]:
    """The percentile of drawn sums of independent gamma distributed parts (never negative, the given mean and sd), and its standard
    error √(p(1 − p)/N)/density, the density from the draws within half a percent on either side."""
    import numpy as np

    generator = np.random.default_rng(seed)
    sums = np.full(draws, sum(step.fixed if step.sd else step.total for step in steps), dtype=float)
    for step in steps:
        if step.sd:
            shape = (step.mean / step.sd) ** 2
            sums += generator.gamma(shape, step.mean / shape, draws)
    share = percent / 100
    value, low, high = np.quantile(sums, [share, max(0.0, share - 0.005), min(1.0, share + 0.005)])
    width = min(1.0, share + 0.005) - max(0.0, share - 0.005)
    return float(value), float(sqrt(share * (1 - share) / draws) * (high - low) / width)


def _calculate(given: Inputs) -> Outcome:
    steps, percent, budget = steps_of(given["steps"]), given["percent"], given["budget"]
    found = {
        "independent": independent(steps, percent),
        "together": together(steps, percent),
        "together_drawn": together_drawn(steps, percent),
        "at_most": at_most(steps, percent),
    }
    by_draws, error = drawn(steps, percent)
    likely = max(found["independent"], by_draws)
    worst = max(likely, found["together"], found["together_drawn"])
    told = f"{percent:g}%の回がこれ以内"
    figures = (
        Figure("mean", "平均の合計", mean(steps), "ミリ秒", 2),
        Figure("deviation", "標準偏差（独立のとき）", deviation(steps), "ミリ秒", 2),
        Figure("independent", f"{told}（独立、正規分布）", found["independent"], "ミリ秒", 2),
        Figure(
            "drawn",
            f"{told}（独立、ガンマ分布の試算）",
            by_draws,
            "ミリ秒",
            2,
            "",
            f"2万回、種{SEED}、標準誤差{error:.2g}",
        ),
        Figure("together", f"{told}（すべて同時に遅い、正規分布）", found["together"], "ミリ秒", 2),
        Figure(
            "together_drawn", f"{told}（すべて同時に遅い、ガンマ分布）", found["together_drawn"], "ミリ秒", 2
        ),
        Figure("at_most", "分布を知らなくても超えない値", found["at_most"], "ミリ秒", 2),
        Figure("left", "許せる時間の残り（独立、長いほう）", budget - likely, "ミリ秒", 2),
    )
    order = sorted(steps, key=lambda step: -step.total)
    rows = tuple((step.name, {"いつもかかる分": step.fixed, "揺れる分の平均": step.mean}) for step in order)
    return Outcome(
        holds=likely <= budget,
        sentence=_sentence(steps, likely, worst, budget, percent),
        figures=figures,
        pictures=(Bars("区間ごとの時間（長い順）", "ミリ秒", rows),),
        sheets=(_table(steps), _verdicts(found, by_draws, budget)),
        warnings=_warnings(by_draws, error, found["independent"]),
    )


def _sentence(steps: list[Step], value: float, worst: float, budget: float, percent: float) -> str:
    """value: the larger of the two for independent steps; worst: the largest of all four."""
    longest = max(steps, key=lambda step: step.total)
    share = longest.total / mean(steps) * 100
    verdict = "許せる時間に収まります" if value <= budget else "許せる時間を超えます"
    together = "すべて同時に遅くても収まります" if worst <= budget else "すべて同時に遅いと超えます"
    return (
        f"{percent:g}%の回が{value:.1f}ミリ秒以内で、{budget:g}ミリ秒の{verdict}（区間が独立と考えたとき。{together}）。"
        f"いちばん長いのは「{longest.name}」で、平均の{share:.0f}%です。"
    )


def _table(steps: list[Step]) -> Sheet:
    whole, variance = mean(steps), deviation(steps) ** 2
    rows: list[Row] = [
        (
            step.name,
            step.fixed,
            step.mean,
            step.sd,
            step.total,
            step.total / whole * 100,
            step.sd**2 / variance * 100 if variance else 0.0,
        )
        for step in steps
    ]
    rows.append(
        (
            "合計",
            sum(s.fixed for s in steps),
            sum(s.mean for s in steps),
            sqrt(variance),
            whole,
            100.0,
            100.0 if variance else 0.0,
        )
    )
    head = (
        "区間",
        "いつもかかる分",
        "揺れる分の平均",
        "標準偏差",
        "平均の合計（ミリ秒）",
        "平均に占める割合（%）",
        "揺れに占める割合（%）",
    )
    return Sheet("区間の内訳", head, tuple(rows), (0, 2, 2, 2, 2, 1, 1))


def _verdicts(found: dict[str, float], by_draws: float, budget: float) -> Sheet:
    named = (
        ("独立で、合計が正規分布", found["independent"]),
        ("独立で、揺れる分がガンマ分布（試算）", by_draws),
        ("すべて同時に遅い、正規分布", found["together"]),
        ("すべて同時に遅い、ガンマ分布", found["together_drawn"]),
        ("分布を知らない（超えない値）", found["at_most"]),
    )
    rows = tuple(
        (label, value, budget - value, "収まる" if value <= budget else "超える") for label, value in named
    )
    return Sheet("仮定ごとの判定", ("仮定", "値（ミリ秒）", "残り（ミリ秒）", "判定"), rows, (0, 2, 2, 0))


def _warnings(by_draws: float, error: float, normal: float) -> tuple[str, ...]:
    if by_draws - normal > max(4 * error, 0.02 * normal):
        return (
            "遅れは負にならないので、実際の合計は正規分布より長い側へ伸びます。ガンマ分布の試算のほうを見てください。",
        )
    return ()


CHAIN = Calculator(
    code="chain",
    label="遅延の内訳",
    question="端から端までの遅れが許せる時間に収まるか、どの区間を縮めると効くか。",
    version=2,
    inputs=(
        LINES,
        Quantity("budget", "許せる時間", "ミリ秒", 100, 0.001, 1_000_000, 5, (5, 500), help="始まりから終わりまで、これより遅いと困るという時間です。", group="許せる時間"),
        Quantity("percent", "何%の回を収めるか", "%", 99, 50, 99.9, 1, (50, 99), help="99なら、100回のうち1回は超えてもよい、という意味です。", group="許せる時間"),
    ),
    calculate=_calculate,
    formulas=(
        Formula("平均の合計", "Σ(いつもかかる分 + 揺れる分の平均)", "期待値の和（区間どうしの関係によらない）"),
        Formula("独立、正規分布", "平均 + z(%)·√Σ標準偏差²", "独立な量の分散の和、中心極限定理"),
        Formula("すべて同時に遅い", "正規分布では 平均 + z(%)·Σ標準偏差、ガンマ分布では Σ(いつもかかる分 + その区間の分位点)", "区間どうしが完全に連動するときの分位点の和"),
        Formula("超えない値", "平均 + Σ標準偏差·√(p/(1−p))", "カンテリの不等式（片側チェビシェフ）"),
        Formula("ガンマ分布の試算", "揺れる分を、同じ平均と標準偏差のガンマ分布から2万回引く", "種を決めた乱数。標準誤差も示す"),
    ),
    ranges=(
        "区間が順に一つずつ進み、並んで進む区間がないとき。",
        "平均と標準偏差が、混んでいる時間を含めて測った値のとき。",
        "正規分布の近似は、揺れる区間が多く、どれか一つが目立って大きくないときに合います。",
    ),
    unknowns=(
        "区間どうしのつながり。混む時間には無線もサーバーも一緒に遅くなりがちで、答えは「独立」と「すべて同時」の間になることが多いです。",
        "まれな長い遅れ（つなぎ直し、再送の繰り返し）。平均と標準偏差だけでは分かりません。",
        "パケットの抜けと再送（「パケットの抜け」で別に見ます）。",
    ),
)  # fmt: skip
