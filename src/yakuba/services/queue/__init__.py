"""番号札: tickets of the counters, who is called when, and how long it takes."""
