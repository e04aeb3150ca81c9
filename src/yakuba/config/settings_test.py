"""Settings of the test run: data in a folder that goes away, cheap password hashes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "YAKUBA_DATA_DIR" not in os.environ:
    _folder = tempfile.mkdtemp(prefix="yakuba-test-run-")
    os.environ["YAKUBA_DATA_DIR"] = _folder
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
elif "PYTEST_XDIST_WORKER" in os.environ and Path(os.environ["YAKUBA_DATA_DIR"]).name.startswith(
    "yakuba-test-run-"
):
    # The folder of the whole run: each of its workers has its own in it, and what one announces no other hears.
    _own = Path(os.environ["YAKUBA_DATA_DIR"]) / os.environ["PYTEST_XDIST_WORKER"]
    _own.mkdir(mode=0o700, exist_ok=True)
    os.environ["YAKUBA_DATA_DIR"] = str(_own)

# Where the scenarios and the tests say that their systems are.
os.environ.setdefault("YAKUBA_OUTBOUND_HOSTS", "127.0.0.1:8100,127.0.0.1:8199,localhost:8199,127.0.0.1:9")

from yakuba.config.settings import *  # noqa: F403
from yakuba.config.settings import YAKUBA

if not YAKUBA.database_url:  # in memory for each worker of the run, as with Django's own backend
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
elif template := os.environ.get("YAKUBA_TEST_TEMPLATE"):  # with the tables already
    DATABASES["default"]["TEST"] = {"TEMPLATE": template}  # noqa: F405
(YAKUBA.data_dir / "static").mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
WHITENOISE_AUTOREFRESH = True  # looks for a file when it is asked for, not for all of them at every client
