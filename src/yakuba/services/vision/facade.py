"""The vision room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from yakuba.services.vision.actions.cameras import set_camera, set_spaces
from yakuba.services.vision.actions.judging import judge
from yakuba.services.vision.actions.learning import propose, teach
from yakuba.services.vision.actions.roads import load as load_sections
from yakuba.services.vision.actions.roads import make as make_sections
from yakuba.services.vision.actions.starting import NewAnalysis, start
from yakuba.services.vision.actions.working import work
from yakuba.services.vision.contracts import AnalysisFacts, Purpose, SectionFacts, View
from yakuba.services.vision.models import Analysis
from yakuba.services.vision.queries import pictures, roads


def is_empty() -> bool:
    """Whether nothing was ever looked at."""
    return not Analysis.objects.exists()


def road_sections() -> list[SectionFacts]:
    """All sections with what the last drive measured."""
    return [roads.facts(one) for one in roads.standings(list(roads.sections()))]


def picture_numbers(analysis: Analysis) -> list[int]:
    """The numbers of its pictures, in the order in which they were taken."""
    return list(pictures.pictures(analysis.pk).values_list("pk", flat=True))


__all__ = [
    "Analysis",
    "AnalysisFacts",
    "NewAnalysis",
    "Purpose",
    "SectionFacts",
    "View",
    "is_empty",
    "judge",
    "load_sections",
    "make_sections",
    "picture_numbers",
    "propose",
    "road_sections",
    "set_camera",
    "set_spaces",
    "start",
    "teach",
    "work",
]
