"""The algorithms of the room; no framework."""
