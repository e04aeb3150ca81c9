"""What the search of the whole house finds here: every scenario of the register, by what it does and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from yakuba.kernel.refusals import if_valid
from yakuba.kernel.search import Entry, Text, numbers
from yakuba.services.robots.models import Scenario
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.steps import sections

SOURCE = "robots.scenarios"
NAME, OF_WHAT = 3.0, 2.0  # what a word counts there, beside 1 in a step


def keys(after: str) -> Iterator[str]:
    """The scenarios of the register."""
    return numbers.keys(Scenario.objects.all(), after)


def entries(wanted: Sequence[str]) -> Iterator[Entry]:
    """Those of these keys. One that rests is found, too, and says so: who looks for it wants to know."""
    for row in register.scenarios().filter(pk__in=numbers.numbers(wanted)):
        state = "使用中" if row.in_use else "休止中"
        yield Entry(
            str(row.pk),
            row.name,
            reverse("robots:scenario", args=[row.pk]),
            (
                Text(row.name, NAME),
                Text(row.procedure.title, OF_WHAT, label="手続"),
                Text(row.system.name, OF_WHAT, label="接続先"),
                Text(_steps(row), label="手順"),
            ),
            detail=f"{row.procedure.title}、{row.system.name}、{state}",
        )


def _steps(row: Scenario) -> str:
    """The steps of the version that runs, a line each; nothing where none runs, or it fits its procedure no more: the
    register's page says so."""
    version = register.latest_version(row)
    read = if_valid(register.parsed, version) if version else None
    return "\n".join(
        f"{line.verb} {line.target} {line.value}".strip()
        for section in (sections(read) if read else ())
        for line in section.lines
    )
