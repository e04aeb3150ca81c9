"""The algorithms of the vision room: pure Python, a library without the house."""
