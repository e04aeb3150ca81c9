"""The fieldwork room's door. The active municipality is the one that is meant."""
