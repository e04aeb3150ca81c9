"""Behind a proxy that speaks HTTPS: cookies, HSTS and whose word counts."""

from __future__ import annotations

import pytest
from running_house import STAFF, Visitor, new_house

pytestmark = pytest.mark.slow
CLIENT = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = new_house(tmp_path_factory.mktemp("house"), YAKUBA_HTTPS="1", YAKUBA_HSTS_SECONDS="600")
    with house.web():
        yield house


def test_the_browser_is_told_to_come_back_over_https_only(house):
    assert Visitor(house.port).get("/login/", **CLIENT).headers["Strict-Transport-Security"] == "max-age=600"
    assert "Strict-Transport-Security" not in Visitor(house.port).get("/login/").headers


def test_a_person_logs_in_through_the_proxy_and_the_record_knows_the_pc(house):
    visitor = Visitor(house.port)
    visitor.get("/login/", **CLIENT)
    referer = {"Referer": f"https://127.0.0.1:{house.port}/login/"}
    for _ in range(5):
        answer = visitor.post("/login/", {"username": STAFF, "password": "wrong"}, **CLIENT, **referer)
    assert answer.status == 429
    elsewhere = CLIENT | {"X-Forwarded-For": "198.51.100.8"}
    visitor.log_in(**elsewhere, **referer)
    cookies = visitor.get("/login/", **elsewhere).headers.get_all("Set-Cookie", [])
    assert all("Secure" in cookie for cookie in cookies)
    assert visitor.get("/cases/?sort=", **elsewhere).status == 200
    asked = (
        "import django; django.setup()\n"
        "from yakuba.kernel.audit.models import AuditEvent\n"
        "print(AuditEvent.all_municipalities.get(name='accounts.login_locked').details['address'])"
    )
    assert house.python(asked).strip() == "198.51.100.7"
