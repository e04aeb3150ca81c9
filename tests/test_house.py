"""Rules of the house that the import contracts cannot see."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from yakuba.config.environment import Environment
from yakuba.kernel.tenancy.models import Municipality, MunicipalityModel

PROJECT = Path(__file__).resolve().parents[1]
MYPY_CACHE = ".mypy_cache"
OWN_MODELS = [model for model in apps.get_models() if model.__module__.startswith("yakuba.")]

# Tables of the kernel that do not carry a municipality, and why.
WITHOUT_MUNICIPALITY = {
    "tenancy.Municipality": "is the municipality",
    "accounts.User": "has its own nullable one: a person without a municipality may nothing",
    "accounts.ApiToken": "belongs to a user",
    "accounts.LoginTally": "counted before it is known who tries",
    "signin.Challenge": "asked at the login, before it is known who answers",
    "audit.ChainHead": "its key is the municipality",
    "jobs.Worker": "a process works for all municipalities",
    "privacy.WrappedKey": "its key is the municipality's code; it is destroyed before the municipality's row",
    "audit.HouseEvent": "the installation's own record, of what outlives a municipality",
}


def floor(model: type) -> str:
    """`kernel`, or the room's name."""
    parts = model.__module__.split(".")
    return "kernel" if parts[1] == "kernel" else parts[2]


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_every_table_carries_a_municipality(model):
    if model._meta.label in WITHOUT_MUNICIPALITY:
        return
    assert issubclass(model, MunicipalityModel)
    assert not model._meta.get_field("municipality").null
    assert model._meta.get_field("municipality").related_model is Municipality
    assert model._meta.base_manager_name == "all_municipalities", "class Meta(MunicipalityModel.Meta)"


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_only_into_the_own_room_or_the_kernel(model):
    for field in model._meta.get_fields():
        target = getattr(field, "related_model", None)
        if field.auto_created or target is None or not target.__module__.startswith("yakuba."):
            continue
        assert floor(target) in {floor(model), "kernel"}, f"{field} points into another room"


def test_rooms_have_one_shape():
    for room in settings.YAKUBA_ROOMS:
        folder = PROJECT / "src/yakuba/services" / room
        assert (folder / "README.md").read_text(encoding="utf-8").count("\n") <= 60, "a README is one screen"
        assert (folder / "manifest.py").exists()
        assert (folder / "tests").is_dir()


def test_every_setting_is_documented():
    text = (PROJECT / "docs/operate/settings.md").read_text(encoding="utf-8")
    for name, field in Environment.model_fields.items():
        assert f"`YAKUBA_{name.upper()}`" in text
        assert field.description in text, f"docs/operate/settings.md explains YAKUBA_{name.upper()} otherwise"
    assert set(re.findall(r"`(YAKUBA_[A-Z_]+)`", text)) == {
        f"YAKUBA_{n.upper()}" for n in Environment.model_fields
    }


def tracked_files() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    return [PROJECT / name for name in names.split("\0") if name and (PROJECT / name).is_file()]


def test_no_file_names_a_registry_host():
    hosts = [
        ".".join(parts)
        for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"))
    ]
    for path in tracked_files():
        content = path.read_bytes()
        assert not any(host.encode() in content for host in hosts), path


def test_no_file_is_named_after_nothing():
    empty_names = {"utils", "helpers", "common", "manager", "misc", "util"}
    assert not [path for path in tracked_files() if path.stem in empty_names]


def test_locked_versions_have_hashes():
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (PROJECT / name).read_text().split("\n")
        packages = [index for index, line in enumerate(lines) if re.match(r"^[a-z0-9]", line)]
        assert packages
        assert all("==" in lines[index] and "--hash=sha256:" in lines[index + 1] for index in packages)


@pytest.fixture
def copy_of_the_project(tmp_path):
    for name in ("src", "scripts", "docs", "samples", "tests", "pyproject.toml", "conftest.py", "Makefile"):
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path / name)
    if (PROJECT / MYPY_CACHE).is_dir():  # as `make types` left it: all but the new room has been looked at
        shutil.copytree(PROJECT / MYPY_CACHE, tmp_path / MYPY_CACHE)
    return tmp_path


PYTEST = (sys.executable, "-m", "pytest", "-n", "0")
ROOM = "src/yakuba/services/library"
# What a new room is asked first; what looks at the whole house beside it stands in `make test-full`.
CONTRACTS = (
    ("lint-imports", "--no-logo"),
    ("ruff", "check", ROOM, "src/yakuba/config"),
    ("ruff", "format", "--check", ROOM, "src/yakuba/config"),
    (sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run"),
    (*PYTEST, ROOM),
)
EVERYWHERE = (
    ("mypy", ROOM),
    (
        *PYTEST,
        "src/yakuba/kernel/registry",
        "tests/test_openapi.py",
        "tests/test_access.py",
        "tests/test_manual.py",
    ),
)


@pytest.mark.slow
@pytest.mark.timeout(1800)  # a guard against hanging
@pytest.mark.parametrize(
    "asked", [CONTRACTS, pytest.param(EVERYWHERE, marks=pytest.mark.full)], ids=["alone", "everywhere"]
)
def test_a_new_room_passes_every_contract(copy_of_the_project, asked):
    def run(*command: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PYTHONPATH": str(copy_of_the_project / "src"),
            "HOME": str(copy_of_the_project),
            "DJANGO_SETTINGS_MODULE": "yakuba.config.settings_test",
        }
        return subprocess.run(
            list(command), cwd=copy_of_the_project, env=environment, capture_output=True, text=True
        )

    made = run(sys.executable, "scripts/new_room.py", "library", "図書館")
    assert made.returncode == 0, made.stderr
    again = run(sys.executable, "scripts/new_room.py", "library", "図書館")
    assert (again.returncode, "もうあります" in again.stderr) == (2, True)
    for command in asked:
        done = run(*command)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("name", ["", "Library", "1st", "class", "図書館", "../x", "ab"])
def test_a_bad_room_name_is_refused(name):
    command = [sys.executable, str(PROJECT / "scripts/new_room.py"), name]
    assert subprocess.run(command, capture_output=True).returncode == 2


def test_no_constraint_or_index_has_the_name_of_a_table():
    """PostgreSQL keeps all of them under one roof: such a house could not be laid there."""
    tables = {model._meta.db_table for model in apps.get_models()}
    named = [one.name for model in OWN_MODELS for one in (*model._meta.constraints, *model._meta.indexes)]
    assert tables & set(named) == set()
    assert len(named) == len(set(named))
