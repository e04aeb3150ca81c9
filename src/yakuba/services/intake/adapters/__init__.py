"""What the room asks of outside programs."""
