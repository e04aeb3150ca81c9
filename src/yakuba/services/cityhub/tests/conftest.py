"""What several modules of these tests begin with."""

from yakuba.services.cityhub.tests.broker_line import device, line
from yakuba.services.cityhub.tests.ld import river, town
from yakuba.services.cityhub.tests.months import june, measured

__all__ = ["device", "june", "line", "measured", "river", "town"]
