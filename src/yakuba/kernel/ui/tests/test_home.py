"""The real login and home page, through the middleware and the database."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.protection.models import Protection
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.reading.models import Batch, BatchFile

pytestmark = pytest.mark.django_db

PASSWORD = "とても長い合言葉です"


@pytest.fixture
def clerk() -> User:
    municipality = Municipality.objects.create(code="999001", name="やくば市")
    user = User.objects.create_user(
        "sato", password=PASSWORD, municipality=municipality, display_name="佐藤 花子"
    )
    with active_municipality(municipality):
        user.roles.add(Role.objects.create(name="見る人", permissions=["ledger.view"]))
    return user


def newcomer(*permissions: str) -> User:
    municipality = Municipality.objects.get_or_create(code="999001", defaults={"name": "やくば市"})[0]
    user = User.objects.create_user("suzuki", password=PASSWORD, municipality=municipality)
    with active_municipality(municipality):
        user.roles.add(Role.objects.create(name="はじめの人", permissions=list(permissions)))
    return user


def test_in_an_empty_town_the_home_page_says_what_to_do_first(client):
    client.force_login(
        newcomer("reading.view", "reading.upload", "reading.confirm", "robots.view", "robots.run")
    )
    html = client.get("/").content.decode()
    assert "はじめにすること" in html
    assert "様式がまだ登録されていません" in html
    assert html.count("button--large") == 1, "one thing to press"
    assert f'href="{reverse("reading:forms")}"' in html


def test_every_tile_opens_to_its_rows_also_the_empty_one(client):
    client.force_login(
        newcomer("reading.view", "reading.confirm", "robots.run", "robots.view", "robots.decide")
    )
    html = client.get("/").content.decode()
    tiles = re.findall(r'<li class="queue.*?</li>', html, re.S)
    assert len(tiles) >= 5
    for tile in tiles:
        url = re.search(r'<h3><a href="([^"]+)">', tile).group(1)
        assert client.get(url, follow=True).status_code == 200


def test_a_tile_that_would_be_refused_has_no_link(client):
    client.force_login(newcomer("robots.run"))
    html = client.get("/").content.decode()
    assert "入力を待つ申請" in html
    assert f'href="{reverse("robots:index")}"' not in html


def log_in(client: Client, name: str = "sato", password: str = PASSWORD):
    return client.post(reverse("login"), {"username": name, "password": password}, follow=True)


def test_after_the_login_the_home_page_shows_only_the_rooms_of_the_role(client, clerk):
    response = log_in(client)
    html = response.content.decode()
    assert response.status_code == 200
    assert "今日の仕事" in html
    assert "佐藤 花子" in html
    assert "やくば市" in html
    menu = re.search(r'<nav class="nav nav--wide".*?</nav>', html, re.S).group()
    assert re.findall(r"<a [^>]*>([^<]+)", menu) == ["受付簿"]


def test_logging_out_is_a_post_and_ends_the_session(client, clerk):
    html = log_in(client).content.decode()
    action = re.search(r'<form method="post" action="([^"]+)">', html).group(1)
    assert client.get(action).status_code == 405
    client.post(action)
    assert client.get(reverse("home")).status_code == 302


def test_a_wrong_password_is_told_without_saying_what_was_wrong(client, clerk):
    wrong = log_in(client, password="ちがう").content.decode()
    unknown = log_in(client, name="nobody").content.decode()
    assert "職員IDかパスワードが違います。" in wrong
    assert "職員IDかパスワードが違います。" in unknown


def test_the_sixth_try_meets_the_locked_page_even_with_the_right_password(client, clerk):
    for _ in range(5):
        response = log_in(client, password="ちがう")
    assert "しばらくログインできません" in response.content.decode()
    assert "しばらくログインできません" in log_in(client).content.decode()
    assert client.get(reverse("home")).status_code == 302


def test_a_person_of_no_municipality_sees_no_room(client):
    User.objects.create_user("tanaka", password=PASSWORD)
    response = log_in(client, name="tanaka")
    assert response.status_code == 403
    assert "市町村が決まっていません" in response.content.decode()


def test_the_home_page_asks_no_more_of_the_database_however_many_piles_there_are(
    client, clerk, django_assert_max_num_queries
):
    with active_municipality(clerk.municipality):
        for role in clerk.roles.all():
            role.permissions = sorted(permission_names())
            role.save()
        for number in range(30):
            batch = Batch.objects.create(name=f"束{number}", created_by=clerk)
            BatchFile.objects.create(batch=batch, name="a.pdf", pages=3, state=BatchFile.State.SPLITTING)
    client.force_login(clerk)
    with django_assert_max_num_queries(112):
        html = client.get("/").content.decode()
    assert html.count("読み取り：束") >= 20


def test_what_waits_stands_before_what_is_done(client, clerk):
    today = timezone.localdate()
    with active_municipality(clerk.municipality):
        for role in clerk.roles.all():
            role.permissions = sorted(permission_names())
            role.save()
        Protection.objects.create(name="見本", reason="申出", begins=today, until=today, begun_by=clerk)
    client.force_login(clerk)
    counts = [queue["count"] for queue in client.get("/").context["queues"]]
    assert counts[0] == 1
    assert len(counts) > 5
    assert not any(counts[1:])


def test_a_page_asks_for_the_person_and_the_menu_in_seven_queries(client, clerk, django_assert_num_queries):
    """Session, person with town and department, its row, idle time, roles, rooms, operators: whatever stands on the page."""
    client.force_login(clerk)
    client.get("/manual/")
    with django_assert_num_queries(7):
        client.get("/manual/")
