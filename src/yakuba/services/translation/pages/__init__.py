"""Pages of the translation room."""
