"""The surveys room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.tenancy.models import Department
from yakuba.services.surveys.actions import answers, definitions, incoming, tallies
from yakuba.services.surveys.models import Answers, Asked, Edition, Incoming, Survey
from yakuba.services.surveys.operations.answers import read_values


def is_empty() -> bool:
    """Whether no survey was ever made."""
    return not Survey.objects.exists()


def sample_survey(text: str, *, proposer: User, approver: User) -> int:
    """A survey by its definition, sent out by two people. → the edition's number. Raises DefinitionRefused."""
    row = definitions.load(text, actor=proposer)
    _approve(definitions.propose(row, "見本として出す", actor=proposer), approver)
    return int(row.pk)


def sample_answers(edition_id: int, code: str, values: Mapping[str, str], *, actor: User) -> None:
    """Answers of a body, entered for it. Raises Invalid."""
    asked = Asked.objects.select_related("edition__survey").get(edition=edition_id, code=code)
    answers.keep(
        asked,
        read_values(asked.edition.definition, dict(values)),
        Answers.Way.PROXY,
        actor=actor,
        reason="見本",
    )


def sample_publication(edition_id: int, *, proposer: User, approver: User) -> None:
    """Closed, tallied and published by two people."""
    row = definitions.close(Edition.objects.get(pk=edition_id), True)
    tallies.prepare(row)
    _approve(
        tallies.propose_publication(Edition.objects.get(pk=edition_id), "見本として公表する", actor=proposer),
        approver,
    )


def sample_tally(edition_id: int) -> None:
    """The tally as it stands."""
    tallies.prepare(Edition.objects.get(pk=edition_id))


def sample_plan(code: str, title: str, cycle: str, last: str, next_text: str, next_on: date | None) -> None:
    """A line of the calendar."""
    definitions.plan(code, title, cycle, last, next_text, next_on)


def sample_inquiry(
    title: str, sender: str, came_on: date, deadline: date | None, departments: Sequence[str], *, actor: User
) -> None:  # fmt: skip
    """An inquiry that came by mail, split to these sections."""
    given = {"title": title, "sender": sender, "came_on": came_on, "deadline": deadline}
    row = incoming.register(given, "", actor=actor)
    parts = [
        incoming.PartOf(Department.objects.get_or_create(name=name)[0], (), deadline) for name in departments
    ]
    incoming.split(row, parts)


def sample_split(survey: str, edition: str, departments: Mapping[str, Sequence[str]]) -> None:
    """The inquiry of a survey of this installation, split to sections by the codes of its questions."""
    row = Incoming.objects.get(survey=survey, edition=edition)
    parts = [
        incoming.PartOf(Department.objects.get_or_create(name=name)[0], questions, row.deadline)
        for name, questions in departments.items()
    ]
    incoming.split(row, parts)


def _approve(approval: Approval, approver: User) -> None:
    approvals.approve(approval, actor=approver)


__all__ = [
    "is_empty",
    "sample_answers",
    "sample_inquiry",
    "sample_plan",
    "sample_publication",
    "sample_split",
    "sample_survey",
    "sample_tally",
]
