"""Charts: one Vega-Lite specification → the same SVG in the page and in the PDF, and a text table beside it.

`before_after`, `person_and_machine`, `bar_chart`, `line_chart`, `curve_chart`, `histogram`, `interval_chart` and `heat_map` make a
`Chart`; a page shows it with
`{% include "charts/figure.html" with chart=chart %}`. `svg(spec)` draws any other specification.
"""

from yakuba.kernel.charts.bars import bar_chart, before_after, person_and_machine
from yakuba.kernel.charts.chart import Chart
from yakuba.kernel.charts.curves import curve_chart
from yakuba.kernel.charts.drawing import ChartRefused, Table, svg, table
from yakuba.kernel.charts.heat import heat_map
from yakuba.kernel.charts.lines import line_chart
from yakuba.kernel.charts.spreads import histogram, interval_chart

__all__ = [
    "Chart",
    "ChartRefused",
    "Table",
    "bar_chart",
    "before_after",
    "curve_chart",
    "heat_map",
    "histogram",
    "interval_chart",
    "line_chart",
    "person_and_machine",
    "svg",
    "table",
]
