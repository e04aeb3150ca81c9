"""Reads of the translation room."""
