"""The calculator: radius, number of stations, radius by band, and places of the town."""

from __future__ import annotations

from collections.abc import Callable

from yakuba.services.simulators.contracts import (
    Calculator,
    Choice,
    Figure,
    Formula,
    Inputs,
    Outcome,
    Picture,
    Places,
    Quantity,
    Row,
    Sheet,
)
from yakuba.services.simulators.engine.coverage.budget import (
    hexagon,
    margin,
    radius,
    sensitivity,
    stations,
    within_cell,
)
from yakuba.services.simulators.engine.coverage.models import MODELS, Model
from yakuba.services.simulators.engine.coverage.places import LINES, levels
from yakuba.services.simulators.engine.coverage.tr38901 import chance_of_sight

DRAWN = 60
BANDS = (
    ("700 MHz帯", 700.0), ("900 MHz帯", 900.0), ("1.5 GHz帯", 1_500.0), ("1.8 GHz帯", 1_800.0), ("2 GHz帯", 2_000.0), ("2.5 GHz帯", 2_500.0),
    ("3.5 GHz帯", 3_500.0), ("ローカル5G 4.7 GHz帯", 4_700.0), ("ローカル5G 28 GHz帯", 28_000.0),
)  # fmt: skip


def _calculate(given: Inputs) -> Outcome:
    model = MODELS[given["model"]]
    hb, hm = given["station_height"], given["mobile_height"]
    model.require(given["frequency"], hb, hm)
    least = sensitivity(given["bandwidth"], given["noise_figure"], given["snr"])
    shadow = margin(given["sigma"], given["edge"])
    most = given["power"] + given["station_gain"] + given["mobile_gain"] - given["losses"] - least - shadow
    low, high = model.distances

    def loss(d: float) -> float:
        return model.loss(given["frequency"], hb, hm, d)

    found = radius(loss, most, low, high)
    figures = [
        Figure("sensitivity", "受けられる最小の強さ", least, "dBm", 1),
        Figure("margin", "影のための余裕", shadow, "dB", 2),
        Figure("most_loss", "許せる伝搬損失", most, "dB", 2),
        *_radius_figures(given, model, loss, found),
    ]
    picture = Picture(
        "距離と伝搬損失",
        "距離",
        "km",
        "dB",
        {model.label: _curve(loss, low, _reach(found, low, high))},
        {"許せる損失": most},
    )
    places = levels(given, model, least + shadow)
    drawn = (picture, Places("地点ごとの余裕", "dB", places)) if places else (picture,)
    return Outcome(
        holds=None if found is None else True,
        sentence=_sentence(given, model, found),
        figures=tuple(figures),
        pictures=drawn,
        sheets=(_budget(given, least, shadow, most), _bands(given, model, most), *_place_sheet(places)),
        warnings=_warnings(model, found),
    )


def _reach(found: float | None, low: float, high: float) -> float:
    """How far the curve is drawn."""
    return min(high, max(2 * (found or low), low * 5))


def _curve(loss: Callable[[float], float], low: float, high: float) -> tuple[tuple[float, float], ...]:
    places = [low + (high - low) * (at / DRAWN) ** 2 for at in range(DRAWN + 1)]
    return tuple((d, loss(d)) for d in places)


def _radius_figures(
    given: Inputs, model: Model, loss: Callable[[float], float], found: float | None
) -> list[Figure]:
    low, high = model.distances
    if found is None:
        none = f"{low:g} km未満"
        return [
            Figure("radius", "1局の届く半径", None, "km", 3, none),
            Figure("stations", "基地局の数", None, "局", 0, "求められない"),
        ]
    capped = found >= high
    told = [
        Figure(
            "radius", "1局の届く半径", found, "km", 3, f"{high:g} km以上（式の範囲の端）" if capped else ""
        ),
        Figure("cell", "1局が受け持つ広さ（六角形）", hexagon(found), "km²", 3),
        Figure(
            "stations",
            "基地局の数",
            stations(given["area"], found),
            "局",
            0,
            "",
            "半径が式の範囲の端なので、これより少なくて済むかもしれません" if capped else "",
        ),
    ]
    exponent = _exponent(loss, found)
    told.append(
        Figure(
            "area_share",
            "半径の中で届く場所の割合",
            within_cell(given["sigma"], given["edge"], exponent),
            "%",
            1,
        )
    )
    if model.scenario:
        chance = chance_of_sight(model.scenario, found * 1000)
        told.append(Figure("sight", "半径の端で基地局が見通せる確率", chance * 100, "%", 1))
    return told


def _exponent(loss: Callable[[float], float], d: float) -> float:
    """n of 10 n log d just below that distance."""
    from math import log10

    near = d * 0.98
    return max(0.1, (loss(d) - loss(near)) / (10 * log10(d / near)))


def _sentence(given: Inputs, model: Model, found: float | None) -> str:
    low, high = model.distances
    if found is None:
        return f"この条件では、式の範囲のいちばん近い所（{low:g} km）でも足りません。出力や利得を上げるか、帯域幅を狭くしてください。"
    count = stations(given["area"], found)
    reach = (
        f"{high:g} km以上（式の範囲の端まで）"
        if found >= high
        else f"約{found * 1000:,.0f} m"
        if found < 1
        else f"約{found:.2f} km"
    )
    return f"1局の届く半径は{reach}です。{given['area']:g} km²を六角形で埋めるには{count:,}局が要ります。"


def _budget(given: Inputs, least: float, shadow: float, most: float) -> Sheet:
    rows: tuple[Row, ...] = (
        ("送信の強さ", given["power"], "dBm"),
        ("＋ 基地局アンテナの利得", given["station_gain"], "dBi"),
        ("＋ 端末アンテナの利得", given["mobile_gain"], "dBi"),
        ("− ケーブル・人体・建物などの損失", given["losses"], "dB"),
        ("− 影のための余裕", shadow, "dB"),
        ("− 受けられる最小の強さ", least, "dBm"),
        ("＝ 許せる伝搬損失", most, "dB"),
    )
    return Sheet("回線設計（リンクバジェット）", ("項目", "値", "単位"), rows, (0, 2, 0))


def _bands(given: Inputs, model: Model, most: float) -> Sheet:
    """The same budget in other bands, where the model holds."""
    hb, hm, (low, high) = given["station_height"], given["mobile_height"], model.distances
    rows: list[Row] = []
    for label, f in BANDS:
        if not model.holds(f, hb, hm):
            rows.append((label, None, None, "式の範囲の外"))
            continue
        found = radius(lambda d, f=f: model.loss(f, hb, hm, d), most, low, high)  # type: ignore[misc]
        if found is None:
            rows.append((label, None, None, f"{low:g} kmで足りない"))
        else:
            rows.append(
                (label, found, stations(given["area"], found), "式の範囲の端" if found >= high else "")
            )
    return Sheet(
        "周波数帯ごとの半径（ほかの条件は同じ）",
        ("周波数帯", "半径（km）", "局の数", "注記"),
        tuple(rows),
        (0, 3, 0, 0),
    )


def _place_sheet(places: tuple[tuple[str, float, float, float | None, str], ...]) -> list[Sheet]:
    if not places:
        return []
    rows = tuple(
        (label, value, "基地局" if value is None else "届く" if value >= 0 else "届かない見込み", note)
        for label, _, _, value, note in places
    )
    return [Sheet("地点ごとの余裕", ("名前", "余裕（dB）", "判定", "いちばん強い局"), rows, (0, 1, 0, 0))]


def _warnings(model: Model, found: float | None) -> tuple[str, ...]:
    told = []
    if model.code == "free":
        told.append(
            "自由空間の式は、地面も建物も山もないときの下限の損失です。実際に届く距離はこれより短くなります。"
        )
    if found is not None and found >= model.distances[1]:
        told.append(
            f"半径は式の範囲の端（{model.distances[1]:g} km）で止めています。その先へは延ばしていません。"
        )
    return tuple(told)


def _range_of(model: Model) -> str:
    pairs = ((model.frequencies, "MHz"), (model.stations, "m"), (model.mobiles, "m"), (model.distances, "km"))
    told = [f"{low:g}{unit}" if low == high else f"{low:g}〜{high:g}{unit}" for (low, high), unit in pairs]
    return (
        f"{model.label}：周波数{told[0]}、基地局{told[1]}、端末{told[2]}、距離{told[3]}（{model.source}）。"
    )


COVERAGE = Calculator(
    code="coverage",
    label="基地局のカバー範囲",
    question="1局がどこまで届き、まちを覆うのに何局要るか。",
    version=2,
    inputs=(
        Choice("model", "伝搬の式", {code: one.label for code, one in MODELS.items()}, "umi_nlos", help="式ごとに使える周波数・高さ・距離が決まっています。範囲の外は計算しません。", group="電波の条件"),
        Quantity("frequency", "周波数", "MHz", 4_700, 30, 100_000, 50, (150, 30_000), help="4.7 GHzは4700、28 GHzは28000と書きます。", group="電波の条件"),
        Quantity("station_height", "基地局アンテナの高さ", "m", 10, 1, 10_000, 1, (5, 200), help="地面からアンテナまで。", group="電波の条件"),
        Quantity("mobile_height", "端末の高さ", "m", 1.5, 0.5, 10_000, 0.5, (1, 10), help="地面から端末まで。人が手に持つなら1.5です。", group="電波の条件"),
        Quantity("power", "送信の強さ", "dBm", 33, -30, 80, 1, (0, 50), help="1ワットは30 dBm、10倍の10ワットは40 dBmです。", group="回線設計"),
        Quantity("station_gain", "基地局アンテナの利得", "dBi", 8, -20, 60, 1, (0, 25), help="アンテナが向きを絞って強める分です。機器の仕様書にあります。", group="回線設計"),
        Quantity("mobile_gain", "端末アンテナの利得", "dBi", 0, -20, 60, 1, (-5, 20), help="分からなければ0にします。", group="回線設計"),
        Quantity("losses", "ケーブル・人体・建物などの損失", "dB", 3, 0, 100, 1, (0, 40), help="途中で弱まる分の合計です。建物の中へ届かせるなら、壁で弱まる分も足します。", group="回線設計"),
        Quantity("bandwidth", "帯域幅", "MHz", 100, 0.001, 2_000, 1, (1, 400), help="使う電波の幅です。広いほど多く送れ、届く距離は短くなります。", group="回線設計"),
        Quantity("noise_figure", "受信機の雑音指数", "dB", 9, 0, 30, 0.5, (0, 15), help="受信機が自分で出す雑音の大きさです。機器の仕様書にあります。", group="回線設計"),
        Quantity("snr", "要る信号対雑音比", "dB", 0, -30, 60, 1, (-10, 30), help="つなぐために、雑音より何dB強くなければならないかです。速い通信ほど大きくなります。", group="回線設計"),
        Quantity("sigma", "影のばらつき σ", "dB", 7.82, 0, 20, 0.5, (0, 12), help="同じ距離でも、建物や木のかげで強さがばらつく大きさです。3GPPの値は、街路4と7.82、市街4と6、農村6と8（見通しあり、なし）です。", group="余裕と広さ"),
        Quantity("edge", "半径の端で届く割合", "%", 90, 50, 99.9, 1, (50, 99), help="いちばん遠い所のうち、何%の場所で届くようにするかです。大きくすると、半径は短くなります。", group="余裕と広さ"),
        Quantity("area", "覆いたい広さ", "km²", 2, 0.001, 100_000, 0.5, (0.5, 100), group="余裕と広さ"),
        LINES,
    ),
    calculate=_calculate,
    formulas=(
        Formula("自由空間", "L = 32.44 + 20 log f + 20 log d", "ITU-R P.525（f：MHz、d：km、以下のlogは常用対数）"),
        Formula("奥村・秦", "L = 69.55 + 26.16 log f − 13.82 log hb − a(hm) + (44.9 − 6.55 log hb) log d。中小都市 a = (1.1 log f − 0.7)hm − (1.56 log f − 0.8)、大都市 a = 3.2(log 11.75hm)² − 4.97（300 MHz以下は 8.29(log 1.54hm)² − 1.1）。郊外 −2(log f/28)² − 5.4、開けた土地 −4.78(log f)² + 18.33 log f − 40.94", "Hata, IEEE Trans. VT-29 (1980)"),
        Formula("COST 231・秦", "L = 46.3 + 33.9 log f − 13.82 log hb − a(hm) + (44.9 − 6.55 log hb) log d + C。Cは大都市の中心3、ほか0", "COST 231 最終報告（1999）4章"),
        Formula("3GPP 街路（UMi）", "見通しあり 32.4 + 21 log d3 + 20 log fc、折れ点d′の先 32.4 + 40 log d3 + 20 log fc − 9.5 log(d′² + Δh²)。なし max(あり, 35.3 log d3 + 22.4 + 21.3 log fc − 0.3(h − 1.5))", "3GPP TR 38.901 表7.4.1-1（fc：GHz、d3：m）"),
        Formula("3GPP 市街（UMa）", "見通しあり 28 + 22 log d3 + 20 log fc、折れ点の先 28 + 40 log d3 + 20 log fc − 9 log(d′² + Δh²)。なし max(あり, 13.54 + 39.08 log d3 + 20 log fc − 0.6(h − 1.5))", "3GPP TR 38.901 表7.4.1-1"),
        Formula("3GPP 農村（RMa）", "建物の高さ5 m、道幅20 mのときの式", "3GPP TR 38.901 表7.4.1-1"),
        Formula("影のための余裕", "M = z(端の割合)·σ。90%なら1.2816σ", "影がdBで正規分布をするという仮定"),
        Formula("届く面積の割合", "½[1 + erf a + e^((2ab+1)/b²)(1 − erf(a + 1/b))]、a = M/(σ√2)、b = 10n·log e/(σ√2)", "Jakes, Microwave Mobile Communications (1974) 2.5"),
        Formula("局の数", "広さ ÷ (3√3/2·R²) を切り上げ", "六角形をすき間なく並べる。土地の形は見ない"),
    ),
    ranges=tuple(_range_of(one) for one in MODELS.values()),
    unknowns=(
        "土地の起伏、山かげ、海の上の反射。式は測った土地の平均です。",
        "一つ一つの建物。地図の地点は、上の式と直線の距離だけで計算しています。",
        "干渉、同時に使う人の数、上りの電波（端末の送信の強さ）。",
        "免許の条件（ローカル5Gは自己の土地が原則です）。",
    ),
)  # fmt: skip
