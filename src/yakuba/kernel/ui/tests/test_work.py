"""The one place for a long piece of work on a page: bar, remaining time, reason, and the buttons of who may press them."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from yakuba.kernel import jobs
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.jobs.work import Work, told

PAGE = Template('{% load yakuba %}{% work work "照会" unit="行" cancel=cancel %}')


@pytest.fixture
def waiting(in_yakuba_city) -> Job:
    return jobs.enqueue("robots.look_up", key="row-1", row_id=1)


def shown(user, work: Work, cancel: str = "") -> str:
    return PAGE.render(Context({"user": user, "work": work, "cancel": cancel}))


def test_how_far_it_is_and_how_long_it_takes(clerk):
    html = shown(clerk, Work(3, 12, "読んでいます", seconds_left=90.0, is_live=True))
    for word in ("3/12", "行", "あと約", "読んでいます"):
        assert word in html
    assert "<button" not in html, "nothing steers work that no single job does"
    assert 'action="/stop/"' in shown(clerk, Work(is_live=True), cancel="/stop/")


def test_the_buttons_are_of_who_may_press_them(waiting, clerk, newcomer, make_staff, yakuba_city):
    decider = make_staff(yakuba_city, "robots.decide")
    url = reverse("work-cancel", args=[waiting.pk])
    assert url in shown(clerk, told(waiting))
    assert url in shown(decider, told(waiting))
    assert url not in shown(newcomer, told(waiting))
    jobs.cancel(waiting)
    ended = told(waiting.refreshed())
    assert "止まりました" in shown(newcomer, ended)
    assert reverse("work-retry", args=[waiting.pk]) in shown(decider, ended)
    assert "<button" not in shown(newcomer, ended)


def test_who_may_press_them_steers_the_work_and_nobody_else(
    waiting, newcomer, neighbour, make_staff, yakuba_city
):
    for user, status in ((newcomer, 403), (neighbour, 404), (make_staff(yakuba_city, "robots.decide"), 302)):
        client = Client()
        client.force_login(user)
        for name in ("work-cancel", "work-retry"):
            assert client.post(reverse(name, args=[waiting.pk])).status_code == status
            assert client.get(reverse(name, args=[waiting.pk])).status_code == 405
        assert waiting.refreshed().state == State.WAITING
        names = list(
            AuditEvent.objects.filter(name__startswith="jobs.").order_by("pk").values_list("name", flat=True)
        )
        assert names == (["jobs.cancelled", "jobs.retried"] if status == 302 else [])


def test_what_the_room_refuses_is_told_on_the_page_that_one_came_from(in_yakuba_city, clerk, monkeypatch):
    from yakuba.kernel.jobs import registry
    from yakuba.kernel.refusals import Conflict

    def refuses() -> None:
        raise Conflict("この行は、もう要りません。")

    registry.job("test.refuses", label="断る仕事", again=refuses)(lambda context: None)
    try:
        job = jobs.cancel(jobs.enqueue("test.refuses", key="a"))
        client = Client()
        client.force_login(clerk)
        page = reverse("administration:jobs")
        answer = client.post(
            reverse("work-retry", args=[job.pk]), HTTP_REFERER=f"http://testserver{page}", follow=True
        )
        assert answer.redirect_chain[0][0].endswith(page)
        assert "この行は、もう要りません。" in answer.content.decode()
        assert job.refreshed().state == State.CANCELLED
    finally:
        registry.forget("test.refuses")
