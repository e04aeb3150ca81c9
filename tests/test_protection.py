"""支援措置, tried on the whole house: no page, file, picture or answer of the API tells where somebody under protection lives.

The addresses are those of the running house (as in `test_access`), so a new page is tried without anybody thinking of it.
"""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from test_access import PAGES, logged_in
from test_access_api import call, operations, token_for
from town_objects import load_objects

from yakuba.demo import town
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.persons.models import Load, Person
from yakuba.kernel.protection import actions, policy
from yakuba.kernel.protection.models import Protection
from yakuba.kernel.registry import permission_names
from yakuba.services.nursery.actions import notices
from yakuba.services.nursery.models import Application, Facility, Placement, Round, Run
from yakuba.services.nursery.queries import covering
from yakuba.services.reading.models import Correction, Question, Sheet
from yakuba.services.reading.tests.examples import CORNERS
from yakuba.services.robots.models import Row, RowEvent, RowPicture

NAME, PLACE, PHONE = "見本花子", "やくば市隠里町9丁目8番7号", "0398765432"
SAID = ("隠里町", "9998887", "999-8887", PHONE, "03-9876-5432", "隠里保育園")
ROOMS = ("ledger", "nursery", "reading", "robots")


@pytest.fixture
def objects(db):
    """The demo town's objects, all of them about one person whose address is known everywhere."""
    found = load_objects()
    with town.in_yakuba_city():
        _tell_everywhere(found.arguments)
    return found


def _tell_everywhere(known) -> None:
    case = Case.objects.select_related("procedure").get(pk=known["case_id"])
    sheet = known["sheet_id"]
    source = {"sheet": sheet, "page": 1, "corners": [list(point) for point in CORNERS]}
    fields = case.procedure.definition.by_code
    values = {"name": NAME, "birth": "1990-04-01", "address": PLACE, "postal_code": "9998887", "phone": PHONE}
    status = case.status
    Case.objects.filter(pk=case.pk).update(status=Status.CONFIRMING)  # what a robot enters nobody changes
    for field, value in values.items():
        if field in fields:
            ledger.record_value(case, field, value, trusted=False, source=source)
    clerk = town.user("kanri")
    ledger.confirm_value(case, "address", PLACE + "1", actor=clerk, seconds=1, insist=True)
    ledger.confirm_value(case, "address", PLACE, actor=clerk, seconds=1, insist=True)
    Case.objects.filter(pk=case.pk).update(status=status)
    question = Question.objects.get(pk=known["question_id"])
    Question.objects.filter(pk=question.pk).update(
        field="address", type="address", value=PLACE, raw=PLACE, candidates=[PLACE], message=f"{PLACE}ですか"
    )
    Correction.objects.filter(pk=known["correction_id"]).update(field="address", was=PLACE, right=PLACE)
    row = Row.objects.get(pk=known["row_id"])
    problem = {"kind": "mismatch", "message": f"{PLACE}と違います。", "field": "住所", "where": ""}
    Row.objects.filter(pk=row.pk).update(problem=problem | {"expected": "", "similar": []}, state="failed")
    RowEvent.objects.create(row=row, state="failed", message=f"{PLACE}と違います。")
    child = Application.objects.get(pk=known["application_id"])
    Facility.objects.filter(pk=known["facility_id"]).update(name="隠里保育園")
    Application.objects.filter(pk=child.pk).update(
        case=case, district="隠里町", facts=child.facts | {"address": PLACE, "電話番号": PHONE}
    )
    load = Load.objects.create(file_name="x", current=True, rows=1, finished_at=timezone.now())
    Person.objects.create(
        load=load, number="00012345", name=NAME, birth=date(1990, 4, 1), address=PLACE, name_key=NAME
    )


def protect() -> None:
    today = timezone.localdate()
    given = {
        "number": "00012345", "name": NAME, "birth": date(1990, 4, 1), "address": PLACE, "household": True,
        "reason": "申出", "begins": today, "until": today + timedelta(days=365),
    }  # fmt: skip
    with town.in_yakuba_city():
        actions.begin(given, actor=town.user("kanri"))


def told(objects) -> dict[str, set[str]]:
    """Room -> the pages and routes that tell it. Names of facilities alone are no secret."""
    client = logged_in(town.user("kanri"))
    token = token_for(town.user("kanri"), sorted(permission_names()))
    found: dict[str, set[str]] = {}
    answers = [
        (page.name, client.get(page.url(objects))) for page in PAGES if page.name not in ("logout", "manual")
    ]
    answers += [
        (f"{path.split('/')[3]}:{path}", call(token, method, path, objects))
        for method, path in operations()
        if method == "get"
    ]
    answers.append(("ledger:cases", client.get("/cases/", {"text": "隠里町"})))
    answers.append(("ledger:export", client.get("/cases/export/", {"form": "json", "procedure": "bus-pass"})))
    answers.append(("persons:index", client.post("/persons/", {"name": NAME, "birth": "1990-04-01"})))
    for name, answer in answers:
        text = b"".join(answer).decode(errors="replace")
        text = re.sub(r'value="隠里町"|「隠里町」', "", text)
        said = [one for one in SAID[:-1] if one in text]
        if said:
            found.setdefault(name.partition(":")[0], set()).add(f"{name} {said}")
    return found


@pytest.mark.slow
def test_no_page_and_no_answer_of_any_room_tells_where_the_person_lives(objects):
    protect()
    assert told(objects) == {}


@pytest.mark.full
def test_the_walk_would_see_it_in_every_room(objects, monkeypatch):
    protect()
    monkeypatch.setattr(policy, "under", lambda kind, keys=None: frozenset())
    monkeypatch.setattr(policy, "covered", lambda kind: policy.Covered.objects.none())
    assert {*ROOMS, "persons"} <= set(told(objects))


def _dark(client: Client, url: str, *, whole: bool = False) -> bool:
    picture = Image.open(io.BytesIO(b"".join(client.get(url)))).convert("L")

    def grey(x: int, y: int) -> int:
        return picture.getpixel((round(x * picture.width / 1654), round(y * picture.width / 1654)))

    return grey(300, 130) < 40 and (whole or grey(300, 1500) > 200)


def test_pictures_show_a_bar_over_the_field_and_no_crop_of_it(objects):
    known = objects.arguments
    with town.in_yakuba_city():
        sheet = Sheet.objects.get(pk=known["sheet_id"])
        reading = sheet.reading
        (first,) = reading["fields"]
        boxes = [
            b["field"]
            for page in sheet.form.document["pages"]
            if int(page["page"]) == 1
            for b in page["boxes"]
        ]
        beside = [[900.0, 2000.0], [1000.0, 2000.0], [1000.0, 2050.0], [900.0, 2050.0]]
        reading["fields"] = [first | {"field": field, "type": "text", "corners": beside} for field in boxes]
        for field in reading["fields"]:
            if field["field"] == "address":
                field |= {"label": "住所", "type": "address", "corners": first["corners"]}
        sheet.reading = reading
        sheet.save()
    client = logged_in(town.user("kanri"))
    page, crop = f"/reading/sheets/{sheet.pk}/page.png", f"/reading/cases/{known['case_id']}/address.png"
    scan = f"/robots/rows/{known['row_id']}/scans/1/"
    assert not _dark(client, page)
    assert client.get(crop).status_code == 200
    protect()
    assert _dark(client, page)
    assert _dark(client, scan)
    assert client.get(crop).status_code == 403
    with town.in_yakuba_city():
        picture = RowPicture.objects.get(pk=known["picture_id"])
    assert client.get(f"/robots/pictures/{picture.pk}/").status_code == 403
    # the name's own crop lies beside the address: what of the address is on it lies under the bar
    assert client.get(f"/reading/cases/{known['case_id']}/name.png").status_code == 200


@pytest.mark.slow
def test_a_second_scan_that_belongs_to_no_case_is_covered_too(objects):
    with town.in_yakuba_city():
        sheet = Sheet.objects.get(pk=objects.arguments["sheet_id"])
        number = sheet.case.receipt_number
        Sheet.objects.filter(pk=sheet.pk).update(case=None, receipt_number=number, reading=None)
    protect()
    client = logged_in(town.user("kanri"))
    assert _dark(client, f"/reading/sheets/{sheet.pk}/page.png", whole=True)


def test_a_sheet_of_which_not_every_box_was_found_is_covered_whole(objects):
    client, url = logged_in(town.user("kanri")), f"/reading/sheets/{objects.arguments['sheet_id']}/page.png"
    assert not _dark(client, url, whole=True)
    protect()
    assert _dark(client, url, whole=True)


def test_the_desk_does_not_stop_at_a_value_that_is_hidden(objects, make_staff):
    with town.in_yakuba_city() as municipality:
        Case.objects.filter(pk=objects.arguments["case_id"]).update(status="confirming")
        Question.objects.update(leased_to=None, leased_until=None)  # nobody has it before the eyes
        clerk = make_staff(municipality, "reading.view", "reading.confirm", "ledger.view")
    desk = logged_in(clerk)
    assert "/confirm/" in desk.get("/reading/confirm/").get("Location", "")
    protect()
    assert desk.get("/reading/confirm/").status_code == 200  # nothing is left for this person
    url = f"/reading/confirm/{objects.arguments['question_id']}/"
    assert desk.get(url).status_code == 403
    assert "/protection/open/ledger.case/" in logged_in(town.user("kanri")).get(url)["Location"]


def test_the_list_of_the_protected_is_not_taken_along(objects):
    protect()
    answer = logged_in(town.user("kanri")).get("/protection/", {"form": "utf-8"})
    assert "text/csv" not in answer["Content-Type"]


@pytest.mark.slow
def test_notices_of_protected_children_are_neither_made_nor_taken(objects):
    known, clerk = objects.arguments, town.user("kanri")
    with town.in_yakuba_city():
        round = Round.objects.get(pk=known["round_id"])
        made = notices.start(round, actor=clerk)
        notices.make(made.pk, lambda *_: None)
        made.refresh_from_db()
        assert made.count == 1
        notices.take_addresses(round, "utf-8", accept=True, actor=clerk)
    protect()
    with town.in_yakuba_city():
        for taken in (
            lambda: notices.take_print(round, actor=clerk),
            lambda: notices.take_addresses(round, "utf-8", accept=True, actor=clerk),
        ):
            with pytest.raises(policy.PlaceHidden):
                taken()
        again = notices.start(round, actor=clerk)
        notices.make(again.pk, lambda *_: None)
        again.refresh_from_db()
        assert again.count == 0
        assert "支援措置" in again.held_back[0]["reason"]
        assert "隠里" not in str(again.addresses)


def test_the_childs_facility_is_hidden_by_the_towns_setting(objects):
    protect()
    known, client = objects.arguments, logged_in(town.user("kanri"))
    with town.in_yakuba_city():
        placement = Placement.objects.get(pk=known["placement_id"])
    for url in (
        f"/nursery/applications/{known['application_id']}/",
        f"/nursery/placements/{placement.pk}/",
        f"/nursery/runs/{known['matching_id']}/children/",
        f"/nursery/rounds/{known['round_id']}/applications/",
    ):
        page = b"".join(client.get(url)).decode()
        body = re.sub(r"<option.*?</option>", "", page)  # what the list can be narrowed by
        assert "隠里保育園" not in body, url


def test_a_child_under_two_protections_is_opened_one_after_the_other(objects):
    with town.in_yakuba_city():
        child = Application.objects.get(pk=objects.arguments["application_id"])
        clerk = town.user("kanri")
        clerk.set_password("yakuba-test-word")
        clerk.save()
    protect()
    with town.in_yakuba_city():
        row = Protection.objects.order_by("-pk").first()
        actions.put_under(row, covering.KIND, child.pk, "certain", "見本")
        for _ in range(2):
            assert child.pk in covering.hidden(clerk, [child.round_id])
            kind, key = covering.to_open(clerk, child)
            actions.open_place(kind, key, "申請者から電話", password="yakuba-test-word", actor=clerk)
        assert child.pk not in covering.hidden(clerk, [child.round_id])


def test_the_wish_of_an_unstable_household_is_hidden(objects):
    known, client = objects.arguments, logged_in(town.user("kanri"))
    with town.in_yakuba_city():
        family = Application.objects.get(pk=known["application_id"]).household
        Run.objects.update(blocking=[{"family": family, "wish": ["N1-1"]}])
    url = f"/nursery/runs/{known['matching_id']}/"
    assert "隠里保育園" in b"".join(client.get(url)).decode()
    protect()
    assert "隠里保育園" not in b"".join(client.get(url)).decode()
    with town.in_yakuba_city():
        (one,) = covering.blocking(Run.objects.get(pk=known["matching_id"]), None)
    assert one["wish"] == [policy.HIDDEN]
