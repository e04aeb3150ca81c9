"""Backups that are taken while work goes on, proved whole, and restored into an empty installation (ADR 26)."""
