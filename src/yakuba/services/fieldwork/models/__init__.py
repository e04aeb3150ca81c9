"""The tables of the fieldwork room."""
