"""Reading of work inventories, and the reckoning of effects, without any framework."""
