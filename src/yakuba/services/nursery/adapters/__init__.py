"""Outside programs behind the engine's Protocols."""
