"""All calculators, in the order of the page."""

from __future__ import annotations

from yakuba.services.simulators.contracts import Calculator
from yakuba.services.simulators.engine.chain import CHAIN
from yakuba.services.simulators.engine.coverage import COVERAGE
from yakuba.services.simulators.engine.delay import DELAY
from yakuba.services.simulators.engine.loss import LOSS
from yakuba.services.simulators.engine.route import ROUTE

CALCULATORS: dict[str, Calculator] = {one.code: one for one in (DELAY, COVERAGE, CHAIN, ROUTE, LOSS)}
