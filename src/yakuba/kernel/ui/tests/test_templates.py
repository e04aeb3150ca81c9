"""Every template of the house: it compiles, and holds nothing that the content security policy would block."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import yakuba
from yakuba.kernel.registry import permission_names

# The page that must open when nothing else does: one file with its look in it, which its own policy allows. It has no script.
OF_ONE_FILE = {"cityhub/public/levels.html"}
_ROOT = Path(yakuba.__file__).parent
_TEMPLATES = sorted(_ROOT.glob("**/templates/**/*.html"))
_BLOCKED = re.compile(
    r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|<script(?![^>]*\ssrc=)|javascript:|\shx-on""", re.I
)


def _name(path: Path) -> str:
    return str(path).rsplit("/templates/", 1)[1]


@pytest.mark.parametrize("path", _TEMPLATES, ids=_name)
def test_a_template_compiles_and_has_no_inline_script_or_style(path):
    get_template(_name(path))
    text = path.read_text(encoding="utf-8")
    if (
        "@page" in text
    ):  # a document for the printer, which no browser opens: it says where on the paper each value stands
        text = text.replace("<style>", "", 1).replace(' style="', ' data-style="')
    if _name(path) in OF_ONE_FILE:
        text = text.replace("<style>", "", 1)
    assert _BLOCKED.findall(text) == []


def test_templates_ask_only_for_permissions_that_a_manifest_declares():
    asked = {
        f"{room}.{verb}"
        for path in _TEMPLATES
        for room, verb in re.findall(r"\bmay\.(\w+)\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= permission_names()


def test_what_would_be_blocked_is_found():
    for bad in ('<p style="x">', "<a onclick='f()'>", "<script>f()</script>", '<a href="javascript:f()">'):
        assert _BLOCKED.search(bad)
    assert not _BLOCKED.search('<script src="/static/ui/yakuba.js" defer></script>')


def test_the_style_sheet_fetches_nothing():
    css = (_ROOT / "kernel/ui/static/ui/yakuba.css").read_text(encoding="utf-8")
    assert "@import" not in css
    assert "url(" not in css
