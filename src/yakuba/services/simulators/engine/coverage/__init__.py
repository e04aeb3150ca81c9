"""基地局のカバー範囲: propagation models within their ranges, link budget, number of stations."""

from yakuba.services.simulators.engine.coverage.calculator import COVERAGE

__all__ = ["COVERAGE"]
