"""What in a row is a number of another row without being a foreign key, and what is under the installation's key.

Where an import has to give all numbers of a municipality another place (`shift`), foreign keys are found by
themselves. The rest stands here: every column that holds JSON, bytes or a key in words has a line, and a test fails
where one has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[Any, int], Any]
Row = Mapping[str, Any]
TAIL = re.compile(r"([a-z_]+[:-])([0-9]{1,18})")
NAMED_BY_CODE = ("form:", "unit:", "limit:", "room:")  # subjects whose second half is no number of a row


def plain(value: Any, shift: int) -> Any:
    """Holds no number of a row."""
    return value


def tail(value: Any, shift: int) -> Any:
    """`case:12`, `run-12`."""
    found = TAIL.fullmatch(value)
    if found is None or value.startswith(NAMED_BY_CODE):
        return value
    return f"{found[1]}{int(found[2]) + shift}"


def lane(value: Any, shift: int) -> Any:
    """`robots:12`, but `reading-split:990019` is a municipality's code."""
    return tail(value, shift) if value.startswith(("robots:", "recordings:")) else value


def number(value: Any, shift: int) -> Any:
    """`12` in words."""
    return str(int(value) + shift) if value.isascii() and value.isdigit() else value


def numbers(value: Any, shift: int) -> Any:
    """A list of numbers."""
    return [one + shift if type(one) is int else one for one in value]


def within(*names: str) -> Change:
    """JSON in which what stands under these names is a number of a row, at any depth."""

    def change(value: Any, shift: int) -> Any:
        if isinstance(value, dict):
            return {
                name: inner + shift if name in names and type(inner) is int else change(inner, shift)
                for name, inner in value.items()
            }
        return [change(one, shift) for one in value] if isinstance(value, list) else value

    return change


SUBJECTS = (
    "file", "opening", "owner", "replaced", "rules", "run", "round", "scenario", "recording", "system", "rights_of",
)  # fmt: skip
ARGUMENTS = (
    "actor", "actor_id", "sheet_id", "file_id", "form_id", "trial_id", "run_id", "row_id", "recording_id", "print_id",
    "round_id", "schedule_id", "shredding_id", "transfers_id", "folder_id", "analysis_id", "camera_id",
)  # fmt: skip
# In the details of these events alone, the name is a number's.
OF_EVENTS = {
    "transfers.taken_over": "before",
    "protection.released": "to",
    "nursery.runs_compared": "before",
}
CHANGES: dict[str, Change] = {
    "accounts.Role.permissions": plain,
    "signin.DirectoryRule.groups": plain,
    "signin.DirectoryRule.factors": plain,
    "audit.AuditEvent.subject": tail,
    "audit.AuditEvent.details": within(*SUBJECTS),
    "tables.ColumnChoice.columns": plain,
    "meter.Usage.key": tail,
    "protection.Covered.key": number,
    "protection.Opening.key": number,
    "protection.Release.key": number,
    "ledger.Procedure.document": plain,
    "ledger.CaseValue.source": within("sheet"),
    "ledger.CaseEvent.details": within("sheet", "run"),
    "corefiles.CoreFile.held": plain,
    "corefiles.CoreFile.notes": plain,
    "persons.Load.problems": plain,
    "bundles.DefinitionVersion.content": plain,
    "jobs.Job.key": tail,
    "jobs.Job.lane": lane,
    "jobs.Job.arguments": within(*ARGUMENTS),
    "letters.LetterTemplate.faults": plain,
    "letters.LetterTemplate.notes": plain,
    "approvals.Approval.subject": tail,
    "townsettings.TownSetting.value": plain,
    "retention.Shredding.keys": numbers,
    "retention.Shredding.left": plain,
    "schedules.Schedule.choice": number,
    "transfers.Transfers.moves": plain,
    "transfers.Transfers.report": plain,
    "reading.FormDefinition.document": plain,
    "reading.DesignedForm.document": plain,
    "reading.DesignedForm.procedure_document": plain,
    "reading.DesignedForm.borrowed": plain,
    "reading.DesignedForm.doubts": plain,
    "reading.DesignedTrial.result": plain,
    "reading.Sheet.reading": plain,
    "reading.Sheet.look": plain,
    "reading.Arrival.subject": plain,
    "reading.Question.candidates": plain,
    "reading.Question.reasons": plain,
    "reading.Question.held_back": plain,
    "reading.Correction.source": within("sheet"),
    "answers.Knowledge.learned": plain,
    "answers.Asked.shown": numbers,
    # marks that were drawn at random
    "exchange.Parcel.key": plain,
    "exchange.Arrival.key": plain,
    "exchange.Standing.key": plain,
    "intake.Posted.key": plain,
    "fieldwork.PostedReport.key": plain,
    "fieldwork.ReportFromOutside.key": plain,
    "intake.FromOutside.key": plain,
    "exchange.Standing.plain": plain,
    "exchange.Standing.sealed": plain,  # to the applicant
    "intake.Posted.sealed": plain,  # to the applicant
    "fieldwork.PostedReport.sealed": plain,  # to the reporter
    "intake.WebForm.document": plain,
    "intake.ActingStatement.seen": plain,
    "intake.ActingStatement.lacking": plain,
    "intake.DayDraft.content": plain,
    "intake.DayClosing.content": plain,
    "translation.OwnPhrase.answers": plain,
    "translation.Talk.key": plain,
    "translation.Talk.lines": plain,
    "minutes.Publication.content": plain,
    "reform.SharedProcess.key": plain,
    "reform.ImportedProcess.key": plain,
    "reform.StandardModel.key": plain,
    "reform.SharedProcess.rows": plain,
    "reform.ImportedProcess.rows": plain,
    "reform.StandardModel.steps": plain,
    "reform.StandardModel.notes": plain,
    "reform.StandardModel.left": plain,
    "robots.System.credential_names": plain,
    "robots.ScenarioVersion.forms": plain,
    "robots.Run.problem": plain,
    "robots.Run.holder": plain,
    "robots.Row.intent": plain,
    "robots.Row.problem": plain,
    "robots.Row.seconds": plain,
    "robots.Row.look_up": plain,
    "robots.Row.lane": plain,
    "robots.Station.told": plain,  # sentences and counts, by marks that were drawn at random
    "robots.FastLane.pages": plain,
    "robots.FastLane.reasons": plain,
    "robots.Recording.draft": plain,
    "robots.TakenTemplate.words": plain,
    "nursery.Round.notice": plain,
    "nursery.Facility.vacancies": plain,
    "nursery.Facility.shared": plain,
    "nursery.Facility.facts": plain,
    "nursery.Facility.corrected": plain,
    "nursery.Application.wishes": plain,
    "nursery.Application.facts": plain,
    "nursery.Application.corrected": plain,
    "nursery.Snapshot.document": plain,
    "nursery.Run.change": plain,
    "nursery.Run.blocking": plain,
    "nursery.Run.seconds": plain,
    "nursery.Run.slots": plain,
    "nursery.Run.shared": plain,
    "nursery.Run.counts": plain,
    "nursery.Run.not_eligible": plain,
    "nursery.Run.problems": plain,
    "nursery.Run.notes": plain,
    "nursery.Placement.explanation": plain,
    "nursery.NoticePrint.texts": plain,
    "nursery.NoticePrint.addresses": plain,
    "nursery.NoticePrint.problems": plain,
    "nursery.NoticePrint.held_back": plain,
    "surveys.Edition.deadlines": plain,
    "surveys.Answers.values": plain,
    "surveys.Answers.faults": plain,
    "surveys.Tallied.key": plain,
    "surveys.Tallied.content": plain,
    "surveys.Tallied.hidden": plain,
    "surveys.FormFile.faults": plain,
    "surveys.Incoming.values": plain,
    "surveys.Incoming.last": plain,
    "surveys.Incoming.news": plain,
    "surveys.IncomingPart.questions": plain,
    "simulators.KeptRun.inputs": plain,
    "simulators.KeptRun.figures": plain,
    "claims.ClaimFile.faults": plain,
    "claims.ClaimFile.months": plain,
    "claims.ClaimFile.others": plain,
    "claims.CheckTable.faults": plain,
    "claims.CheckTable.renamed": plain,
    "claims.Finding.key": plain,  # of a file's digest, which is the same elsewhere
    "claims.CheckRun.months": plain,
    "claims.CheckRun.counts": plain,
    "claims.CheckRun.sources": plain,
    "sharing.Advisor.roles": plain,
    "sharing.Advisor.fields": plain,
    "sharing.Request.fields": plain,
    "sharing.Price.options": plain,
    "sharing.RegisterEntry.values": plain,
    "sharing.RegisterChange.values": plain,
    "sharing.Closing.content": plain,
    "sharing.Bill.content": plain,
    "sharing.ReceivedBill.content": plain,
    "outreach.TownTable.columns": plain,
    "outreach.TownTable.years": plain,
    "outreach.TownTable.faults": plain,
    "outreach.Purpose.classes": plain,
    "outreach.Campaign.columns": plain,
    "outreach.Campaign.funnel": plain,
    "outreach.Campaign.strata": plain,
    "outreach.Campaign.shares": plain,
    "outreach.Campaign.report": plain,
    "outreach.InvitationPrint.left": plain,
    "outreach.NumberSeries.periods": plain,
    "outreach.NumberSeries.values": plain,
    "outreach.NumberSeries.result": plain,
    "outreach.PressureFile.faults": plain,
    "outreach.PressureNotice.means": plain,
    "outreach.CareLook.asked": plain,
    "outreach.CareLook.result": plain,
    "outreach.RiskModel.features": plain,
    "outreach.RiskModel.figures": plain,
    "worklogs.LogImport.renamed": plain,
    "worklogs.LogImport.faults": plain,
    "worklogs.PseudonymKey.last": plain,  # of pseudonyms, which are numbered apart from rows
    "worklogs.Prepared.content": plain,  # numbers in it are a pseudonym's own, which are no row's
    "worklogs.Candidate.subject": tail,
    "worklogs.Candidate.steps": plain,
    "worklogs.Candidate.content": plain,
    "cityhub.Delivery.body": plain,  # ids of entities, which are words of the town
    "cityhub.WatchState.state": plain,  # moments and values
    "cityhub.BrokerLine.holder": plain,  # a process that is not there any more
    "cityhub.BrokerLine.filters": plain,  # topics
    "cityhub.BrokerLine.found": plain,  # what was found at the broker, in words
    "cityhub.Tile.ids": plain,  # of entities
    "cityhub.Forecast.content": plain,  # moments and values
    "cityhub.OpenDataset.ids": plain,  # of entities
    "cityhub.OpenDataset.attributes": plain,
    "cityhub.SurveyFile.facts": plain,  # numbers of a header
    "cityhub.SurveyFile.outline": plain,  # positions
    "cityhub.SurveyMeasure.asked": plain,  # numbers and positions; its surfaces are foreign keys
    "cityhub.SurveyMeasure.region": plain,
    "cityhub.SurveyMeasure.result": plain,
    "fieldwork.FarmField.outline": plain,  # positions
    "fieldwork.SoilSample.values": plain,
    "fieldwork.IndexRun.bands": plain,
    "fieldwork.AdviceRuleSet.trial": plain,  # counts, names and days
    "fieldwork.Report.key": plain,  # hashes of what phones made
    "fieldwork.ReportPhoto.key": plain,
    "fieldwork.Supporter.key": plain,
    "fieldwork.RoadFile.head": plain,  # counts of the graph and where it lies
    "fieldwork.StopEvent.key": plain,  # drawn by the page, or by whoever sends
    "vision.Analysis.said": plain,
    "vision.Picture.warnings": plain,
    "vision.Picture.found": plain,  # places in a picture
    "vision.Picture.feature": plain,
    "vision.RoadSection.line": plain,
    "vision.Camera.line": plain,
    "vision.ParkingSpace.corners": plain,
    "vision.TownHead.content": plain,
    "vision.TownHead.figures": plain,
}
# Under the municipality's key, which is another in the new installation: the name that it is bound to, by the row's number.
SEALED: dict[str, Callable[[int], str]] = {
    "exchange.OwnKey.sealed": lambda pk: f"exchange:key:{pk}",
    "robots.StationKey.sealed": lambda pk: f"robots:station-key:{pk}",
    "robots.System.credentials": lambda pk: f"robots.system:{pk}",
    "robots.Recording.live": lambda pk: f"robots.recording:{pk}",
    "robots.Recording.picture": lambda pk: f"robots.recording:{pk}",
    "worklogs.PseudonymKey.sealed": lambda pk: f"worklogs.key:{pk}",
    "worklogs.Subject.sealed": lambda pk: f"worklogs.subject:{pk}",
}


def moved(label: str, row: dict[str, Any], shift: int) -> dict[str, Any]:
    """The row with every number that is no foreign key moved by `shift`."""
    if not shift:
        return row
    for name, value in row.items():
        change = CHANGES.get(f"{label}.{name}")
        if change is not None and value is not None:
            row[name] = change(value, shift)
    if label == "audit.AuditEvent" and row["name"] in OF_EVENTS:
        row["details"] = within(OF_EVENTS[row["name"]])(row["details"], shift)
    return row
