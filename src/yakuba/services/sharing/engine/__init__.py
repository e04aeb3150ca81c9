"""The algorithms of the sharing room; pure Python."""
