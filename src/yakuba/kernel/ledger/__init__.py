"""Ledger (受付簿): the middle of the house. `queries` reads, `actions` writes, `workflow` is the status table."""
