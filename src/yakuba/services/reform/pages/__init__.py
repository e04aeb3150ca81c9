"""Pages of the reform room: inventory, analysis, initiatives, effect."""
