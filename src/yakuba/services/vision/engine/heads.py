"""A small head on the town's own labels: numbers of a picture → logistic regression → calibrated probability → not sure.

It can only tell apart what the features show. What it does is measured on groups of pictures that were held out, with
everything that is fitted (weights, temperature, threshold) fitted on the others; a person who has seen that switches it on.
Temperature: Guo et al. 2017. Intervals: Wilson 1927. Before and after: McNemar's exact test.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.features import FEATURES, features_of

__all__ = [
    "FEATURES",
    "Decision",
    "Figure",
    "Head",
    "HeldOut",
    "decide",
    "features_of",
    "from_plain",
    "train",
]

LEAST_EACH = 10  # labelled pictures of each label
FOLDS = 5
STRENGTH = 0.03  # inverse of the penalty on the weights: few labels, many features
TEMPERATURES = np.geomspace(0.25, 8, 61)
LEAST_SURE = 20  # held-out pictures on which a threshold rests
NEVER = 1.01
STRANGE = 2.5  # root mean square of the features, in spreads of those trained on
BINS = 10
NORMAL_95, SIGNIFICANT = 1.959964, 0.05
UNKNOWN = -30.0  # logit of a label that a fold never saw


@dataclass(frozen=True)
class Figure:
    """A share measured on held-out pictures. right of total; low and high: 95 % (Wilson), 0..1."""

    right: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0..1; 0 where nothing was measured."""
        return self.right / self.total if self.total else 0.0

    @property
    def sentence(self) -> str:
        """In Japanese, as `87.5%（32枚中28枚、95%区間 72～95%）`."""
        if not self.total:
            return "測れません（0枚）"
        return f"{self.share:.1%}（{self.total}枚中{self.right}枚、95%区間 {100 * self.low:.0f}～{100 * self.high:.0f}%）"


@dataclass(frozen=True)
class HeldOut:
    """before: what was used until now (or always the most frequent label where there was nothing); after: this head; sure: of
    those that it was sure of; asked: share sent to a person, 0..1; calibration_error: mean gap between said and real
    probability, 0..1; better: whether `after` is above `before` by more than chance (paired, two-sided .05);
    sentence: all of it in Japanese."""

    before: Figure
    after: Figure
    sure: Figure
    asked: float
    calibration_error: float
    better: bool
    sentence: str


@dataclass(frozen=True)
class Head:
    """A trained head as plain numbers (no pickle). labels; weights `[labels, features]`, bias `[labels]`; mean and spread of
    the features; temperature: of the calibration; sure_from: probability from which no person is asked, above 1 where a
    person is always asked."""

    labels: tuple[str, ...]
    features: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    temperature: float
    sure_from: float

    def to_plain(self) -> dict[str, Any]:
        """For a JSON column."""
        return asdict(self)


@dataclass(frozen=True)
class Decision:
    """label: the likeliest; probability: calibrated, 0..1; sure: False sends it to a person; strange: the features lie far
    outside of what it was trained on."""

    label: str
    probability: float
    sure: bool
    strange: bool


@dataclass(frozen=True)
class _Linear:
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(((rows - self.mean) / self.spread) @ self.weights.T + self.bias)


def train(
    features: NDArray[np.float32],
    labels: Sequence[str],
    groups: Sequence[str],
    *,
    before: Sequence[str] | None = None,
    aim: float = 0.95,
) -> tuple[Head, HeldOut]:
    """A head for all rows, and what heads trained in the same way do on groups that were held out.

    features: `[n, len(FEATURES)]`; groups: pictures that belong together (one drive, one camera, one day) are held out
    together; before: what was said of each row until now; aim: share right among those it is sure of. Raises Invalid: too
    few of a label, fewer than two labels or groups, numbers that are not finite.
    """
    rows = np.asarray(features, np.float64)
    names = _names(rows, labels, groups, before, aim)
    truth = np.array([names.index(label) for label in labels])
    folds = _folds(truth, groups)
    logits = np.full((len(rows), len(names)), UNKNOWN)
    usual = np.empty(len(rows), np.int64)
    for fold in set(folds.tolist()):
        out = folds == fold
        logits[out] = _fitted(rows[~out], truth[~out], len(names)).logits(rows[out])
        usual[out] = Counter(truth[~out].tolist()).most_common(1)[0][0]
    said = usual if before is None else np.array([names.index(one) if one in names else -1 for one in before])
    held_out = _measured(logits, truth, folds, said, before is not None, aim)
    whole = _fitted(rows, truth, len(names))
    temperature = _temperature(logits, truth)
    head = Head(
        tuple(names),
        FEATURES,
        tuple(whole.mean.tolist()),
        tuple(whole.spread.tolist()),
        tuple(tuple(row) for row in whole.weights.tolist()),
        tuple(whole.bias.tolist()),
        temperature,
        _sure_from(_softmax(logits / temperature), truth, aim),
    )
    return head, held_out


def decide(head: Head, features: NDArray[np.float32]) -> Decision:
    """What the head says of one picture. Raises Invalid where the features are of another kind or not finite."""
    row = np.asarray(features, np.float64).reshape(-1)
    if head.features != FEATURES or len(row) != len(FEATURES):
        raise Invalid("この学習結果は、別の版の特徴で作られています。もう一度学習してください。")
    if not np.isfinite(row).all():
        raise Invalid("写真の特徴に数でないものがあります。写真を開き直してください。")
    even = (row - np.asarray(head.mean)) / np.asarray(head.spread)
    logits = np.asarray(head.weights) @ even + np.asarray(head.bias)
    likely = _softmax(logits[None] / head.temperature)[0]
    best = int(likely.argmax())
    strange = bool(math.sqrt(float((even * even).mean())) > STRANGE)
    probability = float(likely[best])
    return Decision(head.labels[best], probability, probability >= head.sure_from and not strange, strange)


def from_plain(content: Mapping[str, Any]) -> Head:
    """Raises Invalid where it is none."""
    fault = Invalid("保存された学習結果を読めません。もう一度学習してください。")
    try:
        head = Head(
            tuple(str(label) for label in content["labels"]),
            tuple(str(name) for name in content["features"]),
            tuple(float(value) for value in content["mean"]),
            tuple(float(value) for value in content["spread"]),
            tuple(tuple(float(value) for value in row) for row in content["weights"]),
            tuple(float(value) for value in content["bias"]),
            float(content["temperature"]),
            float(content["sure_from"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise fault from error
    wide = len(head.features)
    numbers = [
        *head.mean,
        *head.spread,
        *head.bias,
        *(v for row in head.weights for v in row),
        head.sure_from,
    ]
    fits = (
        len(head.labels) >= 2
        and len(head.weights) == len(head.bias) == len(head.labels)
        and all(len(row) == wide for row in (head.mean, head.spread, *head.weights))
        and all(math.isfinite(value) for value in numbers)
        and min(head.spread, default=0) > 0
        and 0 < head.temperature < math.inf
    )
    if not fits:
        raise fault
    return head


def _names(
    rows: NDArray[np.float64],
    labels: Sequence[str],
    groups: Sequence[str],
    before: Sequence[str] | None,
    aim: float,
) -> list[str]:
    """The labels in order, after all that can be wrong."""
    number = len(labels)
    if rows.shape != (number, len(FEATURES)) or len(groups) != number:
        raise Invalid("写真、ラベル、まとまりの数が合いません。")
    if before is not None and len(before) != number:
        raise Invalid("これまでの判定の数が、写真の数と合いません。")
    if not np.isfinite(rows).all():
        raise Invalid("写真の特徴に数でないものがあります。写真を開き直してください。")
    if not 0.5 <= aim < 1:
        raise Invalid("目標の正しさは 0.5 以上 1 未満にしてください。")
    counts = Counter(labels)
    if len(counts) < 2:
        raise Invalid("ラベルが2種類以上必要です。")
    if few := [f"{label}（{count}枚）" for label, count in sorted(counts.items()) if count < LEAST_EACH]:
        raise Invalid(f"ラベルごとに{LEAST_EACH}枚以上必要です。足りないもの：{'、'.join(few)}")
    if len(set(groups)) < 2:
        raise Invalid(
            "別の日・別のカメラなど、2つ以上のまとまりの写真が必要です。同じまとまりの写真だけでは正しさを測れません。"
        )
    return sorted(counts)


def _folds(truth: NDArray[np.int64], groups: Sequence[str]) -> NDArray[np.int64]:
    """Of each row which part it is held out with; a group stays together, labels are spread evenly."""
    from sklearn.model_selection import StratifiedGroupKFold

    number = min(FOLDS, len(set(groups)))
    split = StratifiedGroupKFold(number, shuffle=True, random_state=1)
    folds = np.zeros(len(truth), np.int64)
    with warnings.catch_warnings():  # that a label has fewer groups than folds is allowed here
        warnings.simplefilter("ignore")
        for fold, (_, out) in enumerate(split.split(np.zeros((len(truth), 1)), truth, list(groups))):
            folds[out] = fold
    return folds


def _fitted(rows: NDArray[np.float64], truth: NDArray[np.int64], labels: int) -> _Linear:
    from sklearn.linear_model import LogisticRegression

    mean, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 1e-6, spread, 1.0)
    weights, bias = np.zeros((labels, rows.shape[1])), np.full(labels, UNKNOWN)
    known = np.unique(truth)
    if len(known) == 1:
        bias[known[0]] = 0.0
        return _Linear(mean, spread, weights, bias)
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit((rows - mean) / spread, truth)
    if len(known) == 2:  # one row for both: half of it to each is the same
        weights[known], bias[known] = np.vstack([-model.coef_, model.coef_]) / 2, 0.0
        bias[known] = np.array([-1, 1]) * model.intercept_[0] / 2
    else:
        weights[known], bias[known] = model.coef_, model.intercept_
    return _Linear(mean, spread, weights, bias)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _temperature(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """What makes the truth likeliest."""
    at = np.arange(len(truth))
    losses = [-np.log(_softmax(logits / t)[at, truth] + 1e-12).mean() for t in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def _sure_from(likely: NDArray[np.float64], truth: NDArray[np.int64], aim: float) -> float:
    """The lowest probability above which the share that is right reaches the aim; NEVER where none does."""
    order = np.argsort(-likely.max(axis=1), kind="stable")
    right = (likely.argmax(axis=1) == truth)[order].cumsum() / np.arange(1, len(truth) + 1)
    good = np.flatnonzero(right[LEAST_SURE - 1 :] >= aim)
    if not len(good):
        return NEVER
    return float(likely.max(axis=1)[order[good[-1] + LEAST_SURE - 1]])


def _measured(
    logits: NDArray[np.float64],
    truth: NDArray[np.int64],
    folds: NDArray[np.int64],
    said: NDArray[np.int64],
    was_used: bool,
    aim: float,
) -> HeldOut:
    """Each part with temperature and threshold of the others."""
    likely = np.empty_like(logits)
    sure = np.zeros(len(truth), np.bool_)
    for fold in set(folds.tolist()):
        out = folds == fold
        temperature = _temperature(logits[~out], truth[~out])
        likely[out] = _softmax(logits[out] / temperature)
        least = _sure_from(_softmax(logits[~out] / temperature), truth[~out], aim)
        sure[out] = likely[out].max(axis=1) >= least
    right, was_right = likely.argmax(axis=1) == truth, said == truth
    before, after, of_sure = _figure(was_right), _figure(right), _figure(right[sure])
    asked = float(1 - sure.mean())
    error = _calibration_error(likely.max(axis=1), right)
    better = after.share > before.share and _mcnemar(right, was_right) < SIGNIFICANT
    was = "これまで" if was_used else "いつも一番多いラベルと答えた場合"
    sentence = (
        f"学習に使わなかった写真で、{was}は{before.sentence}、学習後は{after.sentence}。"
        f"確かと言ったものでは{of_sure.sentence}、人に聞くのは{asked:.0%}。"
        + ("学習後のほうが良いと言えます。" if better else "学習後のほうが良いとは言えません。")
    )
    return HeldOut(before, after, of_sure, asked, error, better, sentence)


def _figure(right: NDArray[np.bool_]) -> Figure:
    total, good = len(right), int(right.sum())
    if not total:
        return Figure(0, 0, 0.0, 1.0)
    share, z2 = good / total, NORMAL_95**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = NORMAL_95 * math.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return Figure(good, total, max(0.0, middle - half), min(1.0, middle + half))


def _mcnemar(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Two-sided probability that so uneven a change comes by chance."""
    gained, lost = int((one & ~other).sum()), int((other & ~one).sum())
    number, less = gained + lost, min(gained, lost)
    if not number:
        return 1.0
    tail = sum(math.comb(number, k) for k in range(less + 1)) / 2**number
    return min(1.0, 2 * tail)


def _calibration_error(likely: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean absolute gap over bins of equally many."""
    order = np.argsort(likely, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return float(sum(len(p) * abs(likely[p].mean() - right[p].mean()) for p in parts) / len(order))
