"""Yakuba."""

import os

# A library that runs models tells its maker of its use as soon as it is imported, unless it is told otherwise before.
# It is native code that no rule of `kernel.outbound` reaches. `tests/test_one_way_out.py` looks whether it is quiet.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
