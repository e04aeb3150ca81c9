"""The five simulators as a library: `CALCULATORS["delay"].calculate(inputs)`. No framework."""

from yakuba.services.simulators.engine.calculators import CALCULATORS
from yakuba.services.simulators.engine.reading import read, read_lines, read_number

__all__ = ["CALCULATORS", "read", "read_lines", "read_number"]
