"""The master key, changed while work goes on (ADR 37)."""
