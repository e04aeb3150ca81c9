"""Outside programs that the reform room uses."""
