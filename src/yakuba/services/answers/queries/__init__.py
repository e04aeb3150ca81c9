"""Reads of the answers room, always of the active municipality."""
