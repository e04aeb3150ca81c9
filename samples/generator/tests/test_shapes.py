"""The engine's table of strokes is what the script measures in the faces of the generator."""

import numpy as np
from measure_shapes import table

from yakuba.services.reading.engine.shapes import TABLE

NEARLY = 6  # hundredths of an em: another version of the font renderer


def test_the_engines_table_is_what_is_measured():
    wanted = "津島一オ5"
    measured = table(wanted)
    with np.load(TABLE) as kept:
        at = [str(kept["characters"]).index(character) for character in wanted]
        assert str(measured["characters"]) == wanted
        for name in ("runs", "rest"):
            assert np.abs(kept[name][at].astype(int) - measured[name].astype(int)).max() <= NEARLY
