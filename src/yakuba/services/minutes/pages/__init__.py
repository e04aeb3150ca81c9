"""Pages of the minutes room."""
