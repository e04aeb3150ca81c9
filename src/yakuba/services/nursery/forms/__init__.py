"""Forms of the nursery's pages. Messages are Japanese and say what to do."""
