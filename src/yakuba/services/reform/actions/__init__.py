"""Writes of the reform room: times before, inventories, and the terms of initiatives."""
