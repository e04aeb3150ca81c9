"""Tables of persons on the disk."""
