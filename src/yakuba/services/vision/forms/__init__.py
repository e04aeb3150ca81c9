"""Forms of the vision room."""
