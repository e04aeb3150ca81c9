"""The room stands."""

from datetime import date

from yakuba.services.intake.models import WebForm
from yakuba.services.intake.queries.forms import state_of


def test_a_form_is_open_on_both_its_days():
    form = WebForm(opens_on=date(2026, 4, 1), closes_on=date(2026, 4, 30))
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [state_of(form, day) for day in days] == ["waiting", "open", "open", "over"]
    assert state_of(None, days[0]) == "closed"
