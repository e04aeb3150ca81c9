"""The sample core system: what a municipality already has and robots operate. Knows nothing of Yakuba."""
