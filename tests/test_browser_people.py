"""Several people at a time, each in a browser of their own and with the keyboard alone: a value that two confirm and a third
decides, and lone pictures of mixed sheets."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from yakuba.demo import town
from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case, CaseEvent, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, Question, Sheet

PATIENCE = 180_000  # ms until something is held to be stuck
expect.set_options(timeout=PATIENCE)
pytestmark = [pytest.mark.browser, pytest.mark.slow]

CORNERS = ((0.0, 0.0), (1654.0, 0.0), (1654.0, 2339.0), (0.0, 2339.0))
NUMBERS = ("0800000129", "0800000226", "0800000323")
RIGHT, WRONG = "0312345671", "0312345677"


@pytest.fixture
def desk(transactional_db) -> Batch:
    """Three empty bus pass sheets, of which nothing is asked yet."""
    town.load_town("http://127.0.0.1:9")
    with town.in_yakuba_city():
        form = FormDefinition.objects.get(code="bus-pass")
        paper = form.pages.get().image
        batch = Batch.objects.create(name="窓口分", created_by=town.user("madoguchi"))
        file = BatchFile.objects.create(batch=batch, name="窓口.pdf", stored=paper, pages=3, state="split")
        reading = PageReading(PageStatus.READ, "", form="bus-pass", page=1, corners=CORNERS)
        for index, number in enumerate(NUMBERS):
            case = ledger.open_case(Procedure.objects.get(code="bus-pass"), number)
            Sheet.objects.create(
                batch=batch, file=file, index=index, image=paper, form=form, page=1, case=case,
                state="placed", reading=reading.to_json(), receipt_number=number,
            )  # fmt: skip
            ledger.move(case, Status.CONFIRMING)
    return batch


def ask(number: str, field: str, value: str = "", **said: object) -> Question:
    """A question about a field of the sheet of that number."""
    case = Case.objects.get(receipt_number=number)
    sheet = Sheet.objects.get(case=case)
    assert sheet.form is not None
    box = next(box for box in sheet.form.document["pages"][0]["boxes"] if box["field"] == field)
    x, y, width, height = box["box"]
    corners = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    source = {"sheet": sheet.pk, "page": 1, "corners": corners}
    ledger.record_value(case, field, "" if said.get("blind") else value, trusted=False, source=source)
    type_ = case.procedure.definition.field(field).type
    return Question.objects.create(
        case=case, sheet=sheet, field=field, type=type_, position=1, value=value, raw=value, **said
    )


def person(name: str, *permissions: str) -> User:
    """One more member of やくば市's staff."""
    role, _ = Role.objects.get_or_create(name=name, defaults={"permissions": list(permissions)})
    user = User.objects.create_user(
        name, password=town.PASSWORD, municipality=town.user("madoguchi").municipality, display_name=name
    )
    user.roles.add(role)
    return proof.give_for_good(user)


def sat_down(browser: Browser, house: str, user: User, **options: object) -> Page:
    """The person's own browser, signed in."""
    client = Client()
    client.force_login(user)
    context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": house}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def ready(page: Page) -> None:
    """Wait until the picture is on the screen and the page takes keys."""
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


RIGHTS = ("reading.confirm", "reading.view", "ledger.view")


def test_two_enter_the_same_value_apart_and_a_third_decides(desk, house, browser, turn):
    with turn, town.in_yakuba_city():
        ask(NUMBERS[0], "phone", "0312345678", people=2, blind=True, message="読み取りは見せません。")
        staff = [person(name, *RIGHTS) for name in ("一番", "二番", "三番")]
    one, two, three = (sat_down(browser, house, user) for user in staff)
    one.goto(house + "/reading/confirm/")
    ready(one)
    expect(one.get_by_text("2人で確かめる値")).to_be_visible()
    expect(one.locator("input[name=value]")).to_have_value("")
    two.goto(house + "/reading/confirm/")  # the first still looks at it
    expect(two.locator("main")).to_contain_text("残りはほかの職員が確認しています")
    one.keyboard.type(WRONG)
    one.keyboard.press("Enter")
    expect(one.locator("main")).to_contain_text("残りはほかの職員が確認しています")
    two.goto(house + "/reading/confirm/")
    ready(two)
    expect(two.locator("input[name=value]")).to_have_value("")
    expect(two.locator("main")).not_to_contain_text("03-1234-5677")
    two.keyboard.type(RIGHT)
    two.keyboard.press("Enter")
    expect(two.locator("main")).to_contain_text("残りはほかの職員が確認しています")
    three.goto(house + "/reading/confirm/")
    ready(three)
    expect(three.get_by_text("2人の入力が違います")).to_be_visible()
    expect(three.get_by_role("button", name="03-1234-5671")).to_be_visible()
    expect(three.get_by_role("button", name="03-1234-5677")).to_be_visible()
    for name in ("一番", "二番"):
        expect(three.locator("main")).not_to_contain_text(name)
    three.keyboard.press("Alt+1")
    expect(three.locator("main")).to_contain_text("確認を待つ値はありません")
    with turn, town.in_yakuba_city():
        value = CaseValue.objects.get(field="phone")
        assert (value.value, value.trusted, value.confirmed_by) == (RIGHT, True, staff[2])
        events = CaseEvent.objects.filter(kind__in=["reading.entered", "ledger.value_confirmed"])
        assert {event.user for event in events} == set(staff)
        assert all(0 < event.seconds <= 120 for event in events)


def test_lone_pictures_follow_each_other_by_one_key_without_a_new_page(desk, house, browser, turn):
    """Enter confirms, one key takes another reading, and the next picture is there before the answer is sent."""
    with turn, town.in_yakuba_city():
        for number in NUMBERS:
            ask(number, "phone", RIGHT, candidates=[WRONG])
        helper = person("補助", "reading.mixed")
    page = sat_down(browser, house, helper)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.resource_type} {request.url}"))
    page.goto(house + "/reading/mixed/")
    ready(page)
    for key in ("Enter", "Alt+1"):
        following = page.locator("[data-next]").get_attribute("data-next")
        assert any(following in one for one in asked), "fetched while the one before is looked at"
        page.keyboard.press(key)
        expect(page.locator(f"img[data-shown][src$='{following}']")).to_be_visible()
        ready(page)
        expect(page.locator("input[name=value]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("混ぜて確認する値はありません")
    pictures = [one for one in asked if one.endswith(".png") and "/mixed/" in one]
    assert len(pictures) == len(set(pictures)) == 3, "each picture goes out once"
    assert sum(one.startswith("document") for one in asked) == 1, "no page is loaded anew"
    with turn, town.in_yakuba_city():
        values = sorted(CaseValue.objects.filter(field="phone").values_list("value", flat=True))
        assert values == [RIGHT, RIGHT, WRONG]
        events = CaseEvent.objects.filter(kind="ledger.value_confirmed")
        assert all(event.user == helper and 0 < event.seconds <= 120 for event in events)
    page.goto(f"{house}/reading/confirm/")
    expect(page.locator("h1")).not_to_have_text("電話番号")


def test_two_helpers_on_telephones_get_different_pictures_and_pass_on_what_they_cannot_read(
    desk, house, browser, turn
):
    with turn, town.in_yakuba_city():
        for number in NUMBERS:
            ask(number, "name", "山田太郎")
            ask(number, "phone", RIGHT)
        staff = [person("補助", "reading.mixed")]
        staff.append(person("補助二"))
        staff[1].roles.add(Role.objects.get(name="補助"))
    narrow = {"viewport": {"width": 390, "height": 844}}
    pages = [sat_down(browser, house, user, **narrow) for user in staff]
    for page in pages:
        page.goto(house + "/reading/mixed/")
        ready(page)
    first, second = (page.locator("img[data-shown]").get_attribute("src") for page in pages)
    assert first != second
    assert pages[0].evaluate("document.documentElement.scrollWidth") <= 390
    pages[0].keyboard.press("F4")
    expect(pages[0].locator(f"img[data-shown][src$='{first}']")).to_have_count(0)
    ready(pages[0])
    with turn, town.in_yakuba_city():
        assert Question.objects.filter(in_context=True, state="open").count() == 1
        assert CaseEvent.objects.get(kind="reading.passed_on").user == staff[0]
