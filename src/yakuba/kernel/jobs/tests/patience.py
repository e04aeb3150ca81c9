"""How long tests of jobs wait for what must come. It finds what hangs; how fast the machine is decides nothing."""

PATIENCE = 600.0  # seconds
