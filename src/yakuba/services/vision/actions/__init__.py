"""Writes of the vision room."""
