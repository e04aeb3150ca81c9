"""Maps without a tile server: values of bodies and places as SVG in page and PDF, and as a map that can be moved.

`body_map` draws what is known by 全国地方公共団体コード, `value_map` any points, lines and areas; a page shows either with
`{% include "maps/figure.html" with map=map only %}`. `geojson.read` and `geojson.write` take GeoJSON in and out.
"""

from yakuba.kernel.maps.content import Mapped
from yakuba.kernel.maps.geojson import Feature, Shape
from yakuba.kernel.maps.map import Map, body_map, value_map
from yakuba.kernel.maps.places import Place, place

__all__ = ["Feature", "Map", "Mapped", "Place", "Shape", "body_map", "place", "value_map"]
