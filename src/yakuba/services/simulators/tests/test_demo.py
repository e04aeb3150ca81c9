"""What the demo town shows of the room."""

from yakuba.demo import trials
from yakuba.services.simulators.engine import CALCULATORS
from yakuba.services.simulators.models import Indicator, KeptRun, Measurement


def test_every_calculator_has_a_kept_result_and_published_targets_have_no_measured_value(
    in_yakuba_city, clerk, monkeypatch
):
    monkeypatch.setattr(trials.town, "user", lambda name: clerk)
    trials.load()
    assert set(KeptRun.objects.values_list("calculator", flat=True)) == set(CALCULATORS)
    published = Indicator.objects.filter(trial__title__contains="目標")
    targets = dict(published.values_list("label", "target"))
    assert (targets["誘致した企業"], targets["地元の雇用"], targets["町内への移住者"]) == (5, 5, 2)
    assert (targets["2025年度の地域"], targets["2027年度の地域"]) == (50, 100)
    assert not Measurement.objects.filter(indicator__in=published).exists()
    assert Measurement.objects.count() == 6
    number = KeptRun.objects.count()
    trials.load()
    assert KeptRun.objects.count() == number
