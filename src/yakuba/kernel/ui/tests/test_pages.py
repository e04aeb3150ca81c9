import pytest
from django.template.loader import get_template, render_to_string
from django.test import Client

from yakuba.kernel.ui import components

pytestmark = pytest.mark.urls("yakuba.kernel.ui.tests.urls")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_an_error_page_says_what_to_do_and_tells_no_secret(status):
    response = Client(raise_request_exception=False).get(f"/{status}/")
    text = response.content.decode()
    assert response.status_code == status
    assert "次にすること" in text
    assert "secret detail" not in text
    assert "No Case matches" not in text


def test_a_refused_page_names_the_missing_permission():
    assert "の権限が必要です" in Client().get("/403/").content.decode()


def test_a_stale_form_says_that_nothing_was_changed():
    response = Client(enforce_csrf_checks=True).post("/form/", {"act": "save"})
    assert response.status_code == 403
    assert "何も変更されていません" in response.content.decode()


def test_the_500_page_needs_no_context():
    assert "処理できませんでした" in get_template("500.html").render()


def test_home_with_nothing_offers_one_next_step():
    html = render_to_string("ui/home.html", components.sample_home("none"))
    assert "待っている仕事はありません" in html
    assert html.count('class="button"') == 1
    assert "hx-get" not in html


def test_home_unfolds_failures_beyond_five_and_loses_none():
    context = components.sample_home("much")
    html = render_to_string("ui/home.html", context)
    for failure in context["failures"]:
        assert html.count("<h3>") >= 8
        assert failure["title"] in html
    assert "残り3件も表示する" in html


def test_home_with_failures_only_does_not_say_that_all_is_done():
    assert "待っている仕事はありません" not in render_to_string(
        "ui/home.html", components.sample_home("failed")
    )


def test_home_without_any_room_says_whom_to_ask():
    context = components.sample_home("none") | {"navigation": []}
    assert "役割を申し出てください" in render_to_string("ui/home.html", context)


def test_names_from_files_are_escaped_on_the_home_page():
    row = {
        "title": "<script>1</script>.pdf",
        "reason": "<b>x</b>",
        "url": "#",
        "action_label": "<i>",
        "when": None,
    }
    html = render_to_string(
        "ui/home.html", {"failures": [row], "running": [{"title": "<u>", "done": 1, "total": 2}]}
    )
    assert not any(tag in html for tag in ("<script>1", "<b>", "<i>", "<u>"))
