"""パケットの抜け: the Gilbert–Elliott model, fitted to measured traces."""

from yakuba.services.simulators.engine.loss.calculator import LOSS
from yakuba.services.simulators.engine.loss.trace import Trace, fitted, read_trace

__all__ = ["LOSS", "Trace", "fitted", "read_trace"]
