"""Every propagation model with its range: outside of it a loss is refused and never continued."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from yakuba.kernel.refusals import Invalid
from yakuba.services.simulators.engine.coverage import hata, tr38901


@dataclass(frozen=True)
class Model:
    """loss: (f MHz, hb m, hm m, d km) → dB; the ranges hold both ends. sigma: the usual σ of shadowing in dB, sigma_source whose
    figure that is."""

    code: str
    label: str
    source: str
    loss: Callable[[float, float, float, float], float]
    frequencies: tuple[float, float]  # MHz
    stations: tuple[float, float]  # m
    mobiles: tuple[float, float]  # m
    distances: tuple[float, float]  # km
    sigma: float
    sigma_source: str
    scenario: str = ""

    def require(self, f: float, hb: float, hm: float, mobile: str = "端末の高さ") -> None:
        """Raises Invalid with the input at fault as its place. mobile: how the page calls the height of what moves."""
        for value, (low, high), place, unit in (
            (f, self.frequencies, "周波数", "MHz"),
            (hb, self.stations, "基地局アンテナの高さ", "m"),
            (hm, self.mobiles, mobile, "m"),
        ):
            if not low <= value <= high:
                told = f"{low:g}{unit}" if low == high else f"{low:g}〜{high:g}{unit}"
                raise Invalid(
                    f"「{self.label}」の式は{told}で測って作られています（いま{value:g}{unit}）。"
                    f"範囲の外へは延ばしません。値を変えるか、別の式を選んでください。",
                    place=place,
                )

    def holds(self, f: float, hb: float, hm: float) -> bool:
        """Whether frequency and heights lie within the range."""
        pairs = ((f, self.frequencies), (hb, self.stations), (hm, self.mobiles))
        return all(low <= value <= high for value, (low, high) in pairs)


def _hata(code: str, label: str, area: str) -> Model:
    def loss(f: float, hb: float, hm: float, d: float) -> float:
        return hata.hata(f, hb, hm, d, area)

    source = "Hata, IEEE Trans. Veh. Technol. VT-29 (1980)"
    return Model(
        code, label, source, loss, (150, 1500), (30, 200), (1, 10), (1, 20), 8.0, "市街地でよく使われる値"
    )


def _cost(code: str, label: str, metropolitan: bool) -> Model:
    def loss(f: float, hb: float, hm: float, d: float) -> float:
        return hata.cost231(f, hb, hm, d, metropolitan=metropolitan)

    source = "COST 231 最終報告（1999）4章"
    return Model(
        code, label, source, loss, (1500, 2000), (30, 200), (1, 10), (1, 20), 8.0, "市街地でよく使われる値"
    )


def _3gpp(code: str, label: str, scenario: str, sight: bool, **ranges: Any) -> Model:
    formula = tr38901.line_of_sight if sight else tr38901.no_line_of_sight

    def loss(f: float, hb: float, hm: float, d: float) -> float:
        return formula(scenario, f / 1000, d * 1000, hb, hm)

    sigma = {"umi": (7.82, 4.0), "uma": (6.0, 4.0), "rma": (8.0, 6.0)}[scenario][sight]
    return Model(
        code, label, "3GPP TR 38.901 表7.4.1-1", loss, sigma=sigma, sigma_source="3GPP TR 38.901 表7.4.1-1",
        scenario=scenario, **ranges,
    )  # fmt: skip


_umi = partial(_3gpp, scenario="umi", frequencies=(500, 100_000), stations=(10, 10), mobiles=(1.5, 13))
_uma = partial(_3gpp, scenario="uma", frequencies=(500, 100_000), stations=(25, 25), mobiles=(1.5, 13))
_rma = partial(_3gpp, scenario="rma", frequencies=(500, 30_000), stations=(10, 150), mobiles=(1, 10))

MODELS: dict[str, Model] = {
    one.code: one
    for one in (
        Model(
            "free", "自由空間（見通しで、地面も建物もない）", "ITU-R P.525",
            lambda f, hb, hm, d: hata.free_space(f, d), (30, 100_000), (1, 10_000), (0.5, 10_000), (0.001, 100), 0.0, "影がない",
        ),
        _hata("hata_small", "奥村・秦　中小都市", "small"),
        _hata("hata_large", "奥村・秦　大都市", "large"),
        _hata("hata_suburban", "奥村・秦　郊外", "suburban"),
        _hata("hata_open", "奥村・秦　開けた土地", "open"),
        _cost("cost231", "COST 231・秦　中小都市と郊外", metropolitan=False),
        _cost("cost231_metro", "COST 231・秦　大都市の中心", metropolitan=True),
        _umi("umi_los", "3GPP 街路（UMi）見通しあり", sight=True, distances=(0.01, 5)),
        _umi("umi_nlos", "3GPP 街路（UMi）見通しなし", sight=False, distances=(0.01, 5)),
        _uma("uma_los", "3GPP 市街（UMa）見通しあり", sight=True, distances=(0.01, 5)),
        _uma("uma_nlos", "3GPP 市街（UMa）見通しなし", sight=False, distances=(0.01, 5)),
        _rma("rma_los", "3GPP 農村（RMa）見通しあり", sight=True, distances=(0.01, 10)),
        _rma("rma_nlos", "3GPP 農村（RMa）見通しなし", sight=False, distances=(0.01, 5)),
    )
}  # fmt: skip
