"""Writes of the surveys room."""
