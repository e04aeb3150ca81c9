"""Reads of the drafting room."""
