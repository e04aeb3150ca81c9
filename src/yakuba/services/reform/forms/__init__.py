"""Forms of the reform room."""
