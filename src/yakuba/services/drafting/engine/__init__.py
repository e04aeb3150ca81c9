"""The algorithms of the drafting room; no framework."""
