"""Reads of the reading room. batches, questions, problems, pictures, and home: what the first page shows."""
