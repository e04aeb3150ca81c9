"""Monitoring: whether the installation is well, and its figures, for the programs that watch over it."""
