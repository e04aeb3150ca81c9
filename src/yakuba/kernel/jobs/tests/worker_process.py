"""A worker process for the tests: `python -m yakuba.kernel.jobs.tests.worker_process`.

LEASE_SECONDS shortens the lease.
"""

import os
from datetime import timedelta

import django

django.setup()

from yakuba.kernel.jobs import worker  # noqa: E402
from yakuba.kernel.jobs.tests import handlers  # noqa: E402, F401

if __name__ == "__main__":
    if seconds := os.environ.get("LEASE_SECONDS"):
        worker.main(lease=timedelta(seconds=float(seconds)))
    else:
        worker.main()
