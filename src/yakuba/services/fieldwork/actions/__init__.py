"""What the fieldwork room writes."""
