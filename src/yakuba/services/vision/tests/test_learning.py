"""A head learns from what people said, is measured on what was held out, and works only with a second person's approval."""

from __future__ import annotations

import numpy as np
import pytest

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.vision.actions import learning
from yakuba.services.vision.actions.eyes import live_head
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine.heads import FEATURES
from yakuba.services.vision.models import Analysis, AnalysisSource, Picture, TownHead
from yakuba.services.vision.queries.learning import taught


@pytest.fixture
def labelled(in_yakuba_city, clerk):
    """Five drives whose pictures a person judged: what is heavy has another feature than what is light."""
    draw = np.random.default_rng(3)
    for drive in range(5):
        row = Analysis.objects.create(title=f"走行{drive}", purpose=Purpose.ROAD, state=Analysis.State.DONE)
        source = AnalysisSource.objects.create(analysis=row, name="写真", kind="archive", total=12)
        for index in range(12):
            truth = "heavy" if index % 2 else "light"
            feature = draw.normal(0, 1, len(FEATURES)) + (2.5 if truth == "heavy" else 0)
            Picture.objects.create(
                analysis=row, source=source, index=index, name=f"{index}.jpg", answer="light", truth=truth, verdict="right",
                feature=feature.astype("<f4").tobytes(),
            )  # fmt: skip


def test_it_learns_and_is_measured_before_and_after(labelled, clerk):
    row = learning.teach(Purpose.ROAD, actor=clerk)
    assert (row.version, row.labels, row.state) == (1, 60, "trained")
    before, after = row.figures["before"], row.figures["after"]
    assert before["share"] == pytest.approx(0.5)
    assert after["share"] > 0.8
    assert row.figures["better"] is True
    assert row.figures["sentence"]
    assert live_head(Purpose.ROAD) is None
    assert learning.teach(Purpose.ROAD, actor=clerk).version == 2


def test_it_works_only_when_a_second_person_has_approved(labelled, clerk, make_staff, in_yakuba_city):
    row = learning.teach(Purpose.ROAD, actor=clerk)
    proposal = learning.propose(row, "よくなったため", actor=clerk)
    with pytest.raises(approvals.ApprovalRefused, match="本人は承認できません"):
        approvals.approve(proposal, actor=clerk)
    assert live_head(Purpose.ROAD) is None
    other = make_staff(in_yakuba_city, "vision.approve", "approvals.answer")
    approvals.approve(Approval.objects.get(pk=proposal.pk), actor=other)
    row.refresh_from_db()
    assert row.state == TownHead.State.LIVE
    assert set(live_head(Purpose.ROAD).labels) == {"heavy", "light"}
    newer = learning.teach(Purpose.ROAD, actor=clerk)
    approvals.approve(learning.propose(newer, "もっと学んだため", actor=clerk), actor=other)
    assert list(TownHead.objects.order_by("version").values_list("state", flat=True)) == ["put_away", "live"]
    learning.put_away(newer)
    assert live_head(Purpose.ROAD) is None
    with pytest.raises(Conflict):
        learning.put_away(newer)
    with pytest.raises(Conflict):
        learning.propose(newer, "もう一度", actor=clerk)


def test_too_little_teaches_nothing_and_says_what_is_lacking(in_yakuba_city, clerk):
    with pytest.raises(Conflict, match="まだありません"):
        learning.teach(Purpose.TRAP, actor=clerk)
    with pytest.raises(Invalid):
        learning.teach(Purpose.PARKING, actor=clerk)
    assert all("枚以上" in one.lacking for one in taught())


def test_a_live_head_decides_and_sends_what_it_is_not_sure_of_to_a_person(
    labelled, clerk, make_staff, in_yakuba_city, look
):
    row = learning.teach(Purpose.ROAD, actor=clerk)
    other = make_staff(in_yakuba_city, "vision.approve", "approvals.answer")
    approvals.approve(learning.propose(row, "試すため", actor=clerk), actor=other)
    made = look()
    for picture in Picture.objects.filter(analysis=made):
        assert picture.answer in ("heavy", "light")
        assert 0 <= picture.sure <= 1
        assert "before" in picture.found
        assert picture.asks  # the features of a drawn road are far from those it learnt from
