"""遅れのある制御: PD control over a line with transport delay."""

from yakuba.services.simulators.engine.delay.calculator import DELAY

__all__ = ["DELAY"]
