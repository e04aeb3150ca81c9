"""Values of bodies, drawn."""

from __future__ import annotations

from collections.abc import Mapping

from yakuba.kernel.maps import Map, body_map
from yakuba.kernel.maps.areas import areas_of
from yakuba.kernel.tenancy import current_municipality


def bodies_map(values: Mapping[str, float | None], *, title: str, unit: str) -> Map:
    """The bodies on a map, the own town marked in the table."""
    own = {current_municipality().code: "この自治体"}
    return body_map(values, title=title, unit=unit, areas=areas_of(values), notes=own)
