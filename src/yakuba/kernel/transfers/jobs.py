"""The look at the calendar."""

from yakuba.kernel.jobs import chore
from yakuba.kernel.transfers import actions

chore(60.0, actions.carry_out_due)
