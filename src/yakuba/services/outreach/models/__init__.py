"""Tables of persons, purposes and who wants no letters; campaigns; models; forecasts; readings; cases."""

from yakuba.services.outreach.models.campaigns import Campaign, InvitationPrint, Member
from yakuba.services.outreach.models.care import CareLook
from yakuba.services.outreach.models.forecasts import NumberSeries
from yakuba.services.outreach.models.pressure import PressureFile, PressureNotice
from yakuba.services.outreach.models.risks import RiskModel
from yakuba.services.outreach.models.tables import OptOut, Purpose, TownTable, Worked

__all__ = [
    "Campaign",
    "CareLook",
    "InvitationPrint",
    "Member",
    "NumberSeries",
    "OptOut",
    "PressureFile",
    "PressureNotice",
    "Purpose",
    "RiskModel",
    "TownTable",
    "Worked",
]
