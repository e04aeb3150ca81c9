"""Make an empty room that passes every contract: `make room name=library label=図書館`."""

from __future__ import annotations

import keyword
import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

FILES = {
    "__init__.py": "",
    "README.md": """# {label}（`{name}`）

What it is for: …

Words: …

Flow: …

Try it: `make run`, then open `/{name}/`.
""",
    "manifest.py": '''"""The {name} room declares itself."""

from yakuba.kernel.registry import Manifest, NavigationItem, Permission

MANIFEST = Manifest(
    name="{name}",
    label="{label}",
    description="{label}",
    navigation=(NavigationItem("{label}", "{name}:index", "{name}.view"),),
    permissions=(Permission("{name}.view", "{label}を見る"),),
)
''',
    "pages.py": '''"""{label}: pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required


@permission_required("{name}.view")
def index(request: HttpRequest) -> HttpResponse:
    """The room's first page."""
    return render(request, "{name}/index.html")
''',
    "urls.py": '''"""Addresses of the {name} room."""

from django.urls import path

from yakuba.services.{name} import pages

app_name = "{name}"
urlpatterns = [
    path("", pages.index, name="index"),
]
''',
    "templates/{name}/index.html": """{{% extends "ui/base.html" %}}
{{% block title %}}{label}{{% endblock %}}
{{% block heading %}}{label}{{% endblock %}}
{{% block content %}}
{{% include "ui/empty.html" with title="まだ何もありません" text="この部屋はこれから作られます。" only %}}
{{% endblock %}}
""",
    "migrations/__init__.py": "",
    "tests/__init__.py": "",
    "tests/test_pages.py": '''"""The room's first page is refused to strangers."""

import pytest


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_login_page(client):
    answer = client.get("/{name}/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
''',
}


def make_room(name: str, label: str, project: Path = PROJECT) -> Path:
    """Write the room's folder and its line in the list of rooms. Raises ValueError on a bad or taken name."""
    if not re.fullmatch(r"[a-z][a-z0-9]{2,20}", name) or keyword.iskeyword(name):
        raise ValueError(f"部屋の名前は英小文字と数字で3〜21字にしてください（今の値: {name!r}）。")
    folder = project / "src/yakuba/services" / name
    if folder.exists():
        raise ValueError(f"部屋 {name} はもうあります。")
    for path, content in FILES.items():
        target = folder / path.format(name=name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content.format(name=name, label=label), encoding="utf-8")
    rooms = project / "src/yakuba/config/rooms.py"
    text = rooms.read_text(encoding="utf-8")
    new = re.sub(r"(YAKUBA_ROOMS = \[\n(?:    \".*\",\n)*)", rf'\g<1>    "{name}",\n', text, count=1)
    if new == text:
        raise ValueError("rooms.py の YAKUBA_ROOMS が見つかりません。")
    rooms.write_text(new, encoding="utf-8")
    return folder


def main() -> int:
    """Command line: name, and optionally the Japanese label."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    label = (sys.argv[2] if len(sys.argv) > 2 else "") or name
    try:
        folder = make_room(name, label)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{folder.relative_to(PROJECT)} を作り、rooms.py に加えました。README.md から書き始めてください。")
    return 0


if __name__ == "__main__":
    sys.exit(main())
