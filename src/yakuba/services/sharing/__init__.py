"""Sharing: cost shares of a group, benchmark of prices, grants, registers, advisors."""
