"""Settings of the test run: data in a folder that goes away, cheap password hashes."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

if "YAKUBA_DATA_DIR" not in os.environ:
    _folder = tempfile.mkdtemp(prefix="yakuba-test-")
    os.environ["YAKUBA_DATA_DIR"] = _folder
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)

# Where the scenarios and the tests say that their systems are.
os.environ.setdefault("YAKUBA_OUTBOUND_HOSTS", "127.0.0.1:8100,127.0.0.1:8199,localhost:8199,127.0.0.1:9")

from yakuba.config.settings import *  # noqa: F403
from yakuba.config.settings import YAKUBA

if not YAKUBA.database_url:  # in memory for each worker of the run, as with Django's own backend
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}  # noqa: F405
elif os.environ.get("YAKUBA_TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["YAKUBA_TEST_TEMPLATE"]}  # noqa: F405
(YAKUBA.data_dir / "static").mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
WHITENOISE_AUTOREFRESH = True  # looks for a file when it is asked for, not for all of them at every client
