"""Audit: the append-only record of named events. Call `chain.record` and `chain.verify`."""
