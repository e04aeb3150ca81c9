"""Charts: one Vega-Lite specification → the same SVG in the page and in the PDF, and a text table beside it.

`before_after`, `person_and_machine` and `bar_chart` make a `Chart`; a page shows it with
`{% include "charts/figure.html" with chart=chart %}`. `svg(spec)` draws any other specification.
"""

from yakuba.kernel.charts.bars import Chart, Table, bar_chart, before_after, person_and_machine
from yakuba.kernel.charts.drawing import ChartRefused, svg, table

__all__ = [
    "Chart",
    "ChartRefused",
    "Table",
    "bar_chart",
    "before_after",
    "person_and_machine",
    "svg",
    "table",
]
