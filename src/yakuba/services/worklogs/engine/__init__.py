"""Reading logs, measuring, finding what repeats. No framework."""
