"""The tables of the vision room."""

from yakuba.services.vision.models.cameras import Camera, Crossing, ParkingSpace
from yakuba.services.vision.models.heads import TownHead
from yakuba.services.vision.models.pictures import Analysis, AnalysisSource, Judgement, Original, Picture
from yakuba.services.vision.models.roads import RoadSection, SectionResult

__all__ = [
    "Analysis",
    "AnalysisSource",
    "Camera",
    "Crossing",
    "Judgement",
    "Original",
    "ParkingSpace",
    "Picture",
    "RoadSection",
    "SectionResult",
    "TownHead",
]
