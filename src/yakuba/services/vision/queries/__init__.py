"""Reads of the vision room."""
