"""Fees: the table, postal money orders, counted cash, and files of payments. Yen are whole numbers everywhere."""
