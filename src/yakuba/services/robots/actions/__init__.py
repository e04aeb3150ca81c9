"""Writes of the robots room: systems, scenarios, runs, rows, decisions. Each is a transaction with its audit."""
