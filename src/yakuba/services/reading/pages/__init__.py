"""Pages of the reading room. batches, confirm, cases, problems, forms, pictures."""
