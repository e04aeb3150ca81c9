"""Privacy: encryption at rest with a key for each municipality; My Number is never kept in clear."""
