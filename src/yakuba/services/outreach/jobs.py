"""What the worker does for this room. Of a town one at a time: a table and a model take memory."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, job, limit_lane
from yakuba.services.outreach.actions import campaigns, forecasts, letters, risks, tables
from yakuba.services.outreach.models import Campaign, InvitationPrint, NumberSeries, RiskModel, TownTable

limit_lane("outreach", 1)


@job(
    tables.JOB, label="勧奨の表の読み取り", attempts=2, ended=tables.give_up, again=tables.take_up, permission="outreach.load",
    about=lambda outreach_table_id: TownTable.objects.get(pk=outreach_table_id),
)  # fmt: skip
def read_table(context: JobContext, *, outreach_table_id: int) -> None:
    """Read a table. Killed half way it begins anew; nothing stands before all of it is read."""
    tables.work(outreach_table_id, context.went_on)


@job(
    campaigns.JOB, label="施策の割り付け", attempts=2, ended=campaigns.give_up, again=campaigns.take_up, permission="outreach.plan",
    about=lambda campaign_id: Campaign.objects.get(pk=campaign_id),
)  # fmt: skip
def assign(context: JobContext, *, campaign_id: int) -> None:
    """Choose and assign, all at once."""
    campaigns.work(campaign_id, context.went_on)


@job(
    letters.JOB, label="勧奨の手紙の作成", attempts=2, ended=letters.give_up, again=letters.take_up, permission="outreach.plan",
    about=lambda invitation_print_id: InvitationPrint.objects.get(pk=invitation_print_id),
)  # fmt: skip
def print_letters(context: JobContext, *, invitation_print_id: int) -> None:
    """Print; parts that are laid out are kept."""
    letters.work(invitation_print_id, context.went_on)


@job(
    risks.JOB, label="リスクのモデルの学習", attempts=2, ended=risks.give_up, again=risks.take_up, permission="outreach.model",
    about=lambda risk_model_id: RiskModel.objects.get(pk=risk_model_id),
)  # fmt: skip
def train(context: JobContext, *, risk_model_id: int) -> None:
    """Train a model and say what it is worth."""
    risks.work(risk_model_id, context.went_on)


@job(
    forecasts.JOB, label="数の予測", attempts=2, ended=forecasts.give_up, again=forecasts.take_up, permission="outreach.forecast",
    about=lambda number_series_id: NumberSeries.objects.get(pk=number_series_id),
)  # fmt: skip
def forecast(context: JobContext, *, number_series_id: int) -> None:
    """Try every method and forecast."""
    forecasts.work(number_series_id, context.went_on)
