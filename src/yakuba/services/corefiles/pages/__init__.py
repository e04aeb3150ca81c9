"""Pages of the room: files for the core system, and the layouts by which they are written."""
