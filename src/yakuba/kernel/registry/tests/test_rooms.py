"""Every manifest keeps its promises: what it names exists."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse

from yakuba.kernel.registry import Manifest, manifests, permission_names, resolve
from yakuba.kernel.ui import manual


@pytest.mark.parametrize("manifest", manifests(), ids=lambda manifest: manifest.name)
def test_what_a_manifest_names_exists(manifest):
    own = {permission.name for permission in manifest.permissions}
    assert all(name.startswith(f"{manifest.name}.") for name in own | set(manifest.audit_events))
    assert {name for names in manifest.roles.values() for name in names} <= own
    for item in manifest.navigation:
        assert reverse(item.url_name)
        assert item.permission in permission_names()
    for queue in manifest.queues:
        assert callable(resolve(queue.load))
        assert queue.permission in permission_names() or (
            manifest.name == "approvals" and not queue.permission
        )
    for kind in manifest.approvals:
        assert callable(resolve(kind.effect))
        assert kind.permission in permission_names()
    paths = (
        manifest.failures, manifest.running, manifest.self_check, manifest.case_part, manifest.first_step,
        manifest.search, manifest.examples, manifest.slotted, manifest.words_changed,
        manifest.models,
    )  # fmt: skip
    for dotted in filter(None, paths):
        assert callable(resolve(dotted))
    for source in manifest.search_sources:
        assert source.name.startswith(f"{manifest.name}.")
        assert source.permission in permission_names() | {""}
        assert not source.listing or reverse(source.listing)
        for dotted in filter(None, (source.keys, source.entries, source.version, source.named, source.asked)):
            assert callable(resolve(dotted))
    for data in manifest.personal_data:
        assert apps.get_model(data.model)
        assert data.purpose
    assert len({name for other in manifests() for name in (p.name for p in other.permissions)}) == sum(
        len(other.permissions) for other in manifests()
    )


@pytest.mark.parametrize("manifest", manifests(), ids=lambda manifest: manifest.name)
def test_help_leads_to_a_page_of_the_manual(manifest):
    assert set(manifest.manual.values()) <= set(manual.names())
    if manifest.navigation or manifest.queues:
        assert manifest.manual.get(""), "a room with pages says which page of the manual helps there"
    known = set(get_resolver().namespace_dict.get(manifest.name, ("", get_resolver()))[1].reverse_dict)
    assert {name for name in manifest.manual if name} <= known


def test_every_field_of_a_manifest_is_read_somewhere():
    kernel = Path(__file__).resolve().parents[2]
    sources = [
        path for path in kernel.rglob("*.py") if "tests" not in path.parts and path.name != "manifest.py"
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    text += "\n".join(path.read_text(encoding="utf-8") for path in kernel.rglob("*.html"))
    read_by_tests = {"examples"}  # the access matrix tries them on every address
    names = {field.name for field in fields(Manifest)} - read_by_tests
    assert {name for name in names if not re.search(rf"\.{name}\b", text)} == set()


def test_every_locked_library_of_the_house_is_imported_or_named():
    project = Path(__file__).resolve().parents[5]
    wanted = tomllib.loads((project / "pyproject.toml").read_text())["project"]["dependencies"]
    called = {
        "django-csp": "csp", "django-htmx": "django_htmx", "django-js-lib-leaflet": "js_lib_leaflet", "django-ninja": "ninja",
        "ibis-framework": "ibis", "markdown-it-py": "markdown_it",
        "opencv-python-headless": "cv2", "paho-mqtt": "paho.mqtt", "pillow": "PIL", "pyyaml": "yaml", "sudachidict-core": "sudachidict",
        "tzdata": "zoneinfo", "vl-convert-python": "vl_convert", "zxing-cpp": "zxingcpp",
    }  # fmt: skip
    sources = [path for name in ("src", "samples") for path in (project / name).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources).replace(
        "sudachipy", "sudachipy sudachidict"
    )
    names = [re.split(r"[\[<>=]", line)[0] for line in wanted]
    assert [name for name in names if called.get(name, name.replace("-", "_")) not in text] == []
