"""Writes of the minutes room: each is one transaction, and of each somebody can say later who did it and when."""
