"""Pages of the vision room."""
