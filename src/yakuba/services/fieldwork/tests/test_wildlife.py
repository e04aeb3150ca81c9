"""Animals: rates and not counts, the best places against all others, and no animal paid for twice."""

from __future__ import annotations

import itertools
import json
import random
from datetime import date, timedelta
from io import BytesIO

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageOps

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import permission_names
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.actions import bounties, wildlife
from yakuba.services.fieldwork.engine.nearby import Point, metres
from yakuba.services.fieldwork.engine.photographs import apart, mark
from yakuba.services.fieldwork.engine.wildlife import coverage, density
from yakuba.services.fieldwork.engine.wildlife.density import Effort
from yakuba.services.fieldwork.models import BountyClaim, Comparison, Sighting, Trap, TrapDay, TrapVisit
from yakuba.services.fieldwork.queries import wildlife as queries
from yakuba.services.fieldwork.tests.conftest import uploaded

MIDDLE = Point(35.6, 138.5)


def scene(seed: int, size: int = 600) -> Image.Image:
    """A made picture of soft blobs, so that its low frequencies say something."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (9, 12), dtype=np.uint8))
    return small.resize((size, size * 3 // 4), Image.Resampling.BICUBIC).convert("RGB")


def jpeg(picture: Image.Image, quality: int = 90, taken: str = "") -> bytes:
    out, exif = BytesIO(), Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def test_a_flat_truth_comes_out_flat_where_effort_was_uneven():
    random.seed(3)
    effort, events = [], []
    for column in range(6):
        nights = 200.0 if column < 3 else 40.0  # five times as many traps in the west
        for row in range(6):
            at = Point(MIDDLE.latitude + row * 0.004, MIDDLE.longitude + column * 0.005)
            effort.append(Effort(at, nights))
            events += [at] * round(nights / 20)  # 5 for 100 nights everywhere
    cells = density.grid([one.at for one in effort], 300.0, 300.0)
    found = density.rates(cells, events, effort, 500.0, 10.0)
    rates = [one.rate for one in found if one.rate is not None]
    assert rates
    assert max(rates) / min(rates) < 1.01
    assert all(abs(one - 5) < 0.01 for one in rates)


def test_cells_without_effort_say_nothing_whatever_was_seen_there():
    far = Point(MIDDLE.latitude + 0.1, MIDDLE.longitude)
    (near, away) = density.rates([MIDDLE, far], [far, far], [Effort(MIDDLE, 100.0)], 500.0, 10.0)
    assert (near.rate, away.rate) == (0.0, None)
    assert density.rates([], [], [], 1.0, 1.0) == []
    assert density.rates([MIDDLE], [], [], 500.0, 10.0)[0].rate is None
    with pytest.raises(ValueError, match="cells"):
        density.grid([MIDDLE, far], 1.0, 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_the_exact_choice_is_the_best_of_all_and_greedy_is_within_its_bound(seed):
    rng = random.Random(seed)
    near = lambda: Point(MIDDLE.latitude + rng.random() * 0.02, MIDDLE.longitude + rng.random() * 0.02)  # noqa: E731
    sites, points = [near() for _ in range(9)], [(near(), float(rng.randint(1, 5))) for _ in range(40)]
    found = coverage.place(sites, points, 400.0, 3)

    def covered(chosen):
        return sum(w for at, w in points if any(metres(sites[one], at) <= 400.0 for one in chosen))

    best = max(covered(one) for one in itertools.combinations(range(9), 3))
    assert found.proved
    assert found.exact.covered == covered(found.exact.sites) == best
    assert found.greedy.covered >= (1 - 1 / np.e) * best
    assert found.gap == pytest.approx(1 - found.greedy.covered / best, abs=1e-6)


def test_nothing_to_cover_and_fewer_sites_than_asked_for():
    assert coverage.place([], [], 100.0, 3).exact.sites == ()
    assert coverage.place([MIDDLE], [(MIDDLE, 2.0)], 100.0, 5).exact.covered == 2.0


def test_marks_find_the_same_picture_smaller_worse_and_mirrored_and_no_other():
    pictures = [scene(seed) for seed in range(12)]
    marks = [mark(one) for one in pictures]
    for picture, own in zip(pictures, marks, strict=True):
        worse = Image.open(BytesIO(jpeg(picture, quality=40)))
        assert apart(own, mark(worse)) <= 6
        assert apart(own, mark(picture.resize((200, 150)))) <= 6
        assert apart(own, mark(ImageOps.mirror(ImageOps.mirror(picture)))) == 0
        assert apart(own, mark(ImageOps.mirror(picture))) > 20
    others = [apart(one, other) for one, other in itertools.combinations(marks, 2)]
    assert min(others) > 6


@pytest.fixture
def trap(open_town):
    return wildlife.set_trap(
        "A-1", "box", 35.6, 138.5, timezone.localdate() - timedelta(days=10), "裏山", "trap-a1", "shut"
    )


def test_catch_for_trap_nights_and_what_sensors_saved(trap, clerk, staff):
    now = timezone.now()
    wildlife.set_trap("B-1", "snare", 35.61, 138.5, timezone.localdate() - timedelta(days=10))
    for number in range(8):  # heard on eight days, shut on one
        TrapDay.objects.create(
            trap=trap,
            day=timezone.localdate() - timedelta(days=number),
            heard_at=now - timedelta(days=number),
            shut=number == 3,
        )
    wildlife.visit_trap(trap.pk, "caught", "boar", 2, 40, actor=clerk, at=now - timedelta(days=3))
    for number in range(5):
        wildlife.visit_trap(
            Trap.objects.get(code="B-1").pk,
            "nothing",
            minutes=30,
            actor=clerk,
            at=now - timedelta(days=number),
        )
    first, second = queries.standings(list(Trap.objects.order_by("code")))
    assert (first.nights, first.caught, first.per_hundred, first.state) == (10, 2, 20.0, "開いている")
    assert (second.caught, second.state) == (0, "センサーなし")
    saved = queries.saving(timezone.localdate() - timedelta(days=30), timezone.localdate())
    assert (saved.days, saved.visited, saved.shut) == (8, 1, 1)
    assert saved.share == 7 / 8
    assert (saved.days_without, saved.visited_without) == (3 + 11, 5)
    assert "87.5%" in staff.get(reverse("fieldwork:traps"), follow=True).content.decode()


def test_a_sensor_that_says_shut_asks_for_a_visit(trap, clerk, staff):
    assert wildlife.look() == 0
    cityhub.bring([{"id": "trap-a1", "type": "Trap", "shut": {"type": "Number", "value": 0}}])
    assert wildlife.look() == 1
    assert queries.standings([trap])[0].state == "開いている"
    cityhub.bring([{"id": "trap-a1", "type": "Trap", "shut": {"type": "Number", "value": 1}}])
    wildlife.look()
    assert queries.standings([trap])[0].state == "作動した：見に行く"
    page = staff.post(
        reverse("fieldwork:trap", args=[trap.pk]),
        {"found": "caught", "species": "deer", "number": "1", "minutes": "35"},
        follow=True,
    )
    assert "シカ 1頭" in page.content.decode()
    assert queries.standings([trap])[0].state == "開いている"
    assert AuditEvent.objects.filter(name="fieldwork.trap_visited").count() == 1


def test_what_cannot_be_is_told(trap, clerk):
    with pytest.raises(Conflict, match="もうあります"):
        wildlife.set_trap("A-1", "box", 35.6, 138.5, timezone.localdate())
    for latitude, longitude in ((0.0, 0.0), (43.0, 141.0), (float("nan"), 138.5)):
        with pytest.raises(Invalid):
            wildlife.set_trap("C", "box", latitude, longitude, timezone.localdate())
    with pytest.raises(Invalid, match="捕獲のときだけ"):
        wildlife.visit_trap(trap.pk, "caught", actor=clerk)
    with pytest.raises(Invalid, match="これから先"):
        wildlife.add_sighting("deer", 1, 35.6, 138.5, timezone.now() + timedelta(hours=1), actor=clerk)
    wildlife.remove_trap(trap.pk, timezone.localdate())
    with pytest.raises(Conflict):
        wildlife.remove_trap(trap.pk, timezone.localdate())
    assert TrapVisit.objects.count() == 0


def test_hot_spots_and_next_places_on_pages_also_with_nothing(open_town, clerk, staff):
    assert "わなの夜がまだありません" in staff.get(reverse("fieldwork:hot_spots")).content.decode()
    asked = {"number": "2", "reach": "500", "species": ""}
    assert "選ぶ場所がありません" in staff.get(reverse("fieldwork:next_traps"), asked).content.decode()
    old = timezone.localdate() - timedelta(days=60)
    row = wildlife.set_trap("A-1", "box", 35.6, 138.5, old)
    wildlife.visit_trap(row.pk, "caught", "boar", 3, actor=clerk)
    assert "わなの夜が足りない区画は灰色" in staff.get(reverse("fieldwork:hot_spots")).content.decode()
    cells = queries.hot_spots()
    assert max(one.rate for one in cells if one.rate is not None) == pytest.approx(5.0)
    assert queries.hot_spots("deer")[0].rate in (0.0, None)
    for number in range(6):
        wildlife.add_sighting("boar", 1, 35.62 + number * 0.0005, 138.5, timezone.now(), actor=clerk)
    page = staff.get(reverse("fieldwork:next_traps"), asked).content.decode()
    assert "これよりよい選び方はないと確かめた" in page
    assert Sighting.objects.count() == 6


def claim(number, content, actor, species="boar", day=None, **more):
    return bounties.claim(
        number, "見本 猟師", species, day or date(2026, 1, 5), [BytesIO(content)], actor=actor, **more
    )


@pytest.fixture
def second(make_staff, open_town):
    """Somebody else, who decides what the clerk has entered."""
    return make_staff(open_town, *permission_names())


def test_one_animal_photographed_once_is_not_paid_twice_however_it_is_turned(open_town, clerk, second):
    picture = scene(1)
    first = claim("R5-1", jpeg(picture), clerk, day=date(2023, 2, 1))
    bounties.decide(first.pk, True, "", actor=second)
    for number, sent in (("R7-1", jpeg(picture, 50)), ("R7-2", jpeg(ImageOps.mirror(picture)))):
        later = claim(number, sent, clerk)
        (found,) = queries.comparisons(later).filter(other__claim=first)
        assert found.why == ("same" if number == "R7-1" else "mirrored")
        with pytest.raises(Conflict, match="見比べていない"):
            bounties.decide(later.pk, True, "", actor=second)
        for one in queries.comparisons(later):
            bounties.judge(one.pk, True, "背景の木が同じ", actor=clerk)
        with pytest.raises(Conflict, match="同じ個体"):
            bounties.decide(later.pk, True, "", actor=second)
        with pytest.raises(Conflict, match="変えられません"):
            bounties.judge(found.pk, False, "x", actor=clerk)
        bounties.decide(later.pk, False, "前に払っています", actor=clerk)
    other = claim("R7-3", jpeg(scene(2)), clerk)
    assert not queries.comparisons(other).filter(bits__lte=6).exists()


def test_the_same_second_and_the_same_place_are_asked_about(open_town, clerk):
    claim(
        "1",
        jpeg(scene(3), taken="2026:01:05 08:00:01"),
        clerk,
        species="deer",
        latitude=35.6,
        longitude=138.5,
    )
    second = claim("2", jpeg(scene(4), taken="2026:01:05 08:00:01"), clerk, species="boar")
    near = claim(
        "3", jpeg(scene(5)), clerk, species="deer", latitude=35.6005, longitude=138.5, day=date(2026, 1, 7)
    )
    apart_ = claim(
        "4", jpeg(scene(6)), clerk, species="deer", latitude=35.63, longitude=138.5, day=date(2026, 1, 7)
    )
    assert queries.comparisons(second).get(other__claim__number="1").why == "second"
    assert queries.comparisons(near).get(other__claim__number="1").why == "place"
    assert not queries.comparisons(apart_).filter(why__in=("second", "place", "same"))


def test_a_claim_through_the_pages_and_a_broken_photograph_keeps_nothing(open_town, second, staff):
    given = {"number": "9", "hunter": "見本", "species": "boar", "caught_on": "2026-01-05"}
    refused = staff.post(reverse("fieldwork:new_bounty"), {**given, "photos": uploaded(b"no picture")})
    assert refused.status_code == 422
    assert not BountyClaim.objects.exists()
    for number in ("9", "10"):
        staff.post(
            reverse("fieldwork:new_bounty"), {**given, "number": number, "photos": uploaded(jpeg(scene(7)))}
        )
    row = BountyClaim.objects.get(number="10")
    found = Comparison.objects.get()
    page = staff.get(reverse("fieldwork:compare", args=[found.pk])).content.decode()
    assert page.count("<img") == 2
    staff.post(reverse("fieldwork:compare", args=[found.pk]), {"verdict": "other", "remark": "耳の形が違う"})
    own = staff.post(reverse("fieldwork:bounty", args=[row.pk]), {"decision": "pay"})
    assert "別の職員に決めてもらってください" in own.content.decode()
    decides = Client()
    decides.force_login(second)
    decides.post(reverse("fieldwork:bounty", args=[row.pk]), {"decision": "pay"})
    row.refresh_from_db()
    assert row.state == "payable"
    twice = staff.post(reverse("fieldwork:new_bounty"), {**given, "photos": uploaded(jpeg(scene(8)))})
    assert twice.status_code in (409, 422)
    assert "もうあります" in twice.content.decode()
    names = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"fieldwork.bounty_claimed", "fieldwork.bounty_compared", "fieldwork.bounty_decided"} <= names


def test_programs_add_traps_and_visits(open_town, clerk, client):
    token = ApiToken.issue(clerk, "x", ["fieldwork.wildlife"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    body = {"code": "Z-1", "kind": "box", "latitude": 35.6, "longitude": 138.5, "set_on": "2026-01-01"}
    made = client.post(
        "/api/v1/fieldwork/traps", json.dumps(body), content_type="application/json", headers=headers
    )
    assert made.status_code == 201
    visit = {"found": "bait", "minutes": 20}
    answer = client.post(
        f"/api/v1/fieldwork/traps/{made.json()['id']}/visits",
        json.dumps(visit),
        content_type="application/json",
        headers=headers,
    )
    assert answer.json()["found"] == "bait"
    assert client.get("/api/v1/fieldwork/traps", headers=headers).json()[0]["code"] == "Z-1"
