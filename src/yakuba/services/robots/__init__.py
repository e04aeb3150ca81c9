"""Robots enter cases into systems that have no interface: scenarios, runs, rows, evidence."""
