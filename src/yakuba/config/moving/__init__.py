"""One municipality in one file: taken out of an installation, and into another (ADR 30)."""
