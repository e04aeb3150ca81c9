"""Writes of the room: each is one transaction."""
