"""Reads of the nursery room, always of the active municipality."""
