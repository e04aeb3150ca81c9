"""Reads of the minutes room, always of the active municipality."""
