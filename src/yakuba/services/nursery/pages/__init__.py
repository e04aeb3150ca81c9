"""Pages of the nursery room."""
