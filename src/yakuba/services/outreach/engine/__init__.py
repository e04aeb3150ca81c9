"""The algorithms; no framework. Heavy libraries are imported where they are used."""
