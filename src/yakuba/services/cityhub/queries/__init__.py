"""Reads of the hub, always of the active municipality."""
