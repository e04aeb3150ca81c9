"""The exchange (授受) between the two installations of a town: the residents' part in the internet zone and the inside."""
