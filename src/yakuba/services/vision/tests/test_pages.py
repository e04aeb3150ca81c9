"""What staff see and press."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.jobs.models import Job
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import Analysis, Camera, Judgement, ParkingSpace, Picture, RoadSection
from yakuba.services.vision.queries import counts
from yakuba.services.vision.tests.examples import make
from yakuba.services.vision.tests.pictures import drive

LISTS = (
    "index",
    "sections",
    "priorities",
    "cameras",
    "counts",
    "queue",
    "heads",
    "models",
    "new",
    "new_camera",
    "load_sections",
)
TABLE = "番号,路線名,緯度,経度,交通量\n12,市道12号,35.6,138.5,1200\n12,,35.6,138.502,\n"


@pytest.fixture
def one(in_yakuba_city, clerk):
    return make(clerk, {"secret_word": "市道3号"})


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_every_page_stands_with_no_data(staff, name):
    assert staff.get(reverse(f"vision:{name}"), follow=True).status_code == 200


def test_every_page_stands_with_data(staff, one):
    for name in LISTS:
        assert staff.get(reverse(f"vision:{name}"), follow=True).status_code == 200, name
    pages = {
        "analysis": "analysis_id", "pictures": "analysis_id", "take": "analysis_id", "picture": "vision_picture_id", "judge": "vision_picture_id",
        "section": "road_section_id", "edit_section": "road_section_id", "camera": "camera_id", "edit_camera": "camera_id",
        "spaces": "camera_id", "head": "vision_head_id",
    }  # fmt: skip
    for name, argument in pages.items():
        answer = staff.get(reverse(f"vision:{name}", args=[one[argument]]), follow=True)
        assert answer.status_code == 200, name
    assert "測っていない" not in text(staff.get(reverse("vision:section", args=[one["road_section_id"]])))
    assert "55.0" in text(staff.get(reverse("vision:priorities"))) or "59" in text(
        staff.get(reverse("vision:priorities"))
    )


def test_pictures_are_sent_and_a_worker_is_asked(staff):
    files = [SimpleUploadedFile(name, content) for name, content in drive(2)]
    given = {
        "title": "市道3号",
        "purpose": "road",
        "pictures": files,
        "every": "10",
        "by": "metres",
        "nobody_seen": "on",
    }
    answer = staff.post(reverse("vision:new"), given)
    row = Analysis.objects.get()
    assert answer.status_code == 302
    assert Job.objects.get(name="vision.look").arguments == {"analysis_id": row.pk}
    page = text(staff.get(reverse("vision:analysis", args=[row.pk])))
    assert "解析中" in page


def test_what_is_wrong_stands_beside_the_form_with_what_was_typed(staff):
    given = {
        "title": "件名のこと",
        "purpose": "trap",
        "pictures": [SimpleUploadedFile("a.jpg", b"x")],
        "every": "10",
        "by": "metres",
        "nobody_seen": "on",
    }
    answer = staff.post(reverse("vision:new"), given)
    assert answer.status_code == 422
    assert "カメラを選んで" in text(answer)
    assert "件名のこと" in text(answer)
    answer = staff.post(reverse("vision:new"), {"title": "", "day": "2026-04-01"})
    assert answer.status_code == 422
    assert "1つ以上選んで" in text(answer)


def test_the_drawing_has_what_was_found_and_the_table_says_it(staff, one):
    place = reverse("vision:shown", args=[one["vision_picture_id"]])
    drawn, plain = (
        Image.open(io.BytesIO(staff.get(place + tail).content)).convert("RGB") for tail in ("", "?plain=1")
    )
    assert drawn.size == plain.size == (64, 48)
    assert drawn.tobytes() != plain.tobytes()
    page = text(staff.get(reverse("vision:picture", args=[one["vision_picture_id"]])))
    assert "ひび割れ" in page
    assert "左の中ほど" in page
    assert "判断待ち" in page


def test_one_picture_after_the_other_is_judged_with_keys_or_without(staff, one, clerk):
    page = text(staff.get(reverse("vision:queue")))
    assert 'data-key="Enter"' in page
    assert page.index("多い <kbd>Enter") < page.index("少ない <kbd>Alt+1")
    token = page.split('name="shown" value="')[1].split('"')[0]
    answer = staff.post(
        reverse("vision:say", args=[one["vision_picture_id"]]), {"truth": "light", "shown": token}
    )
    assert answer.url == reverse("vision:queue")
    said = Judgement.objects.get()
    assert (said.verdict, said.truth, said.by) == ("wrong", "light", clerk)
    assert "判断を待つ写真はありません" in text(staff.get(reverse("vision:queue")))
    assert staff.post(
        reverse("vision:say", args=[one["vision_picture_id"]]), {"truth": "nonsense"}
    ).status_code in (302, 422)
    assert Judgement.objects.count() == 1


def test_sections_come_from_a_file_or_their_faults_are_told(staff):
    page = reverse("vision:load_sections")
    answer = staff.post(page, {"file": SimpleUploadedFile("s.csv", (TABLE + "13,,35.6,x,\n").encode())})
    assert answer.status_code == 422
    assert "4行目" in text(answer)
    assert not RoadSection.objects.exists()
    assert staff.post(page, {"file": SimpleUploadedFile("s.csv", TABLE.encode())}).status_code == 302
    row = RoadSection.objects.get()
    assert (row.code, row.traffic) == ("12", 1200)
    assert "測っていない1区間" in text(staff.get(reverse("vision:priorities")))
    edit = reverse("vision:edit_section", args=[row.pk])
    assert (
        staff.post(edit, {"name": "市道12号線", "traffic": "", "repaired_on": "令和5年4月1日"}).status_code
        == 302
    )
    row.refresh_from_db()
    assert (row.name, row.traffic, row.repaired_on.year) == ("市道12号線", None, 2023)
    assert "市道12号線" in text(staff.get(reverse("vision:sections_geojson")))
    staff.post(reverse("vision:remove_section", args=[row.pk]))
    assert not RoadSection.objects.exists()


def test_a_camera_is_entered_and_its_spaces_are_drawn(staff):
    given = {
        "name": "駅前",
        "purpose": "parking",
        "latitude": "35.6",
        "longitude": "138.5",
        "entity_id": "p-1",
    }
    assert staff.post(reverse("vision:new_camera"), given).status_code == 302
    row = Camera.objects.get()
    answer = staff.post(reverse("vision:spaces", args=[row.pk]), {"text": "A: 1,1 2,2"})
    assert answer.status_code == 422
    assert "1行目" in text(answer)
    assert (
        staff.post(reverse("vision:spaces", args=[row.pk]), {"text": "A: 1,1 20,1 20,20 1,20"}).status_code
        == 302
    )
    assert ParkingSpace.objects.get().corners[1] == [0.2, 0.01]
    page = text(staff.get(reverse("vision:spaces", args=[row.pk])))
    assert "A: 1,1 20,1 20,20 1,20" in page


def test_a_head_is_proposed_on_its_page(staff, one):
    page = reverse("vision:head", args=[one["vision_head_id"]])
    assert staff.post(page, {"reason": "よいため"}).status_code == 302
    assert Approval.objects.get().kind == "vision.head"
    assert "承認待ち" in text(staff.get(page))
    assert staff.post(page, {"reason": "もう一度"}).status_code == 422


def test_another_town_sees_nothing_of_it(one, neighbour, client):
    client.force_login(neighbour)
    for name, argument in (("analysis", "analysis_id"), ("picture", "vision_picture_id"), ("shown", "vision_picture_id"), ("camera", "camera_id"), ("section", "road_section_id"), ("head", "vision_head_id")):  # fmt: skip
        assert client.get(reverse(f"vision:{name}", args=[one[argument]])).status_code == 404, name


def test_the_order_of_repair_as_csv_holds_its_steps_and_no_formula(staff, one, in_yakuba_city):
    RoadSection.objects.create(code="=1+1", name="+x", line=[[138.5, 35.7], [138.6, 35.7]], metres=5)
    content = text(staff.get(reverse("vision:priorities_csv")))
    assert content.startswith("\ufeff順位")
    assert "損傷の程度 多い 1.00×50=50.0" in content
    assert ",'=1+1," in content


def test_counts_say_what_they_are(staff, in_yakuba_city, clerk):
    row = Analysis.objects.create(title="通り", purpose=Purpose.TRAFFIC, state=Analysis.State.DONE)
    source = row.sources.create(name="写真", kind="archive", total=2)
    for index, people in enumerate((2, 3)):
        Picture.objects.create(
            analysis=row,
            source=source,
            index=index,
            name=f"{index}",
            people=people,
            bicycles=0,
            vehicles=1,
            taken_at="2026-04-01T09:10:00+09:00",
        )
    page = text(staff.get(reverse("vision:counts")))
    assert "測って" in page
    assert "2.5" in page
    (hour,) = counts.hours()
    assert (hour.pictures, hour.people, hour.watched) == (2, 2.5, False)
