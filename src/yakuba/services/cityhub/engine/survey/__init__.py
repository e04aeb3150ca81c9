"""Drone and survey files: read as hostile files, put on the map, and measured. No framework."""
