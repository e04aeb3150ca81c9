"""Writes of the nursery room. Each is a transaction with its audit."""
