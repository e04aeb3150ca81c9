"""Forms of the fieldwork room."""
