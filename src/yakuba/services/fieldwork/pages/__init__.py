"""Pages of the fieldwork room."""
