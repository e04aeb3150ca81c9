"""Documents as Word and PDF write them."""
