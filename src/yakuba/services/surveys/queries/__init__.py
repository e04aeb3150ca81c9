"""Reads of the surveys room, always of the active municipality."""
