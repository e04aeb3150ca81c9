"""The workers keep the index: what was noted is brought in within seconds, what has to be built is built."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, chore, enqueue, in_each_town, job, limit_lane
from yakuba.kernel.jobs.models import FINISHED, Job
from yakuba.kernel.registry import search_sources
from yakuba.kernel.search import indexing
from yakuba.kernel.search.models import Waiting
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality

TAKE_IN, REBUILD = "search.take_in", "search.rebuild"
limit_lane("search", 1)


def _ask(name: str, source: str) -> None:
    if not Job.objects.filter(name=name, key=source).exclude(state__in=FINISHED).exists():
        # A lane for each town and kind of work: nobody's changes wait for somebody's building.
        enqueue(name, key=source, lane=f"search:{current_municipality().code}-{name}", source=source)


def take_in_everywhere() -> None:
    """Have brought in what was noted in any town."""
    noted = Waiting.all_municipalities.order_by().values("municipality")
    in_each_town("the index", _take_in_noted, Municipality.objects.filter(pk__in=noted))


def _take_in_noted() -> None:
    for source in list(Waiting.objects.order_by().values_list("source", flat=True).distinct()):
        if source in search_sources():
            _ask(TAKE_IN, source)
        else:
            Waiting.objects.filter(source=source).delete()  # of a room that is no more


def build_everywhere() -> None:
    """Have built what is not, in any town: after an upgrade, for a new town, or where what is found changed as a whole."""
    in_each_town("the index", _build)


def _build() -> None:
    for source in search_sources():
        if not indexing.is_built(source):
            _ask(REBUILD, source)


chore(3.0, take_in_everywhere)
chore(60.0, build_everywhere)


@job(TAKE_IN, label="索引に入れる")
def take_in(context: JobContext, *, source: str) -> None:
    """Bring in what was noted."""
    indexing.take_in(source, context.telling())


@job(REBUILD, label="索引を作る")
def rebuild(context: JobContext, *, source: str) -> None:
    """Build the index; called again after a crash, it goes on where it stopped."""
    indexing.rebuild(source, context.telling("件"))
