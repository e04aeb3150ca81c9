"""What the fieldwork room reads."""
