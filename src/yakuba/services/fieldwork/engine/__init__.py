"""The algorithms of the fieldwork room; no framework."""
