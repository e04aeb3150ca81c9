"""Reading transcripts, mending and summing up what was said, and writing it down. Pure Python."""
