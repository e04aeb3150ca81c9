"""Who may ask, for whom, and what proves it: the file of a procedure, and what of it is lacking."""
