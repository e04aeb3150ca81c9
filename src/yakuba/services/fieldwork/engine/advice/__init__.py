"""Advice for fields by rules that a person approved: read, and judged against what was measured. No framework."""
