"""The manual inside the house."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.ui import manual

pytestmark = pytest.mark.first(5)


@pytest.fixture
def client_of():
    def logged_in(person):
        client = Client()
        client.force_login(person)
        return client

    return logged_in


@pytest.mark.parametrize("name", sorted(manual.names()))
def test_every_page_of_the_manual_is_shown_and_its_links_open(client_of, clerk, name):
    client = client_of(clerk)
    html = client.get(manual.address(name)).content.decode()
    article = re.search(r'<article class="prose">(.*)</article>', html, re.S).group(1)
    for url in set(re.findall(r'(?:href|src)="(/[^"#]*)', article)):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize(
    "name", ["../README", "/etc/passwd", "operate/../../pyproject", "nowhere", "..%2f..%2fREADME"]
)
def test_no_other_file_is_read(client_of, clerk, name):
    assert client_of(clerk).get(f"/manual/{name}/").status_code == 404
    assert client_of(clerk).get(f"/manual/pictures/{name}", follow=True).status_code == 404


def test_html_and_scripts_in_a_document_do_nothing(tmp_path, monkeypatch):
    path: Path = tmp_path / "x.md"
    path.write_text(
        "# 題\n<script>f()</script>\n\n[a](javascript:f())\n\n![b](http://elsewhere/x.png)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(manual, "names", lambda: {"x": path})
    html = manual.page.__wrapped__("x").html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "elsewhere" not in html


def test_help_leads_to_the_page_for_the_room(client_of, clerk):
    html = client_of(clerk).get(reverse("reading:problems")).content.decode()
    assert f'class="site__help" href="{manual.address("困っている用紙を片付ける")}"' in html
    assert f'href="{reverse("manual")}">手引き' in client_of(clerk).get("/").content.decode()
