"""Writes of the sharing room."""
