"""The reckoning of effects, without any framework."""
