"""Reads of the room, always of the active municipality."""
