"""The day's digest: everything that failed, told once, with its reason and what to press."""
