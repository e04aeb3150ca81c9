"""Reads of the robots room, always of the active municipality."""
