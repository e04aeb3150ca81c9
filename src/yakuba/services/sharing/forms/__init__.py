"""Forms of the sharing room."""
