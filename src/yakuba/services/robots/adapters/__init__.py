"""Outside programs: the browser."""
