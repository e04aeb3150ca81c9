"""Tables that leave the house: CSV in either encoding, and Excel workbooks."""
